"""HANDINS with a `handins.csv` that does not quite fit: nobody is guessed, nobody is lost, nobody is there twice."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest

from assignment.fixable import FixableError
from grader.commands.main import main
from grader.handins.people import load_people
from grader.handins.submission import Submission, find_submissions, open_handins
from grader.scoring.handin_record import load_handin_record

LATE = "2027-06-30T10:00:00+08:00"
MOMENT = datetime(2027, 6, 30, 2, tzinfo=UTC)

Class = Callable[..., dict[str, Submission]]


def to_csv(*rows: tuple[str, ...], separator: str = ",") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows([("student", "name", "submitted_at"), *rows])
    return stream.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> Class:
    """Read a folder of hand-ins with these names and this roster; returns the class by id."""

    def make(names: list[str], roster: str, file: str = "handins.csv") -> dict[str, Submission]:
        for name in names:
            nbformat.write(nbformat.v4.new_notebook(), tmp_path / f"{name}.ipynb")
        (tmp_path / file).write_text(roster, encoding="utf-8", newline="")
        found = find_submissions(tmp_path)
        assert len({one.student for one in found}) == len(found)
        return {one.student: one for one in found}

    return make


def said(one: Submission) -> str:
    return " ".join(reason.en for reason in one.reasons)


def test_capitals_and_width_make_no_second_student_where_one_is_meant(read: Class) -> None:
    found = read(["B09901001", "ｂ02"], to_csv(("b09901001", "Ada", LATE), ("B02", "Bo", LATE)))
    assert {name: (one.problem, one.submitted_at, one.reasons) for name, one in found.items()} == {
        "b09901001": (None, MOMENT, ()),
        "B02": (None, MOMENT, ()),
    }
    assert "'B09901001.ipynb'" in found["b09901001"].notes[0].en


def test_two_files_that_differ_in_capitals_are_not_both_the_row_s(read: Class) -> None:
    found = read(["b01", "B01"], to_csv(("b01", "Ada", LATE)))
    assert found["b01"].submitted_at == MOMENT
    assert found["B01"].submitted_at is None
    assert "'B01.ipynb'" in said(found["b01"])
    assert "looks like b01" in said(found["B01"])
    found = read(["c01", "C01"], to_csv(("b01", "", LATE), ("ｃ01", "", LATE)))
    assert found["ｃ01"].problem == "missing"
    assert {"c01", "C01"} <= set(found)


@pytest.mark.parametrize(
    ("file", "row"),
    [
        ("0912345", "912345"),
        ("109901001234", "1.09901E+11"),
        ("b01-Copy1", "b01"),
        ("b02_final", "b02"),
        ("b03.ipynb", "b03"),
        ("b04 (1)", "b04"),
        ("b05@school.edu", "b05"),
    ],
)
def test_near_names_go_to_a_person_and_name_each_other(read: Class, file: str, row: str) -> None:
    found = read([file], to_csv((row, "Ada", LATE), ("other", "Bo", LATE)))
    absent = found.pop(row)
    assert (absent.problem, absent.submitted_at) == ("missing", MOMENT)
    assert f"'{file}.ipynb'" in said(absent)
    assert found.pop("other").reasons == ()
    ((_, handed),) = found.items()
    assert handed.submitted_at is None
    assert f"no row for '{file}.ipynb'" in said(handed)
    assert f"looks like {row}" in said(handed)
    assert all(reason.zh for reason in handed.reasons)


def test_hand_in_like_no_row_goes_to_a_person_and_without_a_roster_to_nobody(read: Class, tmp_path: Path) -> None:
    found = read(["b01", "guest"], to_csv(("b01", "Ada", LATE)))
    assert found["b01"].reasons == ()
    assert said(found["guest"]) == "handins.csv has no row for 'guest.ipynb'."
    (tmp_path / "handins.csv").unlink()
    assert all(one.reasons == () for one in find_submissions(tmp_path))


def test_reason_of_a_name_that_is_no_id_names_the_file(tmp_path: Path) -> None:
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "my homework!.ipynb")
    (one,) = find_submissions(tmp_path)
    assert one.student.startswith("unnamed-")
    assert said(one) == "The file is 'my homework!.ipynb'."


def test_open_quote_is_a_fault_with_its_line(read: Class) -> None:
    roster = f'student,name,submitted_at\nb01,"Ada,{LATE}\nb02,Bo,{LATE}\nb03,Cy,\n'
    with pytest.raises(FixableError, match=r"handins\.csv: line 2: .*quote"):
        read(["b01", "b02", "b03"], roster)


def test_line_separator_in_a_name_cuts_no_row(read: Class) -> None:
    found = read(["b01"], to_csv(("b01", "Ada\u2028Chen", LATE)))
    assert (found["b01"].submitted_at, len(found)) == (MOMENT, 1)


@pytest.mark.parametrize(
    "roster",
    [
        to_csv(("b01", "A", LATE), ("", "", ""), ("", "", "")),
        to_csv(("b01", "A", LATE)).replace("student,name,submitted_at", "Student,Name,Submitted_At"),
        to_csv(("b01", "A", "2027-06-30 02:00:00 UTC")),
        to_csv(("b01", "A", LATE), separator=";"),
        to_csv(("b01", "A", LATE), separator="\t"),
    ],
)
def test_what_spreadsheets_and_canvas_write_is_read(read: Class, roster: str) -> None:
    found = read(["b01"], roster)
    assert [(name, one.submitted_at, one.reasons) for name, one in found.items()] == [("b01", MOMENT, ())]


def test_semicolons_are_said(read: Class, tmp_path: Path) -> None:
    read(["b01"], to_csv(("b01", "A", LATE), separator=";"))
    assert [note.rpartition("/")[2] for note in open_handins(tmp_path).notes] == [
        "handins.csv: its cells are separated by semicolons, and were read so"
    ]


def test_date_without_a_time_is_refused_with_advice_that_works(read: Class) -> None:
    with pytest.raises(FixableError) as caught:
        read(["b01"], to_csv(("b01", "A", "2027-05-28")))
    fault = str(caught.value)
    assert "line 2: submitted_at: '2027-05-28' has no time of day" in fault
    advice = fault.rpartition(" as ")[2]
    assert read(["b01"], to_csv(("b01", "A", advice)))["b01"].submitted_at is not None


@pytest.mark.parametrize("file", ["Handins.csv", "HANDINS.CSV"])
def test_capitals_of_the_file_s_own_name_do_not_matter(read: Class, file: str) -> None:
    assert read(["b01"], to_csv(("b01", "A", LATE)), file)["b01"].submitted_at == MOMENT


def test_two_rosters_are_refused(read: Class, tmp_path: Path) -> None:
    (tmp_path / "Handins.csv").write_text(to_csv())
    with pytest.raises(FixableError, match=r"Handins\.csv and handins\.csv; expected one"):
        read(["b01"], to_csv())


def test_mark_of_a_course_system_without_a_time_counts_as_late_and_goes_to_a_person(read: Class) -> None:
    found = read(["b01", "b02"], "student,marked_late\nb01,yes\nb02,\n")
    assert (found["b01"].marked_late, found["b02"].marked_late) == (True, False)
    assert "marked it late" in said(found["b01"])
    with pytest.raises(FixableError, match="line 2: marked_late: 'perhaps'; expected yes, no or nothing"):
        read(["b01"], "student,marked_late\nb01,perhaps\n")


def test_all_faults_of_all_rows_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "handins.csv").write_text("student,name\nb01\nb/2,x\nb03,x,y\nb04,x\nb04,x\n")
    with pytest.raises(FixableError) as caught:
        load_people(tmp_path)
    assert [fault.place[1] for fault in caught.value.faults] == ["line 2", "line 3", "line 4", "line 6"]


@pytest.mark.slow
def test_scoring_takes_what_the_roster_says_and_sends_who_is_not_certain_to_a_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handins, runs = tmp_path / "handins", tmp_path / "runs"
    handins.mkdir()
    runs.mkdir()
    (runs / "runs.json").write_text('{"version": 1, "submissions": []}')
    for name in ("B01", "b02", "b03-Copy1", "my homework!"):
        cells = [nbformat.v4.new_code_cell("answers = {}")]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), handins / f"{name}.ipynb")
    (handins / "Thumbs.db").write_bytes(b"")
    (handins / "handins.csv").write_text(
        f"student,name,submitted_at,marked_late,look\nb01,Ada,{LATE},,\nb02,Bo,,yes,\nb03,Cy,{LATE},,She wrote.\n"
    )
    assert main(["score", str(handins), str(runs)]) == 1
    said = capsys.readouterr().out
    assert said.count("Thumbs.db") == 1
    found = {path.parent.name: load_handin_record(path.parent) for path in runs.glob("*/verdicts.json")}
    assert len(found) == 5
    assert {name: found[name].late for name in ("b01", "b02", "b03", "b03-Copy1")} == {
        "b01": True,
        "b02": True,
        "b03": True,
        "b03-Copy1": False,
    }
    assert any("'B01.ipynb'" in note.en for note in found["b01"].notes)
    whys = {name: " ".join(reason.en for reason in one.why) for name, one in found.items()}
    assert "marked it late" in whys["b02"]
    assert "'b03-Copy1.ipynb' has no row of its own" in whys["b03"]
    assert "She wrote." in whys["b03"]
    assert "looks like b03" in whys["b03-Copy1"]
    (unnamed,) = (name for name in found if name.startswith("unnamed-"))
    assert "The file is 'my homework!.ipynb'." in said
    assert "The file is 'my homework!.ipynb'." in whys[unnamed]
