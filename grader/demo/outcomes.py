"""`hw9 demo`: make the made-up class, grade it, and compare the words and points that came with those expected."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from assignment.course import Course
from assignment.fixable import Fault, FixableError, check_all
from grader.demo.members import CLASS, Expectation, make_class
from grader.scoring.grading import Grading, load_grading
from grader.scoring.handin_record import HandinRecord
from questions.bank import list_worth, load_bank
from questions.canonical import load_canonicals


@dataclass(frozen=True)
class Outcome:
    """One student of the class: what came, what was expected."""

    student: str
    words: tuple[str, ...]
    total: Decimal
    expected: Expectation

    @property
    def holds(self) -> bool:
        """Whether the words are those expected, in any order, and the points equal."""
        return frozenset(self.words) == self.expected.words and self.total == self.expected.points


def load_rehearsal(course: Course) -> Grading:
    """Return what a class of a course is graded by; FixableError with all that the course lacks to be rehearsed."""
    faults: list[Fault] = []
    for find in (lambda: course.released, lambda: load_bank(course), lambda: load_canonicals(course)):
        try:
            find()
        except FixableError as error:
            faults += error.faults
    check_all(faults)
    return load_grading(course)


def write_handins(folder: Path, grading: Grading, most: int | None = None) -> Mapping[str, Expectation]:
    """Write the class's hand-ins, or its first `most`, to `folder`; returns what is expected of each student."""
    notebook = json.loads(grading.course.read_released())
    points = list_worth(grading.bank, grading.assignment)
    deadline = grading.assignment.deadline
    return make_class(folder, notebook, grading.key.letters, points, deadline, CLASS[:most])


def compare_outcomes(scored: Sequence[HandinRecord], expected: Mapping[str, Expectation]) -> tuple[Outcome, ...]:
    """Put what came beside what was expected; a student without a result has no words."""
    found = {one.student: one for one in scored}
    return tuple(
        Outcome(student, found[student].words, found[student].total, wanted)
        if student in found
        else Outcome(student, (), Decimal("0.0"), wanted)
        for student, wanted in expected.items()
    )
