"""Placements are what a claim may name: each binds, none is left out that the bank uses."""

import pytest

from assignment.course import open_course
from questions.axes import list_axes
from questions.bank import Bank
from questions.claim import Claim
from questions.explore.placements import list_placements
from questions.measures.registry import MEASURES

AXES = list_axes(open_course())


@pytest.mark.parametrize("name", [name for name in MEASURES if name not in ("attention_share", "lime_shared_top")])
def test_every_placement_binds_to_its_measure(name: str) -> None:
    placements = list(list_placements(name, AXES))
    assert placements
    for placement in placements[:: max(1, len(placements) // 50)]:
        Claim(measure=name, **{"with": placement}, above=0.5, margin=0.1)


@pytest.mark.slow
def test_placements_hold_the_arguments_of_the_bank(own: Bank) -> None:
    free = {"pieces", "percent", "share", "token", "steps"}  # numbers of no axis: only some are tried
    for question in own.questions:
        for choice in question.choices.values():
            given = {name: value for name, value in choice.claim.with_.items() if name not in free}
            found = list_placements(choice.claim.measure, AXES)
            assert any(given.items() <= placement.items() for placement in found), choice.claim.says


def test_nothing_is_compared_with_itself() -> None:
    assert all(one["sentence"] != one["other"] for one in list_placements("state_comparison", AXES))
    assert all(one["first"] != one["second"] for one in list_placements("lime_agreement", AXES))
