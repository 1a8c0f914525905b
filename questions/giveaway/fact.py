"""A Fact: a claim that a student can take as known, since a stem states it or a choice was settled, and its truth."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from questions.bank import Bank
from questions.claim import Claim
from questions.giveaway.reading import fill_in
from questions.key import Decision, Place

Term = tuple[str, tuple[tuple[str, Any], ...]]  # a measure and all its arguments, sorted
Node = Term | float


@dataclass(frozen=True)
class Fact:
    """A claim and whether it holds. `place`: a question's id, and a letter or `given 0`."""

    place: Place
    claim: Claim
    holds: bool

    @property
    def told(self) -> bool:
        """Whether a stem states it, so that nobody has to settle it first."""
        return self.place[1].startswith("given")


def list_facts(bank: Bank, decisions: Mapping[Place, Decision]) -> Iterator[Fact]:
    """Yield what each stem states, and each choice whose side is known, in the order of the questions."""
    for question in bank.questions:
        yield from (Fact((question.id, f"given {i}"), one.claim, True) for i, one in enumerate(question.given))
        for letter, choice in question.choices.items():
            if (decision := decisions.get((question.id, letter))) is not None:
                yield Fact((question.id, letter), choice.claim, decision.right)


def to_sides(claim: Claim, labels: Sequence[int] = ()) -> tuple[Node, Node]:
    """Return what a claim compares: its term, and the bound, a term or a number. labels: of the pictures, if known.

    >>> to_sides(Claim(**{"measure": "probability", "with": {"picture": 1}, "above": 0.5, "margin": 0.1}), [0, 8])
    (('probability', (('label', 8), ('picture', 1))), 0.5)
    """
    left = _to_term(claim.measure, claim.with_, labels)
    if isinstance(claim.bound, dict):
        return left, _to_term(claim.measure, claim.with_ | claim.bound, labels)
    return left, float(claim.bound)


def _to_term(measure: str, arguments: Mapping[str, Any], labels: Sequence[int]) -> Term:
    """Return a term in which the true label of a picture, which is told, has its number."""
    filled, picture = fill_in(measure, arguments), arguments.get("picture")
    for name in ("label", "other"):
        if filled.get(name) == "truth" and isinstance(picture, int) and picture < len(labels):
            filled[name] = int(labels[picture])
    return measure, tuple(sorted(filled.items()))
