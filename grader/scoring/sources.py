"""Whose answers count where a student gave some in a notebook and some in the quiz; the others are compared with them.

A difference changes no points and is no reason for a person: who changes a mind between the two does nothing
wrong. But where what counts is wholly blank, or cannot be read, and the other holds answers, a person must look.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from assignment.assignment import Bilingual, Source
from grader.quiz.roster import Quiz
from grader.scoring.handin_record import DifferingAnswer, HandinProblem
from grader.scoring.words import WORDS
from questions.bank import Bank
from questions.sheet import Answer, Sheet

UNREADABLE = "?"


@dataclass(frozen=True)
class Counted:
    """The Sheet that earns the points, where it stands, why there is none; what the other source says otherwise."""

    source: Source
    problem: HandinProblem | None
    sheet: Sheet
    why: tuple[Bilingual, ...] = ()
    differing: tuple[DifferingAnswer, ...] = ()


def choose_sheet(
    student: str, problem: HandinProblem | None, notebook: Sheet, quiz: Quiz | None, bank: Bank
) -> Counted:
    """Return what counts of a student; `problem` is why the notebook could not be read."""
    if quiz is None:
        return Counted("notebook", problem, notebook)
    its = quiz.sheets.get(student)
    if not quiz.counts:
        return _compare("notebook", problem, notebook, its)
    other = notebook if problem in (None, "no_answers") else None
    if its is None:
        return _compare("quiz", "no_response", make_empty_sheet("no_response", bank), other)
    notes = () if quiz.alone or problem in (None, "no_answers") else (WORDS[problem].says,)
    return _compare("quiz", None, replace(its, notes=its.notes + notes), other)


def make_empty_sheet(problem: HandinProblem, bank: Bank) -> Sheet:
    """Return the Sheet of what is not there (blank), or cannot be read (unreadable)."""
    blank = problem in ("missing", "no_answers", "no_response")
    answer = Answer() if blank else Answer("unreadable", reason=WORDS[problem].says)
    return Sheet(dict.fromkeys(bank.ids, answer))


def _compare(source: Source, problem: HandinProblem | None, sheet: Sheet, other: Sheet | None) -> Counted:
    answered = _count_answers(other) if other is not None else 0
    if other is None or not (answered or (problem and source == "notebook")):
        return Counted(source, problem, sheet)
    if problem or not _count_answers(sheet):
        return Counted(source, problem, sheet, (_say_left_out(source, answered),))
    return Counted(source, problem, sheet, differing=tuple(_find_differing(sheet, other)))


def _count_answers(sheet: Sheet) -> int:
    return sum(answer.state != "blank" for answer in sheet.answers.values())


def _find_differing(sheet: Sheet, other: Sheet) -> Iterator[DifferingAnswer]:
    for item in (name for name in sheet.answers if name in other.answers):  # a quiz may lack a question
        counted, its = _show(sheet.answers[item]), _show(other.answers[item])
        if counted != its:
            yield DifferingAnswer(item=item, counted=counted, other=its)


def _show(answer: Answer) -> str:
    return UNREADABLE if answer.state == "unreadable" else "".join(sorted(answer.letters))


def _say_left_out(counts: Source, answered: int) -> Bilingual:
    if counts == "quiz":
        return Bilingual(
            en=f"The notebook handed in has answers to {answered} of the questions, but it is the quiz that counts.",
            zh=f"繳交的 notebook 中有 {answered} 題的答案；評分以測驗為準，因此未列入計分。",
        )
    return Bilingual(
        en=f"The quiz has a row of this student, with answers to {answered} of the questions, but the notebook counts.",
        zh=f"測驗中有這位學生的作答（{answered} 題）；評分以 notebook 為準，因此未列入計分。",
    )
