"""Where a hand-in leaves the trunk, and which orders its branches get."""

from typing import Any

import pytest

from grader.trunk.rule.known import Known, Look, Trace
from grader.trunk.rule.names import find_names
from grader.trunk.rule.path import Gap, Order, find_path, walk

RELEASED = ["a = 1", "# scratch\nb = a", "c = a", "# TODO\nd = a", "print(c)", "answers = {}", "history()"]
FREE = [False, True, False, True, False, True, False]
TRACES = [Trace(opened=())] * 6 + [Trace(opened=(), history=True)]
STATE: dict[str, Any] = {"groups": (), "kinds": {}, "filters": (), "files": {}, "modules": {}, "loaded": ()}


def change(**changed: str) -> list[str]:
    """Return a hand-in: `_1` and the like stand for the number of a released cell; an empty text deletes it."""
    sources = [changed.get(f"_{number}", source) for number, source in enumerate(RELEASED)]
    return [part for source in sources for part in source.split("###") if part]


def make_look(**names: str) -> Look:
    return Look(names={name: (its, (), False) for name, its in names.items()}, **STATE)


KNOWN = Known(list(map(find_names, RELEASED)), TRACES, {number: make_look(b="1", d="2") for number in range(8)})


@pytest.mark.parametrize(
    ("handin", "gaps"),
    [
        (RELEASED, []),
        (change(_1="b = 2"), [Gap(1, 2, 1, 2, False), Gap(6, 7, 6, 7, False)]),
        (change(_1=""), [Gap(1, 1, 1, 2, False), Gap(5, 6, 6, 7, False)]),
        (change(_1="# scratch\nb = a###own"), [Gap(2, 3, 2, 2, False), Gap(7, 8, 6, 7, False)]),
        (change(_2="c = 2"), [Gap(2, 3, 2, 3, True), Gap(6, 7, 6, 7, False)]),
        (change(_2=""), [Gap(2, 2, 2, 3, True), Gap(5, 6, 6, 7, False)]),
        (change(_5="answers = 1"), [Gap(5, 7, 5, 7, False)]),  # the cell that looks back runs in the same branch
        (change(_1="b = 2", _2="c = 2"), [Gap(1, 3, 1, 3, True), Gap(6, 7, 6, 7, False)]),
        (["own", *RELEASED], [Gap(0, 1, 0, 0, True), Gap(7, 8, 6, 7, False)]),
        ([*RELEASED, "own"], [Gap(7, 8, 7, 7, True)]),
        ([], [Gap(0, 0, 0, 7, True)]),
    ],
)
def test_gaps_of_a_hand_in(handin: list[str], gaps: list[Gap]) -> None:
    assert list(find_path(handin, RELEASED, FREE, TRACES).gaps) == gaps


@pytest.mark.parametrize(
    ("handin", "gaps"),
    [
        (RELEASED, [Gap(4, 7, 4, 7, True)]),
        (change(_1="b = 2"), [Gap(1, 2, 1, 2, False), Gap(4, 7, 4, 7, True)]),
        (change(_3="d = 2"), [Gap(3, 7, 3, 7, True)]),
        (change(_5="answers = 1"), [Gap(4, 7, 4, 7, True)]),
        (RELEASED[:4], [Gap(4, 4, 4, 7, True)]),
    ],
)
def test_nothing_is_the_trunks_from_an_edge_on(handin: list[str], gaps: list[Gap]) -> None:
    assert list(find_path(handin, RELEASED, FREE, TRACES, edge=4).gaps) == gaps


def follow(handin: list[str], *looks: Look | None) -> list[tuple[int | None, int, int, bool]]:
    """Return the orders that a hand-in gives where its branches say that."""
    way, orders, said = walk(find_path(handin, RELEASED, FREE, TRACES), KNOWN), list[Order](), list(looks)
    try:
        orders.append(next(way))
        while True:
            orders.append(way.send(said.pop(0) if orders[-1].look else None))
    except StopIteration:
        assert not said
    return [(one.start, one.first, one.last, one.look) for one in orders]


def test_hand_in_goes_back_to_the_trunk_and_leaves_it_again() -> None:
    same = make_look(b="1", d="2")
    assert follow(change(_1="b = 2", _3="d = 2"), same, same) == [(1, 1, 2, True), (3, 3, 4, True), (6, 6, 7, False)]


def test_branch_runs_on_to_the_own_cell_that_needs_it_and_is_asked_again() -> None:
    looks = make_look(b="9", d="2"), make_look(b="9", d="2")
    assert follow(change(_1="b = 2", _3="d = b"), *looks) == [(1, 1, 2, True), (None, 2, 4, True), (6, 6, 7, False)]


def test_branch_that_says_nothing_or_left_for_good_runs_on_to_the_end() -> None:
    assert follow(change(_1="b = 2"), None) == [(1, 1, 2, True), (None, 2, 7, False)]
    assert follow(change(_2="c = 2")) == [(2, 2, 3, False), (None, 3, 7, False)]


def test_unchanged_hand_in_gives_no_order() -> None:
    assert follow(RELEASED) == []
