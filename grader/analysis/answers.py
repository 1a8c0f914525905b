"""Answers: what a class chose, as arrays; the one thing that item analysis reads.

Counted are hand-ins with a readable Sheet that are not excused, late ones included, and questions that are not void.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.analysis.estimates import Bools, Floats, Ints
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord
from questions.bank import list_worth


@dataclass(frozen=True)
class Answers:
    """n students and k questions. A set of choices is a number: bit 0 is the question's first letter."""

    students: tuple[str, ...]
    items: tuple[str, ...]
    letters: tuple[str, ...]  # of each question, such as "abcde"
    points: Floats  # (k,)
    key: Ints  # (k,)
    chosen: Ints  # (n, k); 0 where blank or unreadable
    right: Bools  # (n, k), by a decision too

    @property
    def wrong(self) -> Bools:
        """(n, k): letters that were read and do not count as right; blank and unreadable ones are not wrong."""
        return (self.chosen > 0) & ~self.right

    @property
    def scores(self) -> Floats:
        """(n, k): 0 or the question's points, as if nobody were late."""
        return np.where(self.right, self.points, 0.0)

    @property
    def rest(self) -> Floats:
        """(n, k): each student's points on all other questions."""
        scores = self.scores
        totals: Floats = scores.sum(axis=1, keepdims=True)
        return totals - scores

    def name(self, question: int, chosen: int) -> str:
        """Return the letters of a set of choices."""
        return "".join(letter for bit, letter in enumerate(self.letters[question]) if chosen >> bit & 1)


def to_number(chosen: str | frozenset[str], letters: str) -> int:
    """Return a set of choices as a number.

    >>> to_number("ac", "abcde")
    5
    """
    return sum(1 << bit for bit, letter in enumerate(letters) if letter in chosen)


def find_answers(handins: Sequence[HandinRecord], grading: Grading) -> Answers:
    """Return the class's answers; a question that a hand-in was not scored for counts as blank."""
    counted = [one for one in handins if one.problem is None and not one.excused]
    verdicts = [{verdict.item: verdict for verdict in one.verdicts} for one in counted]
    void = {item for its in verdicts for item, verdict in its.items() if verdict.word == "void"}
    asked = [one for one in grading.bank.questions if one.id in grading.key.letters and one.id not in void]
    letters = tuple("".join(one.choices) for one in asked)
    worth, shape = list_worth(grading.bank, grading.assignment), (len(counted), len(asked))
    chosen, right = np.zeros(shape, np.int64), np.zeros(shape, np.bool_)
    for row, its in enumerate(verdicts):
        for column, (question, own) in enumerate(zip(asked, letters, strict=True)):
            if verdict := its.get(question.id):
                chosen[row, column] = to_number(verdict.chosen, own)
                right[row, column] = verdict.word == "right"
    return Answers(
        students=tuple(one.student for one in counted),
        items=tuple(one.id for one in asked),
        letters=letters,
        points=np.array([float(worth[one.id]) for one in asked]),
        key=np.array([to_number(grading.key.letters[one.id], own) for one, own in zip(asked, letters, strict=True)]),
        chosen=chosen,
        right=right,
    )
