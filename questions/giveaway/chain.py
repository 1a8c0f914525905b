"""Chains: a claim that follows from other claims by their measure, arguments and bounds alone.

A claim that holds says that one term is above another, or above a number; one that fails says the opposite. These are
arrows from the larger to the smaller, and each number has one to the next smaller: a choice is settled where arrows
lead from one of its sides to the other. So a > b and b > c settle a > c, and x > 0.6 and y < 0.5 settle x > y.
"""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from itertools import pairwise

from questions.giveaway.fact import Fact, Node, to_sides

Arrows = Mapping[Node, Sequence[tuple[Node, Fact | None]]]  # the larger -> what is smaller, and by which fact


def find_chain(target: Fact, facts: Sequence[Fact], labels: Sequence[int] = ()) -> tuple[Fact, ...] | None:
    """Return the fewest of the other facts from which a claim follows, or its opposite; None where it does not.

    labels: the pictures' true labels, so that `truth` and its number are the same.
    """
    left, right = to_sides(target.claim, labels)
    others = [one for one in facts if one.place != target.place and one.claim.measure == target.claim.measure]
    arrows = _draw(others, labels, [side for side in (left, right) if isinstance(side, float)])
    found = [path for ends in ((left, right), (right, left)) if (path := _find_path(arrows, *ends)) is not None]
    return min(found, key=len, default=None)


def _draw(facts: Sequence[Fact], labels: Sequence[int], bounds: Sequence[float]) -> Arrows:
    arrows: dict[Node, list[tuple[Node, Fact | None]]] = defaultdict(list)
    numbers = set(bounds)
    for fact in facts:
        left, right = to_sides(fact.claim, labels)
        numbers |= {right} if isinstance(right, float) else set()
        larger, smaller = (left, right) if (fact.claim.above is not None) == fact.holds else (right, left)
        arrows[larger].append((smaller, fact))
    for low, high in pairwise(sorted(numbers)):
        arrows[high].append((low, None))
    return arrows


def _find_path(arrows: Arrows, start: Node, end: Node) -> tuple[Fact, ...] | None:
    """Return the facts on the way that needs the fewest; a step from number to number needs none."""
    todo: deque[tuple[Node, tuple[Fact, ...]]] = deque([(start, ())])
    seen: set[Node] = set()
    while todo:
        node, path = todo.popleft()
        if node == end:
            return path
        if node in seen:
            continue
        seen.add(node)
        for smaller, fact in arrows.get(node, ()):
            if fact is None:
                todo.appendleft((smaller, path))
            else:
                todo.append((smaller, (*path, fact)))
    return None
