"""Choose among families: pairs that tell many mistakes from the truth, of which no claim decides another."""

from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random

from questions.check.claims import find_relation
from questions.explore.drafts.families import Family, Member, list_pairs

Pair = tuple[Member, Member]  # a true one, a false one


def choose_pairs(families: Sequence[Family], count: int, lot: Random) -> list[Pair]:
    """Return so many balanced pairs, or as many as there are, the one that tells most first.

    Each adds as many mistakes as it can to those that the ones before it catch; then a mistake should make its false
    claim true, and a measure that was asked seldom comes first. What is left is drawn by lot.
    """
    left = lot.sample(list(families), len(families))
    chosen: list[Pair] = []
    caught: set[str] = set()
    asked: Counter[str] = Counter()
    while left and len(chosen) < count:
        ranked = [(found, family) for family in left if (found := _find_best(family, chosen, caught)) is not None]
        if not ranked:
            break
        (_, pair), family = max(ranked, key=lambda one: (one[0][0][:2], -asked[one[1].measure], one[0][0][2]))
        chosen.append(pair)
        caught |= pair[0].caught | pair[1].caught
        asked[family.measure] += 1
        left.remove(family)
    return chosen


def _find_best(family: Family, chosen: Iterable[Pair], caught: set[str]) -> tuple[tuple[int, bool, int], Pair] | None:
    before = [member for pair in chosen for member in pair]
    found = [pair for pair in list_pairs(family) if not is_decided(pair[0], before) and not is_decided(pair[1], before)]
    scored = [(_score(pair, caught), pair) for pair in found]
    return max(scored, key=lambda one: one[0]) if scored else None


def _score(pair: Pair, caught: set[str]) -> tuple[int, bool, int]:
    its = pair[0].caught | pair[1].caught
    return len(its - caught), bool(pair[1].caught), len(its)


def is_decided(member: Member, before: Iterable[Member]) -> bool:
    """Tell whether a claim is implied or excluded by one of the others, by arguments and bounds."""
    return any(find_relation(one.claim, member.claim) is not None for one in before)


def choose_choices(
    families: Sequence[Family], before: Sequence[Member], lot: Random, count: int = 5
) -> tuple[list[Member], list[Family]]:
    """Return the claims of a question, from one or two families, in the order of its letters, and those families.

    How many are true is drawn by lot, and so are the letters; nothing where no families give a true and a false one.
    """
    for first in lot.sample(list(families), len(families)):
        rest = [one for one in families if one is not first]
        for second in [None, *lot.sample(rest, len(rest))] if lot.random() < 0.5 else lot.sample(rest, len(rest)):
            its = [first, *([second] if second else [])]
            if members := _draw(its, before, lot, count):
                return members, its
    return [], []


def _draw(families: Sequence[Family], before: Sequence[Member], lot: Random, count: int) -> list[Member]:
    pool = [member for family in families for member in family.members]
    free: list[Member] = []
    for member in sorted(lot.sample(pool, len(pool)), key=lambda one: -len(one.caught)):
        if not is_decided(member, [*before, *free]):
            free.append(member)
    true, false = [one for one in free if one.truth], [one for one in free if not one.truth]
    fits = [right for right in range(1, count) if right <= len(true) and count - right <= len(false)]
    if not fits:
        return []
    right = lot.choice(fits)
    members = [*true[:right], *false[: count - right]]
    return lot.sample(members, len(members))
