"""What lies about in HANDINS is named once and is no student; what cannot be listed is one student's problem."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest

from assignment.fixable import FixableError
from grader.handins.submission import find_submissions, open_handins
from grader.runs.folder import lock_runs, record_class


def write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(), path)


def test_what_nobody_handed_in_is_named_once_and_is_no_student(tmp_path: Path) -> None:
    write(tmp_path / "b01.ipynb")
    names = ["README.md", "Thumbs.db", "desktop.ini", "handins (1).csv", "handins.csv.bak", "index.html", ".DS_Store"]
    for name in (*names, "b02.ipynb.part", "._b01.ipynb", "submission_metadata.yml"):
        (tmp_path / name).write_bytes(b"x")
    assert [one.student for one in find_submissions(tmp_path)] == ["b01"]
    (note,) = open_handins(tmp_path).notes
    assert note.startswith(f"{tmp_path}: nobody's hand-in, left out: ")
    assert all(note.count(name) == 1 for name in names)


def test_many_strays_are_one_short_line(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"{number}.tmp").write_bytes(b"")
    with pytest.raises(FixableError, match="no hand-in") as refused:
        open_handins(tmp_path)
    assert str(refused.value.faults[1]).endswith(" and 30 more")
    write(tmp_path / "b01.ipynb")
    (note,) = open_handins(tmp_path).notes
    assert note.endswith(" and 30 more")


def test_folder_of_runs_within_the_hand_ins_is_no_student(tmp_path: Path) -> None:
    write(tmp_path / "b01.ipynb")
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "runs.json").write_text("{}")
    assert [one.student for one in find_submissions(tmp_path)] == ["b01"]
    assert open_handins(tmp_path).notes == (f"{tmp_path}: nobody's hand-in, left out: runs",)
    write(tmp_path / "b02" / "homework.ipynb")
    (tmp_path / "b02" / "runs.json").write_text("{}")
    assert [one.student for one in find_submissions(tmp_path)] == ["b01", "b02"]


def test_file_of_a_student_that_is_no_notebook_stays_a_student(tmp_path: Path) -> None:
    for name in ("b01.pdf", "b02.py", "b03.zip", "readmeister.txt", "b05.csv"):
        (tmp_path / name).write_bytes(b"x")
    assert {one.student: one.problem for one in find_submissions(tmp_path)} == dict.fromkeys(
        ("b01", "b02", "b03", "readmeister", "b05"), "not_a_notebook"
    )


def test_table_beside_a_roster_is_a_student_only_where_a_row_says_so(tmp_path: Path) -> None:
    (tmp_path / "handins.csv").write_text("student\nb05\n")
    for name in ("b05.csv", "grades.xlsx"):
        (tmp_path / name).write_bytes(b"x")
    assert [(one.student, one.problem) for one in find_submissions(tmp_path)] == [("b05", "not_a_notebook")]


@contextmanager
def without_rights() -> Iterator[None]:
    """Give up root's right to list and read everything, for a while."""
    if os.geteuid() != 0:
        yield
        return
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    before, after = (ctypes.c_uint32 * 6)(), (ctypes.c_uint32 * 6)()
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.capget(header, before) == 0
    after[:] = before[:]
    after[0] &= ~0b110  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH: effective
    assert libc.capset(header, after) == 0
    try:
        yield
    finally:
        assert libc.capset(header, before) == 0


@pytest.mark.parametrize("inner", ["", "deeper"])
def test_folder_that_cannot_be_listed_is_that_student_s_problem_alone(tmp_path: Path, inner: str) -> None:
    write(tmp_path / "b01.ipynb")
    write(tmp_path / "b02" / inner / "homework.ipynb")
    (tmp_path / "b02" / inner).chmod(0)
    try:
        with without_rights():
            one, two = find_submissions(tmp_path)
            assert open_handins(tmp_path).notes == ()
    finally:
        (tmp_path / "b02" / inner).chmod(0o755)
    assert (one.student, one.problem) == ("b01", None)
    assert (two.student, two.problem) == ("b02", "not_a_notebook")
    assert two.detail == f"{inner or 'b02'}: Permission denied; expected a folder that can be listed"


def test_id_that_we_make_up_is_nobody_elses(tmp_path: Path) -> None:
    write(tmp_path / "a b.ipynb")
    (alone,) = find_submissions(tmp_path)
    write(tmp_path / f"{alone.student}.ipynb")
    write(tmp_path / f"{alone.student.upper()}.ipynb")
    found = {one.student: one.problem for one in find_submissions(tmp_path)}
    (made,) = set(found) - {alone.student, alone.student.upper()}
    assert found == {alone.student: None, alone.student.upper(): None, made: "bad_name"}
    assert made.startswith(alone.student)
    (tmp_path / "handins.csv").write_text(f"student,name,submitted_at\n{made},Ada,\n")
    assert {one.student: one.problem for one in find_submissions(tmp_path)}[made] == "missing"


def test_entry_called_as_a_file_of_runs_is_its_own_problem(tmp_path: Path) -> None:
    write(tmp_path / "b01" / "homework.ipynb")
    (tmp_path / "runs.json").write_text("{}")
    assert {one.student: one.problem for one in find_submissions(tmp_path)} == {"b01": None, "runs": "not_a_notebook"}
    (tmp_path / "runs.json").unlink()
    write(tmp_path / "runs.json" / "homework.ipynb")
    assert [one.problem for one in find_submissions(tmp_path)] == [None, "bad_name"]


def test_folder_of_runs_is_no_folder_of_hand_ins(tmp_path: Path) -> None:
    with lock_runs(tmp_path / "runs"):
        record_class(tmp_path / "runs", ())
    with pytest.raises(FixableError, match="a RUNS folder; expected a folder of hand-ins"):
        open_handins(tmp_path / "runs")
