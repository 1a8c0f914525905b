"""The released notebook: built from its source and the bank, with nothing of the key in it."""

import json
import re
from decimal import Decimal

import pytest

from assignment.assignment import GRADED, NOTEBOOK_FILE, Source
from assignment.course import open_course
from assignment.late import LatePolicy
from grader.handins.notebook import parse_notebook
from grader.handins.plan import compare_notebooks
from grader.release.notebook import SOURCE_FILE, build_notebook
from questions.bank import Bank, load_bank
from questions.sheet import read_sheet


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank(open_course())


@pytest.fixture(scope="module")
def text() -> str:
    return NOTEBOOK_FILE.read_text(encoding="utf-8")


def join_sources(text: str) -> str:
    return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])


def test_released_notebook_is_what_its_source_gives(bank: Bank, text: str) -> None:
    assert build_notebook(bank, open_course()) == text


def test_notebook_holds_every_question_in_both_languages(bank: Bank, text: str) -> None:
    found = join_sources(text)
    for question in bank.questions:
        for said in (question.ask, *(choice.say for choice in question.choices.values())):
            assert said.en.strip() in found
            assert said.zh.strip() in found


def test_notebook_holds_nothing_of_a_claim_or_a_why(bank: Bank, text: str) -> None:
    found = join_sources(text)
    for question in bank.questions:
        for choice in question.choices.values():
            assert choice.why.en.strip() not in found
            assert choice.why.zh.strip() not in found
    assert "measure:" not in found
    assert "margin:" not in found


def test_released_notebook_is_blank_and_intact(bank: Bank, text: str) -> None:
    sheet = read_sheet(text.encode(), bank)
    assert {answer.state for answer in sheet.answers.values()} == {"blank"}
    assert sheet.problem is None
    notebook = parse_notebook(text.encode())
    plan = compare_notebooks(notebook, notebook)
    assert plan.is_intact
    assert plan.first_departure is None


@pytest.mark.parametrize("starts", ["# scratch: a picture of your own", "# scratch 1: change what a question says"])
def test_changing_a_scratch_cell_never_marks_the_notebook_as_changed(text: str, starts: str) -> None:
    data = json.loads(text)
    cell = next(cell for cell in data["cells"] if "".join(cell["source"]).startswith(starts))
    cell["source"] = "own_picture = 'lunch.jpg'"
    plan = compare_notebooks(parse_notebook(json.dumps(data).encode()), parse_notebook(text.encode()))
    assert plan.is_intact
    assert plan.first_departure == data["cells"].index(cell)


def test_official_cells_say_so_to_the_reader(text: str) -> None:
    official = [cell for cell in json.loads(text)["cells"] if "hw9" in cell["metadata"]]
    assert {cell["metadata"]["hw9"]["name"] for cell in official} >= {"setup", "pictures", "lime", "saliency"}
    for cell in official:
        assert "".join(cell["source"]).startswith(f"# official: {cell['metadata']['hw9']['name']}\n")


@pytest.mark.parametrize(("answers", "other"), [("quiz", "notebook"), ("notebook", "quiz")])
def test_notebook_says_twice_in_both_languages_whose_answers_are_graded(
    bank: Bank, text: str, answers: Source, other: Source
) -> None:
    course = open_course()
    course.__dict__["assignment"] = course.assignment.model_copy(update={"answers": answers})
    built = build_notebook(bank, course)
    found = join_sources(built)
    assert [found.count(said) for said in (GRADED[answers].en, GRADED[answers].zh)] == [2, 2]
    assert GRADED[other].en not in found
    assert (built == text) is (answers == open_course().assignment.answers)
    official = [cell for cell in json.loads(built)["cells"] if "hw9" in cell["metadata"]]
    assert official == [cell for cell in json.loads(text)["cells"] if "hw9" in cell["metadata"]]


def test_notebook_says_in_both_languages_what_becomes_of_a_late_one(bank: Bank, text: str) -> None:
    late = LatePolicy(grace_seconds=0, points_per_day=Decimal("0.5"), fractions=False)
    course = open_course()
    course.__dict__["assignment"] = course.assignment.model_copy(update={"late": late})  # where the property keeps it
    found = join_sources(build_notebook(bank, course))
    for said, other in zip(late.describe(), open_course().assignment.late.describe(), strict=True):
        assert (found.count(said), join_sources(text).count(said)) == (1, 0)
        assert (found.count(other), join_sources(text).count(other)) == (0, 1)


def test_every_placeholder_of_the_source_is_filled(text: str) -> None:
    assert "<!-- questions:" in SOURCE_FILE.read_text(encoding="utf-8")
    assert "<!-- questions:" not in text
    assert "<!-- graded:" not in text
    assert "<!-- late:" not in text
    assert "<answers>" not in text
    assert "<choices>" not in text


def test_notebook_speaks_both_languages_in_every_text(text: str) -> None:
    for cell in json.loads(text)["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            assert re.search(r"[\u4e00-\u9fff]", source), source[:80]
            assert re.search(r"[A-Za-z]{4}", source), source[:80]


def test_numbers_of_questions_in_the_notebook_are_those_of_the_assignment(bank: Bank) -> None:
    groups = open_course().assignment.questions
    for analysis in {question.analysis for question in bank.questions}:
        assert sum(question.analysis == analysis for question in bank.questions) == groups[analysis].count


def test_scratch_cells_mark_what_to_change_with_the_numbers_of_their_questions(text: str) -> None:
    groups = open_course().assignment.questions
    marked = re.findall(r"# TODO questions (\d+)-(\d+) 第 (\d+)-(\d+) 題", join_sources(text))
    last = 0
    expected = []
    for group in groups.values():
        first, last = last + 1, last + group.count
        expected.append((str(first), str(last)) * 2)
    assert len(marked) >= 5
    assert marked == expected[: len(marked)]
