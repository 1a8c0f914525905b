"""Lint rules that look at claims and at the key: choices that decide one another, idle distractors, uneven letters."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from questions.check import words
from questions.check.item import Flaw, Item
from questions.check.names import without_names
from questions.claim import Claim, make_arguments_model
from questions.measures.registry import MEASURES

P_VALUE = 0.05  # below it, right letters are spread too unevenly for chance
EXPECTED = 5.0  # a letter expected to be right less often than this is too rare for the chi-square test

BoundArguments = tuple[tuple[str, Any], ...]  # a measure's arguments, all of them


def find_overlaps(item: Item) -> Iterator[tuple[str, str]]:
    """Two choices of which one decides the other: the same claim, the opposite one, or bounds that imply another."""
    for (first, one), (second, two) in combinations(item.question.choices.items(), 2):
        if says := find_relation(one.claim, two.claim):
            yield second, f"claim: {says} that of choice {first}; expected claims of which none decides another"


def find_relation(one: Claim, two: Claim) -> str | None:
    """Return how the second of two claims is tied to the first, by their measure, arguments and bounds alone.

    >>> share = {"measure": "heads_above", "with": {"share": 0.5}, "margin": 1}
    >>> find_relation(Claim(**share, above=3), Claim(**share, above=5))
    'implies'
    >>> find_relation(Claim(**share, above=3), Claim(**share, below=3))
    'is the opposite of'
    >>> find_relation(Claim(**share, above=3), Claim(**share, below=5)) is None
    True
    """
    (left, bound_1, up_1), (right, bound_2, up_2) = _to_sides(one), _to_sides(two)
    if one.measure != two.measure:
        return None
    if isinstance(bound_1, tuple) or isinstance(bound_2, tuple):
        if (left, bound_1) == (right, bound_2):
            return "is the same as" if up_1 == up_2 else "is the opposite of"
        if (left, bound_1) == (bound_2, right):
            return "is the opposite of" if up_1 == up_2 else "is the same as"
        return None
    if left != right:
        return None
    if up_1 == up_2:
        return "is the same as" if bound_1 == bound_2 else "implies" if (bound_2 > bound_1) == up_1 else "follows from"
    if bound_1 == bound_2:
        return "is the opposite of"
    return "excludes" if (bound_1 > bound_2) == up_1 else None


def _to_sides(claim: Claim) -> tuple[BoundArguments, Any, bool]:
    bound = claim.bound
    right = _fill_in(claim.measure, claim.with_ | bound) if isinstance(bound, dict) else float(bound)
    return _fill_in(claim.measure, claim.with_), right, claim.above is not None


def _fill_in(measure: str, arguments: dict[str, Any]) -> BoundArguments:
    return tuple(sorted(make_arguments_model(MEASURES[measure])(**arguments).model_dump().items()))


def find_implausible(item: Item) -> Iterator[tuple[str, str]]:
    """A wrong choice that no mutant makes true: no mistake that we know of leads to it."""
    for letter in sorted(item.wrong):
        if item.flipped is not None and not item.flipped.get(letter, 0):
            yield letter, "wrong, and no mutant makes it true; expected a mistake that leads to it"


def find_uneven_letters(items: Sequence[Item]) -> Iterator[Flaw]:
    """Right choices lie at some letters more often than chance would have it."""
    p = compute_letter_p(items)
    if p is not None and p < P_VALUE:
        right, there = count_letters(items)
        spread = ", ".join(f"{letter} {right[letter]}/{there[letter]}" for letter in sorted(there))
        yield "", "", f"right letters {spread}: chi-square p = {p:.3g}; expected {P_VALUE} or more"


def compute_letter_p(items: Sequence[Item]) -> float | None:
    """Return the p of a chi-square test that every letter is right as often as it is there; None for a small bank."""
    right, there = count_letters(items)
    letters, total = sorted(there), right.total()
    expected = [total * there[letter] / there.total() for letter in letters]
    if len(letters) < 2 or min(expected) < EXPECTED:
        return None
    from scipy.stats import chisquare  # here: it takes a second to load, and `hw9 --help` tests nothing

    return float(chisquare([right[letter] for letter in letters], expected).pvalue)


def count_letters(items: Sequence[Item]) -> tuple[Counter[str], Counter[str]]:
    """Return how often each letter is right, and in how many questions it stands."""
    right = Counter(letter for item in items for letter in item.right or ())
    return right, Counter(letter for item in items for letter in item.question.choices)


def find_told_amounts(item: Item) -> Iterator[tuple[str, str]]:
    """A choice that tells an amount which its claim does not compare: a fact beside what is asked.

    What stands in backticks and what is set, such as sigma=0.2, tells no fact.
    """
    for letter, choice in item.question.choices.items():
        known = [abs(value - less) for value in _list_amounts(choice.claim) for less in (0, 1)]  # 0.9: "by 10%"
        claimed = {*known, *(100 * value for value in known), *_list_powers(choice.claim)}
        for language in ("en", "zh"):
            text = re.sub(r"`[^`]*`|\w+=[-\d.]+", "", getattr(choice.say, language))
            for told in words.AMOUNT.findall(without_names(text, language)):
                if not any(math.isclose(float(told), one, rel_tol=0.01) for one in claimed):
                    yield letter, f"say: {language}: tells {told}; expected no amount but what its claim compares"


def _list_amounts(claim: Claim) -> list[float]:
    bound = claim.bound if isinstance(claim.bound, dict) else {"bound": claim.bound}
    every = [*claim.with_.values(), *bound.values()]
    return [float(one) for one in every if isinstance(one, int | float)]


def _list_powers(claim: Claim) -> list[float]:
    """Return what the bound is a logarithm of: texts name the largest value of a map, and its measure has no unit."""
    return [10.0**claim.bound] if isinstance(claim.bound, float) and abs(claim.bound) < 10 else []
