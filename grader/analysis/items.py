"""Item analysis: how the class did on each question."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from assignment.records import Record
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord
from questions.bank import list_worth


class QuestionRecord(Record):
    """How the class did on one question. Hand-ins without a readable Sheet and excused ones are not counted."""

    item: str = Field(description="the question's id")
    number: int = Field(description="the question's number in the course's slides, 1 to 30")
    points: Decimal = Field(description="what the question is worth")
    sheets: int = Field(description="how many hand-ins have a readable Sheet")
    right: int = Field(description="how many of them are right, late ones and those by a decision included")
    facility: float | None = Field(description="right / sheets; null for no Sheet or a void question")
    common_wrong: str | None = Field(description="the most common wrong letters (of equal ones the first)")
    common_wrong_count: int = Field(description="how often it was chosen")


def find_question_results(handins: Sequence[HandinRecord], grading: Grading) -> tuple[QuestionRecord, ...]:
    """Return one result for each question of the bank, in its order; every hand-in was scored with this Grading."""
    worth = list_worth(grading.bank, grading.assignment)
    return tuple(
        _make_question(question.id, question.number, worth[question.id], handins) for question in grading.bank.questions
    )


def _make_question(item: str, number: int, points: Decimal, handins: Sequence[HandinRecord]) -> QuestionRecord:
    counted = [one for one in handins if one.problem is None and not one.excused]
    found = [verdict for one in counted for verdict in one.verdicts if verdict.item == item]
    words = Counter(verdict.word for verdict in found)
    wrong = Counter(verdict.chosen for verdict in found if verdict.word == "wrong")
    common = min(wrong, key=lambda letters: (-wrong[letters], letters), default=None)
    return QuestionRecord(
        item=item,
        number=number,
        points=points,
        sheets=len(found),
        right=words["right"],
        facility=words["right"] / len(found) if found and not words["void"] else None,
        common_wrong=common,
        common_wrong_count=wrong[common] if common is not None else 0,
    )
