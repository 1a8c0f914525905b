"""Stability: whether the key stays what it is where the numbers are a little different.

Every claim is measured on every canonical seed, in float64 and in float32, and once more with the models' weights
rounded to bfloat16, which is a small change of the models themselves. Its spread is how far its distance from the bound
moves over all of these; its smallest distance has to be more than that, and on the same side throughout.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from assignment.arrays import GROUPS
from assignment.fixable import Fault, FixableError, load_yaml, parse_as
from assignment.outputs import Outputs
from assignment.records import Record
from questions.bank import Bank
from questions.claim import digest
from questions.key import Decision, Place, decide
from questions.proof.rerun import Rerun

VARIANTS: Mapping[str, tuple[str, str]] = {  # what `Rerun` is given: precision, weights
    "float32": ("float32", "stored"),
    "bfloat16_weights": ("float32", "bfloat16"),
}
UNMEASURED = "stability was not measured; expected `hw9 questions stability --write`"


class Measurement(Record):
    """A choice: a digest of its claim, and its distance from the bound by variant, on every seed."""

    claim: str
    distances: dict[str, tuple[float, ...]]


class Stability(Record):
    """What was measured of a course (`profile`), by question and letter."""

    profile: str
    questions: dict[str, dict[str, Measurement]]


class Steadiness(Record):
    """smallest: the distance nearest to the bound, negative where it changes sides; spread: largest less smallest."""

    smallest: float
    spread: float

    @property
    def ratio(self) -> float:
        """The smallest distance in spreads: below 1 the claim is inside its spread; infinite where nothing moves."""
        return self.smallest / self.spread if self.spread else float("inf")


def make_reruns(seeds: tuple[int, ...], device: str = "cpu") -> dict[str, list[Rerun]]:
    """Return by variant what has to be computed: a group each, so that they share the cores."""
    return {
        name: [Rerun(groups=(group,), seeds=seeds, dtype=dtype, weights=weights, device=device) for group in GROUPS]
        for name, (dtype, weights) in VARIANTS.items()
    }


def measure(name: str, bank: Bank, runs: Mapping[str, Mapping[int, Outputs]]) -> Stability:
    """Measure every claim on the Outputs of each variant and seed; FixableError where a number cannot be had."""
    questions: dict[str, dict[str, Measurement]] = {}
    for question in bank.questions:
        its = questions.setdefault(question.id, {})
        for letter, choice in question.choices.items():
            found = {name: decide(choice, outputs).evaluated.values() for name, outputs in runs.items()}
            distances = {name: tuple(float(f"{one.distance:.6g}") for one in ones) for name, ones in found.items()}
            its[letter] = Measurement(claim=digest(choice.claim), distances=distances)
    return Stability(profile=name, questions=questions)


def compute_steadiness(decision: Decision, measured: Measurement | None = None) -> Steadiness:
    """Return how a choice's distance moves over the canonical seeds, and over what was measured beside them."""
    distances = [one.distance for one in decision.evaluated.values()]
    distances += [one for ones in (measured.distances if measured else {}).values() for one in ones]
    sign = 1.0 if distances[0] > 0 else -1.0
    return Steadiness(smallest=min(sign * one for one in distances), spread=max(distances) - min(distances))


def compute_all_steadiness(
    bank: Bank, decisions: Mapping[Place, Decision], stability: Stability
) -> dict[Place, Steadiness]:
    """Return the steadiness of every choice that was decided and measured as its claim now stands."""
    found = {}
    for question in bank.questions:
        for letter, choice in question.choices.items():
            measured = stability.questions.get(question.id, {}).get(letter)
            if measured and measured.claim == digest(choice.claim) and (question.id, letter) in decisions:
                found[question.id, letter] = compute_steadiness(decisions[question.id, letter], measured)
    return found


def find_stability_faults(bank: Bank, steadiness: Mapping[Place, Steadiness]) -> Iterator[Fault]:
    """Yield each claim that was not measured, changes sides, or lies inside its spread; none measured is one fault."""
    for question in bank.questions:
        if not any((question.id, letter) in steadiness for letter in question.choices):
            yield Fault(bank.places[question.id], f"the {UNMEASURED}")
            continue
        for letter in question.choices:
            where = (*bank.places[question.id], f"choice {letter}", "claim")
            if says := _find_unsteady(steadiness.get((question.id, letter))):
                yield Fault(where, says)


def find_seed_faults(
    bank: Bank, decisions: Mapping[Place, Decision], steadiness: Mapping[Place, Steadiness]
) -> Iterator[Fault]:
    """Yield each claim that was not measured and lies inside its spread over the seeds alone: no proof will mend it."""
    for (name, letter), decision in decisions.items():
        its = compute_steadiness(decision)
        if (name, letter) not in steadiness and its.smallest > 0 and its.ratio < 1:
            yield Fault((*bank.places[name], f"choice {letter}", "claim"), _say_inside(its))


def _find_unsteady(its: Steadiness | None) -> str | None:
    if its is None:
        return f"its {UNMEASURED}"
    if its.smallest <= 0:
        return "changes sides with precision, weights or seed; expected the same side on all"
    return _say_inside(its) if its.ratio < 1 else None


def _say_inside(its: Steadiness) -> str:
    near = f"comes as near as {its.smallest:.3g} to the bound, moves by {its.spread:.3g}"
    return f"inside its spread: {near}; expected a distance above the spread"


def load_stability(proofs: Path) -> Stability:
    """Return what a course's folder of proofs says was measured; FixableError where nothing was."""
    path = proofs / "stability.yaml"
    if not path.exists():
        raise FixableError(f"{path}: missing; expected what `hw9 questions stability --write` measures")
    return parse_as(Stability, load_yaml(path), str(path))


def save_stability(stability: Stability, proofs: Path) -> Path:
    """Write `stability.yaml` and return its path."""
    path = proofs / "stability.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = (
        "# How far each claim is from its bound where the numbers are a little different, on every seed.\n"
        "# Written by `hw9 questions stability --write`; do not edit.\n"
    )
    text = yaml.safe_dump(stability.model_dump(mode="json"), sort_keys=False, width=120)
    path.write_text(head + text, encoding="utf-8")
    return path
