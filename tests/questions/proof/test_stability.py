"""Stability: a claim has to stand where the numbers are a little different, by more than they move."""

from pathlib import Path

import numpy as np
import pytest

from assignment.course import Course, open_course
from assignment.fixable import Fault, FixableError
from assignment.outputs import Outputs
from questions.bank import Bank, load_bank
from questions.canonical import load_canonicals
from questions.key import decide_all
from questions.proof.stability import (
    VARIANTS,
    Stability,
    Steadiness,
    compute_all_steadiness,
    find_seed_faults,
    find_stability_faults,
    load_stability,
    make_reruns,
    measure,
    save_stability,
)


@pytest.fixture
def canonicals(tiny: Course) -> dict[int, Outputs]:
    return load_canonicals(tiny)


def shake(outputs: Outputs, truth: float) -> Outputs:
    """Return Outputs whose true label has another probability."""
    logits = np.full((10, 11), np.log((1 - truth) / 10))
    logits[:, 3] = np.log(truth)
    return Outputs(dict(outputs) | {("pictures", "logits"): logits}, outputs.axes)


def measure_at(bank: Bank, canonicals: dict[int, Outputs], truth: float) -> Stability:
    shaken = {seed: shake(outputs, truth) for seed, outputs in canonicals.items()}
    return measure("tiny", bank, {"float32": canonicals, "bfloat16_weights": shaken})


def find_faults(bank: Bank, canonicals: dict[int, Outputs], stability: Stability) -> list[Fault]:
    decisions, _ = decide_all(bank, canonicals)
    return list(find_stability_faults(bank, compute_all_steadiness(bank, decisions, stability)))


def test_claim_that_moves_less_than_its_distance_is_steady(bank: Bank, canonicals: dict[int, Outputs]) -> None:
    stability = measure_at(bank, canonicals, 0.85)
    assert find_faults(bank, canonicals, stability) == []
    decisions, _ = decide_all(bank, canonicals)
    its = compute_all_steadiness(bank, decisions, stability)["lime-1", "a"]
    assert (its.smallest, its.spread) == (pytest.approx(0.35, abs=1e-4), pytest.approx(0.05, abs=1e-4))
    assert its.ratio == pytest.approx(7, rel=0.01)


def test_claim_inside_its_spread_is_a_fault(bank: Bank, canonicals: dict[int, Outputs]) -> None:
    faults = find_faults(bank, canonicals, measure_at(bank, canonicals, 0.65))  # 0.15 from the bound, moves by 0.25
    assert any(str(fault).startswith("bank/lime.yaml: lime-1: choice a: claim: inside its spread") for fault in faults)


def test_claim_that_changes_sides_is_a_fault(bank: Bank, canonicals: dict[int, Outputs]) -> None:
    faults = find_faults(bank, canonicals, measure_at(bank, canonicals, 0.4))
    assert any("choice a: claim: changes sides" in str(fault) for fault in faults)


def test_claim_that_was_not_measured_as_it_stands_is_a_fault(bank: Bank, canonicals: dict[int, Outputs]) -> None:
    stability = measure_at(bank, canonicals, 0.85)
    other = stability.questions["lime-1"] | {"a": stability.questions["lime-1"]["b"]}  # another claim's digest
    stale = stability.model_copy(update={"questions": stability.questions | {"lime-1": other}})
    (fault,) = find_faults(bank, canonicals, stale)
    assert "lime-1: choice a: claim: its stability was not measured" in str(fault)


def test_question_of_which_nothing_was_measured_is_one_fault(bank: Bank, canonicals: dict[int, Outputs]) -> None:
    stability = measure_at(bank, canonicals, 0.85)
    found = find_faults(bank, canonicals, stability.model_copy(update={"questions": {}}))
    assert len(found) == len(bank.ids)
    assert str(found[0]).startswith("bank/lime.yaml: lime-1: the stability was not measured")


def test_claim_inside_its_spread_over_the_seeds_is_a_fault_before_anything_is_measured(
    bank: Bank, canonicals: dict[int, Outputs]
) -> None:
    decisions, _ = decide_all(bank, {seed: shake(its, 0.9 - 0.1 * seed) for seed, its in canonicals.items()})
    found = [str(fault) for fault in find_seed_faults(bank, decisions, {})]
    assert found[0].startswith("bank/lime.yaml: lime-1: choice a: claim: inside its spread: comes as near as 0.1")
    steady = dict.fromkeys(decisions, Steadiness(smallest=1.0, spread=0.1))  # what was measured is judged elsewhere
    assert list(find_seed_faults(bank, decisions, steady)) == []


def test_stored_stability_is_read_back(bank: Bank, canonicals: dict[int, Outputs], tmp_path: Path) -> None:
    stability = measure_at(bank, canonicals, 0.85)
    save_stability(stability, tmp_path)
    assert load_stability(tmp_path) == stability
    with pytest.raises(FixableError, match="hw9 questions stability --write"):
        load_stability(tmp_path / "other")


def test_variants_are_float32_and_rounded_weights_on_every_seed() -> None:
    reruns = make_reruns((1, 2, 3))
    assert set(reruns) == set(VARIANTS) == {"float32", "bfloat16_weights"}
    assert {rerun.seeds for ones in reruns.values() for rerun in ones} == {(1, 2, 3)}
    assert {rerun.weights for rerun in reruns["bfloat16_weights"]} == {"bfloat16"}
    assert {rerun.dtype for rerun in reruns["float32"]} == {"float32"}


@pytest.mark.slow
def test_own_claims_are_measured_on_three_seeds_in_each_variant_and_stand() -> None:
    bank, canonicals, stability = (
        load_bank(open_course()),
        load_canonicals(open_course()),
        load_stability(open_course().proofs),
    )
    assert find_faults(bank, canonicals, stability) == []
    counts = {
        len(ones) for its in stability.questions.values() for one in its.values() for ones in one.distances.values()
    }
    assert counts == {3}
