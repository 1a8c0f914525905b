"""What follows from other claims by measure, arguments and bounds alone, and what does not."""

from typing import Any

import pytest

from questions.giveaway.chain import find_chain
from questions.giveaway.fact import Fact
from tests.questions.giveaway.conftest import fact


def settle(target: Fact, *facts: Fact) -> str | None:
    """Return the letters of the facts that settle a target; None where none do."""
    chain = find_chain(target, [target, *facts])
    return None if chain is None else "".join(one.place[1] for one in chain)


def share(letter: str, picture: int, holds: bool = True, **bound: Any) -> Fact:
    return fact(letter, holds, measure="probability", picture=picture, **bound)


def test_comparisons_chain() -> None:
    first, second = share("a", 1, above={"picture": 2}), share("b", 2, above={"picture": 3})
    assert settle(share("c", 1, above={"picture": 3}), first, second) == "ab"
    assert settle(share("c", 3, False, above={"picture": 1}), second, first) == "ab"
    assert settle(share("c", 1, above={"picture": 3}), first) is None


def test_claim_that_fails_chains_as_its_opposite() -> None:
    first, second = share("a", 1, False, below={"picture": 2}), share("b", 3, False, above={"picture": 2})
    assert settle(share("c", 1, above={"picture": 3}), first, second) == "ab"
    assert settle(share("c", 1, above={"picture": 3}), share("a", 1, below={"picture": 2}), second) is None


def test_numbers_stand_between_terms() -> None:
    high, low = share("a", 1, above=0.6), share("b", 2, below=0.5)
    assert settle(share("c", 1, above={"picture": 2}), high, low) == "ab"
    assert settle(share("c", 1, above={"picture": 2}), share("a", 1, above=0.4), low) is None


def test_comparison_with_a_number_settles_another_number() -> None:
    compared = share("a", 1, above={"picture": 2})
    assert settle(share("c", 1, above=0.3), compared, share("b", 2, above=0.5)) == "ab"
    assert settle(share("c", 2, False, above=0.9), compared, share("b", 1, below=0.5)) == "ba"


@pytest.mark.parametrize(
    ("known", "holds", "asked", "settled"),
    [
        ({"above": 0.5}, True, {"above": 0.2}, True),
        ({"above": 0.2}, True, {"above": 0.5}, False),
        ({"above": 0.5}, True, {"below": 0.2}, True),
        ({"above": 0.5}, False, {"above": 0.7}, True),
        ({"above": 0.5}, False, {"above": 0.3}, False),
        ({"above": 0.5}, True, {"above": 0.5}, True),
    ],
)
def test_bound_settles_another_bound_by_the_side_that_is_known(
    known: dict[str, float], holds: bool, asked: dict[str, float], settled: bool
) -> None:
    assert (settle(share("c", 1, **asked), share("a", 1, holds, **known)) == "a") == settled


def test_shortest_chain_is_told() -> None:
    detour = (share("a", 1, above={"picture": 2}), share("b", 2, above={"picture": 3}))
    assert settle(share("d", 1, above={"picture": 3}), *detour, share("c", 1, above={"picture": 3})) == "c"


def test_true_label_and_its_number_are_one_thing_where_labels_are_known() -> None:
    named, true = share("a", 1, label=8, above=0.5), share("c", 1, above=0.3)
    assert find_chain(true, [true, named], labels=[0, 8]) == (named,)
    assert find_chain(true, [true, named], labels=[0, 7]) is None


def test_other_measures_and_other_arguments_settle_nothing() -> None:
    target = share("c", 1, above=0.2)
    assert settle(target, share("a", 2, above=0.5)) is None
    assert settle(target, fact("a", measure="logit", picture=1, above=0.5)) is None
    assert settle(target, share("c", 1, above=0.5)) is None  # its own place
