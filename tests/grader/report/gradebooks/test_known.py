"""Whose row of a gradebook is whose: the ids that RUNS and a collected class know, and no others."""

from pathlib import Path

import pytest

from grader.collect.record import Collected, Download, File, Student
from grader.collect.rosters import Enrolled
from grader.quiz.kept import KEPT_FILE, RESPONSES_FILE, ROSTER_FILE, KeptNames
from grader.report.class_record import ClassRecord
from grader.report.gradebooks.format import Joined, Known, join_rows, to_row
from grader.report.gradebooks.known import load_known

REPORT = "name,id,sis_id,section,submitted,1: lime-1\n"


def keep(runs: Path, report: str, roster: str | None = None) -> None:
    """Put a report and a roster where a scoring keeps them."""
    (runs / RESPONSES_FILE).write_text(report, encoding="utf-8")
    if roster is not None:
        (runs / ROSTER_FILE).write_text(roster, encoding="utf-8")
    names = KeptNames(responses="Student Analysis.csv", roster="roster.csv" if roster else None)
    (runs / KEPT_FILE).write_text(names.model_dump_json())


def show(known: Known) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    return {student: (one.lms_ids, one.logins) for student, one in known.people.items()}


def test_report_and_roster_that_runs_keeps_say_the_systems_numbers(tmp_path: Path) -> None:
    report = REPORT + "Ada,41000,B1,1,2027-05-20 12:00:00 UTC,x\nBo,41001,,1,2027-05-20 12:00:00 UTC,x\n"
    keep(tmp_path, report, "Student,ID,SIS User ID,SIS Login ID,Section\nAda,41000,b1,ada@x,1\nCy,41002,c1,cy@x,1\n")
    known = load_known(tmp_path)
    assert show(known) == {
        "b1": (("41000",), ("b1", "ada@x", "B1")),
        "c1": (("41002",), ("c1", "cy@x")),
        "41001": (("41001",), ()),
    }
    assert (known.roster, known.notes) == (frozenset({"b1", "c1"}), ())


def test_report_that_is_no_roster_is_passed_over_and_said(tmp_path: Path) -> None:
    keep(tmp_path, REPORT + "Ada,41000,b1,1,,x\nBo,41001\n")
    known = load_known(tmp_path)
    assert (known.people, known.roster) == ({}, None)
    (note,) = known.notes
    assert note.startswith("Student Analysis.csv: no ids taken from it (2 fields; expected 6")


def test_report_that_is_no_roster_is_no_trouble_where_a_roster_has_the_ids(tmp_path: Path) -> None:
    keep(tmp_path, REPORT + "Bo,41001\n", "Student,ID,SIS User ID,SIS Login ID,Section\nAda,41000,b1,ada@x,1\n")
    known = load_known(tmp_path)
    assert (list(known.people), known.notes) == (["b1"], ())


def test_class_without_a_quiz_is_known_by_the_names_of_its_files(tmp_path: Path) -> None:
    def collect(student: str, *names: str) -> Student:
        files = (File(path=f"{student}/{name}", source=f"s.zip: {name}", bytes=1, sha256="") for name in names)
        return Student(student=student, files=tuple(files))

    students = (
        collect("b1", "chenada_LATE_41000_90001_hw.ipynb", "chenada_41000_90002_data.csv"),
        collect("b2", "b2#_Bo_41001_90003_hw.ipynb"),
        collect("b3", "b3.ipynb"),
        collect("b4", "x_41001_9_41002_90001_hw.ipynb"),  # may be two people's
    )
    known = load_known(tmp_path, Collected(downloads=(Download(name="s.zip"),), students=students))
    assert show(known) == {"b1": (("41000",), ()), "b2": (("41001",), ()), "b3": ((), ()), "b4": ((), ())}
    assert load_known(tmp_path) == Known()


@pytest.mark.parametrize(
    ("system", "name", "numbers"),
    [
        ("canvas", "chenada_7_90001_hw.ipynb", ("41009",)),
        ("ntu_cool", "b1#_Ada_7_90001_hw.ipynb", ("41009",)),
        ("moodle", "Ada_41009_assignsubmission_file_/hw.ipynb", ()),
    ],
)
def test_canvas_s_number_is_the_one_that_was_recorded_and_another_system_s_is_none_of_its(
    tmp_path: Path, system: str, name: str, numbers: tuple[str, ...]
) -> None:
    file = File(path="b1.ipynb", source=f"s.zip: {name}", bytes=1, sha256="")
    student = Student(student="b1", lms_id="41009", files=(file,))
    known = load_known(tmp_path, Collected(downloads=(Download(name="s.zip", system=system),), students=(student,)))
    assert show(known) == {"b1": (numbers, ())}


@pytest.mark.parametrize(
    ("numbers", "rows", "at"),
    [
        (("41000",), (("41000", "z"), ("41001", "b09900000")), 0),  # the number counts before the login
        (("9",), (("41000", "z"), ("41001", "B09900000")), 1),
        (("9",), (("41000", "z"), ("41001", "b09900000@ntu.edu")), 1),
        (("41000", "41001"), (("41000", "z"), ("41001", "b09900000")), None),  # two rows may be his or hers
        ((), (("b09900000", "z"), ("41001", "x")), None),  # nobody said that this is a number of the system's
        ((), (("1", "row 0"), ("41001", "b09900000")), 1),
    ],
)
def test_row_is_found_by_number_then_by_login(
    numbers: tuple[str, ...],
    rows: tuple[tuple[str, str], ...],
    at: int | None,
    results: ClassRecord,
) -> None:
    known = Known({"b09900000": Enrolled("b09900000", lms_ids=numbers)})
    people = [to_row(n, lms_id, (login,)) for n, (lms_id, login) in enumerate(rows)]
    joined: Joined = join_rows(results, known, people, "grades.csv")
    assert {place: one.student for place, one in joined.marks.items()} == ({at: "b09900000"} if at is not None else {})
