"""A planted leak is found, by bounds or in other worlds; claims that are not tied are let be."""

from collections.abc import Mapping
from typing import Any

import pytest

from assignment.outputs import Outputs
from questions.claim import Claim
from questions.giveaway.leaks import Leak
from questions.giveaway.reading import Readings
from questions.giveaway.silence import judge, name
from questions.giveaway.world import Worlds
from tests.questions.giveaway.conftest import ask, claim, find_all, given, make_bank

Canonicals = Mapping[int, Outputs]
FOOD = {"picture": 5, "region": "food"}
MAP = {"analysis": "saliency", **FOOD}
WORD = {"word": "bat", "layer": 3}
TIES = {  # by arithmetic: measure, its arguments and bound; both decide each other
    "a probability and the lead": (
        claim("lead_of_truth", picture=9, above=0.5),
        claim("probability", picture=9, above=0.7),
    ),
    "a share of a sum and a mean": (
        claim("mass_inside", **MAP, above={"array": "loss"}),
        claim("density_inside", **MAP, above={"array": "loss"}),
    ),
    "a net weight and shares for and against": (
        claim("lime_net", **FOOD, label=8, above=0),
        claim("lime_share", **FOOD, label=8, above={"side": "against"}),
    ),
    "a sum and the rise it adds up to": (
        claim("attribution_sum", picture=5, above=10),
        claim("attribution_rise", picture=5, above=10),
    ),
    "a difference and a ratio": (claim("meaning_gap", **WORD, above=0), claim("meaning_ratio", **WORD, above=1)),
}


def list_pairs(leaks: tuple[Leak, ...]) -> list[tuple[str, str]]:
    """Return what settles what."""
    return [(" ".join(name(fact.place) for fact in leak.by), name(leak.settled)) for leak in leaks]


@pytest.mark.parametrize("tied", TIES.values(), ids=TIES)
def test_measures_that_are_tied_by_arithmetic_settle_each_other(
    tied: tuple[dict[str, Any], dict[str, Any]], mini: Canonicals
) -> None:
    one, two = tied
    found = find_all(make_bank(ask("lime-1", {"a": one}), ask("saliency-1", {"b": two})), mini)
    assert list_pairs(found.leaks) == [("saliency-1 b", "lime-1 a"), ("lime-1 a", "saliency-1 b")]
    assert all(leak.tie and leak.tie.there == leak.tie.held for leak in found.leaks)


def test_sum_of_a_region_settles_the_whole_and_not_the_other_way_round(mini: Canonicals) -> None:
    part = claim("attribution_sum", **FOOD, above=0)
    whole = claim("attribution_sum", picture=5, above=0)
    found = find_all(make_bank(ask("lime-1", {"a": part}), ask("lime-2", {"a": whole})), mini)
    assert list_pairs(found.leaks) == [("lime-1 a", "lime-2 a")]


def test_claims_that_share_a_place_alone_settle_nothing(mini: Canonicals) -> None:
    claims = {
        "a": claim("probability", picture=9, above=0.7),
        "b": claim("scale", analysis="saliency", picture=9, above=-1),
        "c": claim("mass_inside", analysis="saliency", picture=9, region="food", above=0.5),
        "d": claim("roughness", analysis="smoothgrad", picture=9, below={"array": "one"}),
        "e": claim("head_gain", layer=1, head=2, function="next", above=5),
    }
    found = find_all(make_bank(ask("lime-1", claims)), mini)
    assert found.compared > 5
    assert list_pairs(found.leaks) == []


def test_worlds_are_counted_once_for_a_claim_that_sees_no_difference(mini: Canonicals) -> None:
    one = Claim(**claim("lime_net", **FOOD, label=8, above=0))
    two = Claim(**claim("mass_inside", **MAP, above=0.5))
    worlds = Worlds(Readings(mini))
    most = max(len(worlds.compare(one, two, moved)) for moved in worlds.list_moves(one, two))
    assert 0 < most <= 10  # pictures, whatever label stands beside them


def test_claims_about_different_pictures_are_not_compared(mini: Canonicals) -> None:
    one, two = claim("lead_of_truth", picture=9, above=0.5), claim("probability", picture=2, above=0.6)
    assert find_all(make_bank(ask("lime-1", {"a": one}), ask("lime-2", {"a": two})), mini).compared == 0


def test_stem_that_states_a_choice_of_another_question_is_found(mini: Canonicals) -> None:
    told = given(claim("probability", picture=5, label=8, below=0.01))
    same = claim("probability", picture=5, label=8, below=0.05)
    found = find_all(make_bank(ask("lime-1", {}, given=[told]), ask("lime-2", {"d": same})), mini)
    assert list_pairs(found.leaks) == [("lime-1 given 0", "lime-2 d")]
    assert found.leaks[0].tie is None


def test_stem_that_states_what_settles_a_comparison_is_found_in_other_worlds(mini: Canonicals) -> None:
    told = given(claim("probability", picture=5, label=8, below=0.01))
    compared = claim("probability", picture=5, label=8, above={"label": "truth"})
    found = find_all(make_bank(ask("saliency-4", {}, given=[told]), ask("lime-2", {"d": compared})), mini)
    assert list_pairs(found.leaks) == [("saliency-4 given 0", "lime-2 d")]
    assert not found.leaks[0].right
    assert "other worlds with this fact" in found.leaks[0].says


def test_wrong_answer_that_is_told_settles_how_probable_it_is_beside_others(mini: Canonicals) -> None:
    told = given(claim("lead_of_truth", picture=8, below=0))
    compared = claim("probability", picture=8, above={"picture": 7})
    found = find_all(make_bank(ask("saliency-2", {}, given=[told]), ask("lime-1", {"c": compared})), mini)
    assert list_pairs(found.leaks) == [("saliency-2 given 0", "lime-1 c")]


def test_choice_whose_bound_implies_one_of_another_question_is_found(mini: Canonicals) -> None:
    bank = make_bank(
        ask("lime-1", {"a": claim("probability", picture=4, above=0.6)}),
        ask("lime-2", {"b": claim("probability", picture=4, above=0.9)}),
    )
    assert list_pairs(find_all(bank, mini).leaks) == [("lime-2 b", "lime-1 a")]


def test_two_choices_together_settle_a_third(mini: Canonicals) -> None:
    bank = make_bank(
        ask("lime-1", {"a": claim("probability", picture=9, above={"picture": 7})}),
        ask("lime-2", {"a": claim("probability", picture=7, above={"picture": 2})}),
        ask("lime-3", {"a": claim("probability", picture=9, above={"picture": 2})}),
    )
    assert ("lime-1 a lime-2 a", "lime-3 a") in list_pairs(find_all(bank, mini).leaks)


def test_choice_that_excludes_another_of_its_question_is_found(mini: Canonicals) -> None:
    small, larger = claim("lime_largest", picture=1, below=0.02), claim("lime_largest", picture=1, above={"picture": 2})
    found = find_all(make_bank(ask("lime-4", {"a": larger, "d": small})), mini)
    assert ("lime-4 d", "lime-4 a") in list_pairs(found.leaks)


def test_leak_into_a_concept_is_told_apart_and_no_fault(mini: Canonicals) -> None:
    one, two = TIES["a probability and the lead"]
    bank = make_bank(ask("lime-1", {"a": one}, asks="concept"), ask("lime-2", {"a": two}))
    found = find_all(bank, mini)
    assert list_pairs(found.concepts) == [("lime-2 a", "lime-1 a")]
    assert [str(fault) for fault in judge(bank, found).faults] == [
        "bank/lime.yaml: lime-2: choice a: settled by lime-1 a; expected a choice that has to be looked at [leak]"
    ]


def test_reason_at_the_settled_choice_silences_its_leak_alone(mini: Canonicals) -> None:
    one, two = TIES["a probability and the lead"]
    lint = {"lint": {"leak": "Asked on purpose, after the lead."}}
    bank = make_bank(ask("lime-1", {"a": one}), ask("lime-2", {"a": two}, lint_of={"a": lint}))
    judged = judge(bank, find_all(bank, mini))
    assert (list_pairs(judged.silenced), list_pairs(judged.open)) == (
        [("lime-1 a", "lime-2 a")],
        [("lime-2 a", "lime-1 a")],
    )


def test_silence_of_no_leak_is_a_fault(mini: Canonicals) -> None:
    bank = make_bank(ask("lime-1", {"a": TIES["a probability and the lead"][0]}, lint={"leak": "None."}))
    assert [str(fault) for fault in judge(bank, find_all(bank, mini)).faults] == [
        "bank/lime.yaml: lime-1: lint: leak silences nothing; expected no such line"
    ]
