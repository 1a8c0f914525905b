"""The Key: which choices of a question are right. It is computed from the claims on the canonical Outputs, never typed.

A claim must hold, or fail, by at least its margin and alike on every seed; a question must have a right and a wrong
choice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assignment.fixable import Fault, FixableError, check_all
from assignment.outputs import Outputs
from questions.bank import Bank
from questions.claim import Evaluation, evaluate
from questions.question import Choice, Given

Place = tuple[str, str]  # question id, letter


@dataclass(frozen=True)
class Decision:
    """One choice's claim on every seed."""

    margin: float
    evaluated: Mapping[int, Evaluation]

    @property
    def right(self) -> bool:
        """Whether the claim holds on every seed."""
        return all(item.holds for item in self.evaluated.values())

    @property
    def agreed(self) -> bool:
        """Whether it holds on every seed or fails on every one."""
        return len({item.holds for item in self.evaluated.values()}) == 1

    @property
    def distance(self) -> float:
        """The smallest distance from the bound over the seeds, without sign."""
        return min(abs(item.distance) for item in self.evaluated.values())

    @property
    def ratio(self) -> float:
        """The smallest distance in margins: below 1 the claim lies within its margin."""
        return self.distance / self.margin


@dataclass(frozen=True)
class Key:
    """The right letters of each question, and how each choice was decided."""

    letters: Mapping[str, frozenset[str]]
    decisions: Mapping[Place, Decision]


def compute_key(bank: Bank, canonicals: Mapping[int, Outputs]) -> Key:
    """Return the key of a bank by the canonical Outputs of every seed; FixableError with all that forbids one."""
    decisions, faults = decide_all(bank, canonicals)
    check_all(faults)
    letters = {name: {letter for of, letter in decisions if of == name} for name in bank.ids}
    return Key({name: list_right(name, letters[name], decisions) for name in bank.ids}, decisions)


def list_right(question_id: str, letters: set[str], decisions: Mapping[Place, Decision]) -> frozenset[str]:
    """Return those of a question's letters whose claim holds on every seed."""
    return frozenset(letter for letter in letters if decisions[question_id, letter].right)


def decide_all(bank: Bank, canonicals: Mapping[int, Outputs]) -> tuple[dict[Place, Decision], list[Fault]]:
    """Return every choice's decision, where its numbers can be had, and all faults in the order of the questions."""
    decisions: dict[Place, Decision] = {}
    faults: list[Fault] = []
    for question in bank.questions:
        place = bank.places[question.id]
        for index, given in enumerate(question.given):
            faults += find_given_faults(given, canonicals, (*place, f"given {index}", "claim"))
        for letter, choice in question.choices.items():
            where = (*place, f"choice {letter}", "claim")
            try:
                decision = decide(choice, canonicals)
            except FixableError as error:
                faults += error.within(*where).faults
                continue
            decisions[question.id, letter] = decision
            faults += (Fault(where, says) for says in _find_decision_faults(decision))
        found = [
            decisions[question.id, letter].right for letter in question.choices if (question.id, letter) in decisions
        ]
        if len(found) == len(question.choices) and not 0 < sum(found) < len(found):
            says = f"{sum(found)} of {len(found)} choices are right; expected 1 to {len(found) - 1}"
            faults.append(Fault(place, says))
    return decisions, faults


def find_given_faults(given: Given, canonicals: Mapping[int, Outputs], where: tuple[str, ...]) -> list[Fault]:
    """Return what is wrong with a fact that a stem states: it has to hold on every seed."""
    try:
        decision = decide(given, canonicals)
    except FixableError as error:
        return list(error.within(*where).faults)
    if not decision.right:
        return [Fault(where, f"{given.claim.says}: it does not hold; expected a fact that does")]
    return [Fault(where, says) for says in _find_decision_faults(decision)]


def decide(choice: Choice | Given, canonicals: Mapping[int, Outputs]) -> Decision:
    """Evaluate a choice's claim on every seed; FixableError (without place) where a number cannot be had."""
    evaluated = {}
    for seed, outputs in canonicals.items():
        try:
            evaluated[seed] = evaluate(choice.claim, outputs)
        except FixableError as error:
            raise error.within(f"seed {seed}") from None
    return Decision(choice.claim.margin, evaluated)


def _find_decision_faults(decision: Decision) -> Iterator[str]:
    seen = ", ".join(f"{item.distance:+.3g} on seed {seed}" for seed, item in decision.evaluated.items())
    if not decision.agreed:
        yield f"the seeds disagree, beyond the bound by {seen}; expected the same side on every seed"
    elif decision.ratio < 1:
        yield f"within its margin, beyond the bound by {seen}; expected {decision.margin:g} or more either way"
