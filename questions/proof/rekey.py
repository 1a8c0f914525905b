"""What another profile's models do to each question: still valid and with which key, or not valid and why."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assignment.fixable import Fault
from assignment.outputs import Outputs
from questions.bank import Bank
from questions.key import Decision, Place, decide_all, list_right


@dataclass(frozen=True)
class KeyChange:
    """A question under other Outputs: its letters before and after, and the smallest distance in margins.

    `after` is None where there is no key; `faults` say why. `wording`: what its words say wrongly there.
    """

    question: str
    before: str
    after: str | None
    ratio: float
    faults: tuple[Fault, ...]
    wording: tuple[Fault, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the key is another one, or none."""
        return self.after != self.before


@dataclass(frozen=True)
class MarginOf:
    """A choice's value and bound on the seed that is nearest, its margin, and the largest one that would hold there.

    `largest` is 0 where the seeds disagree: then none holds.
    """

    place: Place
    value: float
    bound: float
    margin: float
    largest: float

    @property
    def advice(self) -> str:
        """What a person has to change; nothing where the margin holds."""
        if not self.largest:
            return "another bound: seeds disagree"
        return "a smaller margin, or another bound" if self.largest < self.margin else ""


def list_margins(decisions: Mapping[Place, Decision]) -> list[MarginOf]:
    """Return of each choice that was decided the largest margin, of two digits, that would hold on every seed."""
    found = []
    for place, decision in decisions.items():
        nearest = min(decision.evaluated.values(), key=lambda one: abs(one.distance))
        largest = _round_down(decision.distance) if decision.agreed else 0.0
        found.append(MarginOf(place, nearest.value, nearest.bound, decision.margin, largest))
    return found


def _round_down(number: float) -> float:
    """Return a number in two digits that is not larger.

    >>> _round_down(0.2583), _round_down(0.0999), _round_down(0.3), _round_down(17.9)
    (0.25, 0.099, 0.3, 17.0)
    """
    shown = float(f"{number:.2g}")
    step = 10.0 ** (math.floor(math.log10(number)) - 1) if number else 0.0
    return shown if shown <= number else float(f"{number - step / 2:.2g}")


def rekey(
    bank: Bank,
    letters: Mapping[str, frozenset[str]],
    canonicals: Mapping[int, Outputs],
    wording: Sequence[Fault] = (),
) -> list[KeyChange]:
    """Return what becomes of each question, whose letters are `letters` today, under other canonical Outputs.

    wording: what the words of all questions say wrongly of the pictures and texts there.
    """
    decisions, faults = decide_all(bank, canonicals)
    changes = []
    for question in bank.questions:
        its, words = (
            tuple(fault for fault in found if fault.is_in(*bank.places[question.id])) for found in (faults, wording)
        )
        known = {
            letter: decisions[question.id, letter] for letter in question.choices if (question.id, letter) in decisions
        }
        right = "".join(sorted(list_right(question.id, set(known), decisions)))
        ratio = min((decision.ratio for decision in known.values()), default=0.0)
        before = "".join(sorted(letters[question.id]))
        changes.append(KeyChange(question.id, before, None if its else right, ratio, its, words))
    return changes
