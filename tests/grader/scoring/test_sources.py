"""Whose answers count, the notebook's or the quiz's: by the setting, and nobody earns 0 unseen by the choice."""

import pytest

from assignment.assignment import Source
from grader.quiz.roster import Quiz
from grader.scoring.handin_record import HandinProblem
from grader.scoring.sources import Counted, choose_sheet, make_empty_sheet
from questions.bank import Bank
from questions.sheet import Answer, Sheet

QUIZ = {"lime-1": "bd", "lime-2": "a"}
NOTEBOOK = {"lime-1": "bd", "lime-2": "c", "saliency-1": "a"}


def fill(bank: Bank, letters: dict[str, str]) -> Sheet:
    chosen = {item: letters.get(item, "") for item in bank.ids}
    return Sheet({item: Answer("read" if its else "blank", frozenset(its)) for item, its in chosen.items()})


def choose(
    bank: Bank,
    answers: Source,
    notebook: dict[str, str],
    quiz: dict[str, str] | None,
    problem: HandinProblem | None = None,
) -> Counted:
    sheet = make_empty_sheet(problem, bank) if problem else fill(bank, notebook)
    sheets = {} if quiz is None else {"ann": fill(bank, quiz)}
    return choose_sheet("ann", problem, sheet, Quiz(sheets, counts=answers == "quiz"), bank)


def show(found: Counted) -> dict[str, str]:
    return {item: "".join(sorted(answer.letters)) for item, answer in found.sheet.answers.items() if answer.letters}


@pytest.mark.parametrize(("answers", "counted"), [("quiz", QUIZ), ("notebook", NOTEBOOK)])
def test_what_the_setting_says_counts_and_the_other_is_listed_for_staff_alone(
    bank: Bank, answers: Source, counted: dict[str, str]
) -> None:
    found = choose(bank, answers, NOTEBOOK, QUIZ)
    assert (found.source, found.problem, found.why, found.sheet.notes) == (answers, None, (), ())
    assert show(found) == counted
    other = NOTEBOOK if answers == "quiz" else QUIZ
    assert [(one.item, one.counted, one.other) for one in found.differing] == [
        (item, counted.get(item, ""), other.get(item, "")) for item in ("lime-2", "saliency-1")
    ]


@pytest.mark.parametrize("answers", ["quiz", "notebook"])
def test_same_answers_in_both_are_nothing_to_say(bank: Bank, answers: Source) -> None:
    found = choose(bank, answers, QUIZ, QUIZ)
    assert (found.why, found.differing) == ((), ())


def test_student_without_a_row_is_blank_and_the_reason_names_the_notebooks_answers(bank: Bank) -> None:
    found = choose(bank, "quiz", NOTEBOOK, None)
    assert (found.problem, show(found)) == ("no_response", {})
    assert "The notebook handed in has answers to 3 of the questions" in found.why[0].en
    assert choose(bank, "quiz", {}, None).why == ()
    assert choose(bank, "quiz", {}, None, "broken").why == ()


@pytest.mark.parametrize("problem", ["missing", "broken", "two_notebooks"])
def test_notebook_that_cannot_be_read_stays_what_it_is_and_the_reason_names_the_row(
    bank: Bank, problem: HandinProblem
) -> None:
    found = choose(bank, "notebook", {}, QUIZ, problem)
    assert (found.source, found.problem, show(found), found.differing) == ("notebook", problem, {}, ())
    assert "The quiz has a row of this student, with answers to 2 of the questions" in found.why[0].en
    assert choose(bank, "notebook", {}, None, problem).why == ()


@pytest.mark.parametrize("answers", ["quiz", "notebook"])
def test_blank_where_it_counts_and_answers_in_the_other_go_to_a_person(bank: Bank, answers: Source) -> None:
    quiz, notebook = ({}, QUIZ) if answers == "quiz" else (QUIZ, {})
    found = choose(bank, answers, notebook, quiz)
    assert (found.problem, show(found)) == (None, {})
    assert "2" in found.why[0].en
    assert "2" in found.why[0].zh


def test_notebook_that_was_only_run_differs_from_no_quiz(bank: Bank) -> None:
    found = choose(bank, "quiz", {}, QUIZ)
    assert (show(found), found.why, found.differing) == (QUIZ, (), ())


def test_answer_that_cannot_be_read_in_the_other_is_shown_as_such(bank: Bank) -> None:
    notebook = Sheet(dict(fill(bank, QUIZ).answers) | {"lime-1": Answer("unreadable", reason="cell 3")})
    found = choose_sheet("ann", None, notebook, Quiz({"ann": fill(bank, QUIZ)}), bank)
    assert [(one.item, one.counted, one.other) for one in found.differing] == [("lime-1", "bd", "?")]


def test_without_a_quiz_the_notebook_counts(bank: Bank) -> None:
    assert choose_sheet("ann", None, fill(bank, QUIZ), None, bank) == Counted("notebook", None, fill(bank, QUIZ))
