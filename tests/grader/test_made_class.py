"""A whole class as three course systems name it, disturbed forty times: collected, run, scored and reported."""

import csv
import io
import json
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from assignment.course import open_course
from grader.commands.main import main
from grader.commands.terminal.needed import WIDTH
from grader.scoring.grading import load_grading
from questions.bank import list_worth
from tests.grader.disturbances import DISTURBANCES, disturb
from tests.grader.made_class import (
    RELEASED,
    Exam,
    Made,
    make_members,
    to_bytes,
    write_downloads,
    write_roster,
)

pytestmark = [pytest.mark.sandbox, pytest.mark.slow, pytest.mark.nightly]
SIZES = [51, 200]  # the smallest with each disturbance, and a class
SEED = 16
SCREEN = 50  # lines


@dataclass(frozen=True)
class Graded:
    """A class, what each verb said and its exit code, and the records of `results.json`."""

    members: tuple[Made, ...]
    exam: Exam
    runs: Path
    said: dict[str, str]
    codes: dict[str, int]
    records: tuple[dict[str, Any], ...]

    @property
    def by_student(self) -> dict[str, dict[str, Any]]:
        return {one["student"]: one for one in self.records}


@pytest.fixture(scope="module")
def exam() -> Exam:
    grading = load_grading(open_course())
    letters = {item: "".join(sorted(its)) for item, its in grading.key.letters.items()}
    return Exam(letters, list_worth(grading.bank, grading.assignment))


@pytest.fixture(scope="module", params=SIZES)
def graded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, exam: Exam) -> Graded:
    """Do what a TA does with a class: the files of the second run differ, and a spreadsheet saved handins.csv."""
    folder = tmp_path_factory.mktemp("class")
    members = disturb(make_members(request.param, exam, SEED), SEED)
    downloads, roster = write_downloads(folder, members), write_roster(folder / "roster.csv", members)
    handins, runs = folder / "handins", folder / "runs"
    said, codes = dict[str, str](), dict[str, int]()

    def call(name: str, *words: object) -> None:
        with redirect_stdout(io.StringIO()) as out:
            codes[name] = main(list(map(str, words)))
        said[name] = out.getvalue()

    with pytest.MonkeyPatch.context() as patch:
        release_short_notebook(patch, folder / "released.ipynb")
        call("collect", "collect", *downloads, handins, "--roster", roster)
        save_with_a_spreadsheet(handins / "handins.csv", members)
        call("run", "run", handins, runs, "--device", "cpu", "--without-memory-group")
        change_handins(handins, members)
        call("run again", "run", handins, runs, "--device", "cpu", "--without-memory-group")
        call("score", "score", handins, runs)
        call("report", "report", runs)
    records = tuple(json.loads((runs / "results.json").read_text(encoding="utf-8"))["handins"])
    return Graded(tuple(members), exam, runs, said, codes, records)


def release_short_notebook(patch: pytest.MonkeyPatch, path: Path) -> None:
    """Let the homework be one cell that saves nothing, so that an honest hand-in runs in a second and needs nobody."""
    path.write_bytes(to_bytes(RELEASED))
    patch.setattr("assignment.course.NOTEBOOK_FILE", path)
    patch.setattr("grader.scoring.judge.COMPARED_GROUPS", ())
    patch.setattr("assignment.agreement.agree.COMPARISONS", ())


def save_with_a_spreadsheet(path: Path, members: list[Made]) -> None:
    text = path.read_text(encoding="utf-8")
    for made in members:
        text = text.replace(f"\n{made.student},", f"\n{made.edited_row},") if made.edited_row else text
    path.write_text(text, encoding="utf-8")


def change_handins(handins: Path, members: list[Made]) -> None:
    for made in members:
        path = handins / f"{made.student}.ipynb"
        if made.later:
            path.write_bytes(made.later)
        elif made.later is not None:
            path.unlink()


def test_everyone_is_there_once_and_as_must_be(graded: Graded) -> None:
    assert {made.kind for made in graded.members} == {"in order", *(kind.__name__ for kind, _ in DISTURBANCES)}
    wanted = {made.student for made in graded.members} | {made.apart for made in graded.members if made.apart}
    assert sorted(one["student"] for one in graded.records) == sorted(wanted)
    wrong = {}
    for made in graded.members:
        one = graded.by_student[made.student]
        expected = (made.problem, made.run, made.late, made.person, str(graded.exam.earned(made)))
        found = (one["problem"], one["run"]["word"], one["late"], one["needs_person"], one["total"])
        if found != expected:
            wrong[made.kind, made.student] = (found, expected, one["why"])
    assert not wrong


def test_hand_in_and_row_that_only_a_person_can_join_name_each_other(graded: Graded) -> None:
    pairs = [made for made in graded.members if made.apart]
    assert {made.kind for made in pairs} >= {"lose_zeros", "round_id", "copied_name", "downloaded_twice"}
    for made in pairs:
        ours, theirs = (
            " ".join(why["en"] for why in graded.by_student[name]["why"]) for name in (made.student, made.apart or "")
        )
        assert f"looks like {made.apart}." in ours
        assert f"{made.plain or f'{made.student}.ipynb'}' has no row of its own" in theirs


def test_no_late_one_is_in_time_and_none_else_is_late(graded: Graded) -> None:
    late = {made.student for made in graded.members if made.late}
    assert late
    assert {one["student"] for one in graded.records if one["late"]} == late
    assert all(graded.by_student[student]["total"] == "0.0" for student in late)


def test_each_file_of_the_reports_has_everyone_once(graded: Graded) -> None:
    students = [one["student"] for one in graded.records]
    with (graded.runs / "gradebook.csv").open(encoding="utf-8-sig") as file:
        assert [row["student"] for row in csv.DictReader(file)] == students
    page = (graded.runs / "report.html").read_text(encoding="utf-8")
    for student in students:
        assert (graded.runs / student / "report.html").is_file()
        assert student in page


@pytest.mark.parametrize("verb", ["collect", "run again", "score", "report"])
def test_what_a_verb_says_fits_on_one_screen(graded: Graded, verb: str) -> None:
    lines = graded.said[verb].splitlines()
    assert sum(max(1, -(-cell_len(line) // WIDTH)) for line in lines) <= SCREEN, graded.said[verb]


def test_screen_counts_everyone_who_needs_a_person_once(graded: Graded) -> None:
    lines = graded.said["score"].splitlines()
    needed = sum(one["needs_person"] for one in graded.records)
    assert f"{len(graded.records)} hand-ins scored; {needed} need a person" in lines
    groups = [line for line in lines if line[:3].strip().isdecimal() and line[3:4] == " " and line[:1] == " "]
    assert sum(int(line[:3]) for line in groups) == needed
    assert graded.codes == {"collect": 1, "run": 0, "run again": 0, "score": 1, "report": 0}


def test_collect_names_what_nobody_s_row_joins_and_what_nobody_handed_in(graded: Graded) -> None:
    said = graded.said["collect"]
    for made in graded.members:
        if made.row is None or (made.plain and made.apart):
            assert (made.plain.removesuffix(".ipynb") or made.student) in said
    (strays,) = (line for line in said.splitlines() if "left out" in line)
    assert strays.count("README.md") == 3
    assert "a path with '..'" in said
