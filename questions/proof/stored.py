"""The Proof of a bank: what its mutation tests and its stability came to, as a course stores it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from assignment.course import Course
from assignment.fixable import Fault, FixableError
from assignment.provenance import digest_outputs, find_stale
from questions.bank import Bank
from questions.key import Place
from questions.proof.matrix import Matrix, digest_claims, load_matrix
from questions.proof.signatures import FILE_NAME
from questions.proof.stability import Stability, load_stability

Stored = TypeVar("Stored")
VERBS = {"mutate": "mutation.yaml", "stability": "stability.yaml"}  # what each stores


@dataclass(frozen=True)
class Proof:
    """What is stored; a part that is not is None, and `missing` says how it is made."""

    matrix: Matrix | None = None
    stability: Stability | None = None
    missing: tuple[Fault, ...] = ()

    def count_flipped(self, bank: Bank) -> Mapping[Place, int] | None:
        """Return how many mutants turn each choice over; None where none were run with the claims as they now stand."""
        return self.matrix.count_flipped() if self.matrix and self.matrix.claims == digest_claims(bank) else None


def find_stale_proofs(course: Course) -> list[Fault]:
    """Return each stored proof that was made from other canonical Outputs, or was changed.

    Claims that changed since are faults of the proof itself: it says of each question which ones it was made from.
    """
    outputs, faults = digest_outputs(course), list[Fault]()
    for verb, name in (*VERBS.items(), ("mutate", FILE_NAME)):
        if (course.proofs / name).exists():
            again = f"hw9 questions {verb}{course.option} --write"
            faults += find_stale(course.proofs, {name: outputs}, again)
    return faults


def load_proof(proofs: Path) -> Proof:
    """Return what a course's folder of proofs holds; nothing is missed where there is no folder to look in."""
    if not proofs.exists():
        return Proof()
    missing: list[Fault] = []

    def load(read: Callable[[Path], Stored]) -> Stored | None:
        try:
            return read(proofs)
        except FixableError as error:
            missing.extend(error.faults)
            return None

    return Proof(load(load_matrix), load(load_stability), tuple(missing))
