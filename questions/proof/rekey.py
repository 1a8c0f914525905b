"""What another profile's models do to each question: still valid and with which key, or not valid and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assignment.fixable import Fault
from assignment.outputs import Outputs
from questions.bank import Bank
from questions.key import decide_all, list_right


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
