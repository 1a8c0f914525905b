"""The whole class in one record, kept as `results.json`; every field is described where it is defined.

`results.md` in this folder is written from those descriptions (`fields.py`).
"""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, Field

from assignment.fixable import parse_as
from assignment.late import LatePolicy
from assignment.records import Record
from grader.analysis.items import QuestionRecord, find_question_results
from grader.decisions.decision import Decision
from grader.files.whole import load_json, to_json, write_whole
from grader.runs.compared import Compared
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord
from questions.bank import list_worth

RESULTS_FILE = "results.json"


class ClassRecord(Record):
    """The class: what `results.json` holds."""

    version: Literal[2] = Field(default=2, description="the version of this format")
    course: str = Field(description="the course's name")
    course_digest: str = Field(description="a digest of its pictures, labels, models and texts, by which it is known")
    title: str = Field(description="the assignment's title in English")
    deadline: AwareDatetime = Field(description="the deadline of everyone without an extension")
    late: LatePolicy = Field(
        description="what becomes of late hand-ins: `grace_seconds`, `points_per_day` (null: none is accepted), "
        "`fractions` (whether the fraction of a second counts)"
    )
    decisions: tuple[Decision, ...] = Field(description="what the staff decided, of questions first, then of students")
    possible: Decimal = Field(description="the points of all questions that are not void, a decimal as a string")
    words: dict[str, int] = Field(description="how many hand-ins have each word")
    questions: tuple[QuestionRecord, ...] = Field(description="one for each question of the bank, in its order")
    handins: tuple[HandinRecord, ...] = Field(description="one for each student, in the order of their ids")
    whole: tuple[Compared, ...] = Field(
        default=(), description="hand-ins that shared and were executed whole as well, in the order of their ids"
    )


def make_class_record(
    scored: Iterable[HandinRecord], grading: Grading, compared: Iterable[Compared] = ()
) -> ClassRecord:
    """Return the class's results; every hand-in must have been scored with this Grading.

    compared: those that were executed in two ways; one of a notebook that is not the hand-in's now is left out.
    """
    handins = tuple(sorted(scored, key=lambda one: one.student))
    words = Counter(word for one in handins for word in one.words)
    worth = list_worth(grading.bank, grading.assignment)
    return ClassRecord(
        course=grading.course.name,
        course_digest=grading.course.mark.digest,
        title=grading.assignment.title.en,
        deadline=grading.assignment.deadline,
        late=grading.assignment.late,
        decisions=_list_decisions(handins),
        possible=handins[0].possible if handins else sum(worth.values(), Decimal("0.0")),
        words=dict(sorted(words.items())),
        questions=find_question_results(handins, grading),
        handins=handins,
        whole=_list_whole(compared, handins),
    )


def _list_whole(compared: Iterable[Compared], handins: Iterable[HandinRecord]) -> tuple[Compared, ...]:
    its = {one.student: one.run.notebook_sha256 for one in handins}
    found = [one for one in compared if its.get(one.student) == one.notebook_sha256]
    return tuple(sorted(found, key=lambda one: one.student))


def _list_decisions(handins: Iterable[HandinRecord]) -> tuple[Decision, ...]:
    every = dict.fromkeys(decision for one in handins for decision in one.decisions)
    return tuple(sorted(every, key=lambda one: one.student))


def load_results(runs: Path) -> ClassRecord:
    """Return what `results.json` holds; FixableError where there is none of this version."""
    path = runs / RESULTS_FILE
    return parse_as(ClassRecord, load_json(path, "what hw9 report writes"), str(path))


def write_results(runs: Path, results: ClassRecord) -> Path:
    """Write `results.json`, whole or not at all, and return its path."""
    path = runs / RESULTS_FILE
    write_whole(path, to_json(results, indent=2))
    return path
