"""Course: all that a class is graded by. One value, loaded once a command and passed as one argument."""

from dataclasses import dataclass

from assignment.assignment import Assignment, load_assignment
from assignment.fixable import FixableError
from assignment.outputs import Array, Outputs
from assignment.profile import load_profile
from assignment.texts import Texts
from grader.agreement.agree import CANONICAL_SEED
from questions.bank import Bank, load_bank
from questions.canonical import CANONICAL_FOLDER, load_canonicals
from questions.key import Key, compute_key


@dataclass(frozen=True)
class Course:
    """The questions with their computed key, the points and the deadline, and what the reference found."""

    profile: str
    bank: Bank
    key: Key
    assignment: Assignment
    canonical: Outputs  # of the seed that the released notebook uses
    pictures: Array  # (N, H, W, 3) uint8, the profile's
    texts: Texts
    readers: tuple[str, ...]  # names of the question-answering models


def load_course(profile: str) -> Course:
    """Return the Course of a profile; FixableError where the bank, the canonical Outputs or the profile have a fault.

    The key is computed from the canonical Outputs of every seed, of which the one of the released notebook is kept.
    """
    bank, canonicals = load_bank(), load_canonicals(profile)
    if CANONICAL_SEED not in canonicals:
        raise FixableError(
            f"{CANONICAL_FOLDER / profile}: stored are seeds {', '.join(map(str, canonicals))}; expected seed "
            f"{CANONICAL_SEED} too, which the released notebook uses"
        )
    key, its = compute_key(bank, canonicals), load_profile(profile)
    return Course(
        profile=profile,
        bank=bank,
        key=key,
        assignment=load_assignment(),
        canonical=canonicals[CANONICAL_SEED],
        pictures=its.pictures,
        texts=its.texts,
        readers=its.reader_names,
    )
