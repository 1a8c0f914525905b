"""The embedded class, without running it: its hand-ins are what they claim to be. `hw9 demo` grades it whole."""

import csv
import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest

from assignment.assignment import NOTEBOOK_FILE
from assignment.course import open_course
from grader.demo.members import CLASS, READS_THE_KEY, Expectation, answer
from grader.demo.outcomes import compare_outcomes, write_handins
from grader.handins.notebook import parse_notebook
from grader.handins.plan import compare_notebooks
from grader.handins.submission import find_submissions
from grader.scoring.grading import load_grading
from grader.scoring.verdict import judge_sheet, sum_points
from questions.bank import list_worth, load_bank
from questions.canonical import load_canonicals
from questions.key import compute_key
from questions.sheet import read_sheet

pytestmark = pytest.mark.slow  # each uses what takes a second to make


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("class")


@pytest.fixture(scope="module")
def expected(folder: Path) -> dict[str, Expectation]:
    return dict(write_handins(folder, load_grading(open_course())))


def test_class_has_every_kind_of_hand_in_that_the_homework_must_bear(expected: dict[str, Expectation]) -> None:
    words = set().union(*(one.words for one in expected.values()))
    assert words >= {
        "ran",
        "failed",
        "timed_out",
        "late",
        "edited",
        "differs",
        "broken",
        "no_answers",
        "not_a_notebook",
    }
    assert words >= {"two_notebooks", "missing", "outputs_missing", "agrees"}
    assert len(expected) == len(CLASS) == 18


def test_hand_ins_with_a_problem_are_found_and_the_others_are_whole(
    folder: Path, expected: dict[str, Expectation]
) -> None:
    found = {one.student: one.problem for one in find_submissions(folder)}
    problems = {"broken", "not_a_notebook", "two_notebooks", "missing"}
    for student, wanted in expected.items():
        assert found[student] == next(iter(wanted.words & problems), None)


def test_points_of_the_class_follow_from_its_answers(expected: dict[str, Expectation]) -> None:
    groups = open_course().assignment.questions
    worth = sum((groups[question.analysis].points for question in load_bank(open_course()).questions), Decimal(0))
    assert expected["s01-perfect"].points == worth
    assert expected["s02-blank"].points == expected["s05-late"].points == 0
    assert expected["s04-one-too-many"].points == worth - Decimal("0.3")


@pytest.mark.parametrize(("answered", "points"), [(range(30), "10.0"), ((), "0.0"), ((20,), "0.4"), ((0,), "0.3")])
def test_points_of_the_released_notebook_filled_in(answered: Iterable[int], points: str) -> None:
    bank = load_bank(open_course())
    key = compute_key(bank, load_canonicals(open_course()))
    letters = {bank.ids[index]: "".join(sorted(key.letters[bank.ids[index]])) for index in answered}
    notebook = answer(json.loads(NOTEBOOK_FILE.read_bytes()), letters)
    sheet = read_sheet(json.dumps(notebook).encode(), bank)
    verdicts = judge_sheet(sheet, key, list_worth(bank, open_course().assignment), late=False)
    assert len(verdicts) == 30
    assert str(sum_points(verdicts)) == points


def test_only_the_late_one_is_late(folder: Path, expected: dict[str, Expectation]) -> None:
    assignment = open_course().assignment
    found = find_submissions(folder)
    judged = {
        one.student: assignment.late.judge(one.submitted_at, assignment.deadline)
        for one in found
        if one.submitted_at is not None
    }
    late = [student for student, lateness in judged.items() if lateness.is_late]
    assert late == ["s05-late"]


def test_only_the_edited_one_departs_in_an_official_cell(folder: Path, expected: dict[str, Expectation]) -> None:
    released = parse_notebook(NOTEBOOK_FILE.read_bytes())
    whole = [one for one in find_submissions(folder) if one.notebook is not None]
    plans = {
        one.student: compare_notebooks(parse_notebook(one.notebook.read_bytes()), released)
        for one in whole
        if one.notebook
    }
    assert [student for student, plan in plans.items() if not plan.is_intact] == ["s06-edited"]
    assert plans["s06-edited"].edited == ("saliency",)


def test_perfect_and_one_too_many_differ_in_one_letter(folder: Path, expected: dict[str, Expectation]) -> None:
    bank = load_bank(open_course())
    sheets = [read_sheet((folder / f"{name}.ipynb").read_bytes(), bank) for name in ("s01-perfect", "s04-one-too-many")]
    first = bank.ids[0]
    assert len(sheets[1].answers[first].letters) == len(sheets[0].answers[first].letters) + 1
    assert all(sheets[0].answers[name] == sheets[1].answers[name] for name in bank.ids[1:])


def test_the_one_who_reads_the_key_would_find_it_outside_the_sandbox(
    folder: Path, expected: dict[str, Expectation]
) -> None:
    cell = next(
        cell
        for cell in json.loads((folder / "s12-reads-the-key.ipynb").read_text(encoding="utf-8"))["cells"]
        if cell["source"] == READS_THE_KEY
    )
    names: dict[str, object] = {}
    exec(compile(cell["source"], "cell", "exec"), names)  # our own code: it only looks for files
    assert names["found"]


def test_an_outcome_with_another_word_or_other_points_does_not_hold(expected: dict[str, Expectation]) -> None:
    (outcome, *_) = compare_outcomes([], expected)
    assert not outcome.holds


def test_handins_csv_names_every_student(folder: Path, expected: dict[str, Expectation]) -> None:
    with (folder / "handins.csv").open(encoding="utf-8") as stream:
        assert [row["student"] for row in csv.DictReader(stream)] == list(expected)
