"""Grading: all of a Course that a class is graded by. One value, loaded once a command and passed as one argument."""

from dataclasses import dataclass

from assignment.agreement.agree import CANONICAL_SEED
from assignment.assignment import Assignment
from assignment.course import Course
from assignment.fixable import FixableError
from assignment.outputs import Array, Outputs
from assignment.texts import Texts
from questions.bank import Bank, load_bank
from questions.canonical import load_canonicals
from questions.key import Key, compute_key


@dataclass(frozen=True)
class Grading:
    """The questions with their computed key, the points and the deadline, and what the reference found."""

    course: Course
    bank: Bank
    key: Key
    assignment: Assignment
    canonical: Outputs  # of the seed that the released notebook uses
    pictures: Array  # (N, H, W, 3) uint8, the course's
    texts: Texts
    readers: tuple[str, ...]  # names of the question-answering models


def load_grading(course: Course) -> Grading:
    """Return what a class is graded by; FixableError where the bank, the canonical Outputs or the files have a fault.

    The key is computed from the canonical Outputs of every seed, of which the one of the released notebook is kept.
    """
    bank, canonicals = load_bank(course), load_canonicals(course)
    if CANONICAL_SEED not in canonicals:
        raise FixableError(
            f"{course.canonical}: stored are seeds {', '.join(map(str, canonicals))}; expected seed "
            f"{CANONICAL_SEED} too, which the released notebook uses"
        )
    key, its = compute_key(bank, canonicals), course.profile
    return Grading(
        course=course,
        bank=bank,
        key=key,
        assignment=course.assignment,
        canonical=canonicals[CANONICAL_SEED],
        pictures=its.pictures,
        texts=its.texts,
        readers=its.reader_names,
    )
