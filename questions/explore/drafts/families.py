"""Families: one statement of many pictures, layers, heads or words, true of some and false of others.

Two members of which one is true and the other false are a balanced pair (Goyal et al., CVPR 2017; arXiv:1612.00837):
the words alone do not tell which is which. A member is there only where its claim holds, or fails, by two margins and
by more than its spread over seeds, precisions and rounded weights.
"""

import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any, get_type_hints

from questions.claim import Claim
from questions.explore.placements import Placement, list_axis_names
from questions.explore.values import Value
from questions.measures.quantity import find_quantity
from questions.measures.registry import MEASURES

MARGINS = 2  # by which a claim has to hold, at least
_SUBJECTS = ("picture", "text", "layer", "head", "word", "to", "filter", "ascended", "function", "passage", "reader",
             "sentence", "label", "candidate", "region", "token", "baseline")  # fmt: skip
_GIVEN = ("analysis", "pieces", "percent", "share", "steps", "sigma")  # never compared: theory tells which is larger
_OF_ANOTHER_KIND = ("euclidean", "cosine")  # a distance is not larger or smaller than a similarity
Key = frozenset[tuple[str, Any]]
_TRIES = 40  # for each family that is wanted of a measure


@dataclass(frozen=True)
class Member:
    """One claim of a family. value, bound: the means over the settings; margins: the smallest distance in margins."""

    claim: Claim
    truth: bool
    value: float
    bound: float
    margins: float
    one: Value = field(repr=False)
    two: Value | None = field(repr=False)
    caught: frozenset[str] = frozenset()  # the mistakes by which it changes sides

    def holds(self, value: float, bound: float) -> bool:
        """Tell whether the claim holds where its measure has this value."""
        return value > bound if self.claim.above is not None else value < bound


@dataclass(frozen=True)
class Family:
    """Members that differ in their `subject` alone; `contrast`: the argument that each compares, if any."""

    measure: str
    subject: str
    contrast: str | None
    members: tuple[Member, ...]

    @property
    def true(self) -> list[Member]:
        """The members that hold."""
        return [one for one in self.members if one.truth]

    @property
    def false(self) -> list[Member]:
        """The members that fail."""
        return [one for one in self.members if not one.truth]


def find_families(
    measure: str, placements: Iterable[Placement], look: Callable[[Placement], Value], most: int, lot: Random
) -> list[Family]:
    """Return families of one measure, at most so many, drawn by lot among its placements, which `look` measures."""
    places = {_to_key(one): one for one in placements if "predicted" not in one.values()}
    found: dict[Any, Family] = {}
    every, options = list(places.values()), _list_options(places.values())
    for _ in range(_TRIES * most if every else 0):
        its = lot.choice(every)
        subjects, contrasts = _list_varying(measure, its)
        if len(found) == most or not subjects:
            break
        subject = lot.choice(subjects)
        contrast = lot.choice([None, *(one for one in contrasts if one != subject)])
        rows = [its | {subject: place} for place in options[subject]]
        pairs = _draw_pairs([one for one in rows if _to_key(one) in places], contrast, places, options, lot)
        members = _make_members(measure, [(look(one), look(two) if two else None) for one, two in pairs], contrast, lot)
        name = (subject, contrast, *sorted(member.claim.model_dump_json() for member in members))
        if any(one.truth for one in members) and not all(one.truth for one in members):
            found.setdefault(name, Family(measure, subject, contrast, tuple(members)))
    return list(found.values())


def mark_caught(family: Family, caught: Sequence[frozenset[str]]) -> Family:
    """Return a family whose members know by which mistakes they change sides."""
    pairs = zip(family.members, caught, strict=True)
    return replace(family, members=tuple(replace(one, caught=its) for one, its in pairs))


def _to_key(placement: Placement) -> Key:
    return frozenset(placement.items())


def _list_options(placements: Iterable[Placement]) -> dict[str, list[Any]]:
    """Return the places that each argument takes, in their order."""
    found: dict[str, dict[Any, None]] = {}
    for placement in placements:
        for name, place in placement.items():
            found.setdefault(name, {}).setdefault(place)
    return {name: [one for one in places if one is not None] for name, places in found.items()}


@cache
def _list_parents(measure: str) -> frozenset[str]:
    """Return the arguments on which the axis of another one hangs: what they change has no like elsewhere."""
    hints = get_type_hints(MEASURES[measure], include_extras=True)
    axes = [axis for hint in hints.values() for axis in list_axis_names(hint)]
    return frozenset(name for name in hints if any(f"{{{name}}}" in axis for axis in axes))


def _list_varying(measure: str, placement: Placement) -> tuple[list[str], list[str]]:
    """Return which arguments may be the subject, and which may be compared."""
    fixed = {*_list_parents(measure), *_GIVEN}
    fixed |= {name for name, value in placement.items() if value in _OF_ANOTHER_KIND}
    free = [name for name, value in placement.items() if value is not None and name not in fixed]
    return [name for name in free if name in _SUBJECTS], free


def _draw_pairs(
    placements: Sequence[Placement],
    contrast: str | None,
    places: Mapping[Key, Placement],
    options: Mapping[str, Sequence[Any]],
    lot: Random,
) -> list[tuple[Placement, Placement | None]]:
    """Return each placement with what it is compared with; with None where that is a number."""
    if contrast is None:
        return [(one, None) for one in placements]
    others = [one for one in options[contrast] if one != placements[0][contrast]]
    if not others:
        return []
    other = lot.choice(others)
    pairs = [(one, places.get(_to_key(one | {contrast: other}))) for one in placements]
    return [pair for pair in pairs if pair[1] is not None]


def _make_members(
    measure: str, rows: Sequence[tuple[Value, Value | None]], contrast: str | None, lot: Random
) -> list[Member]:
    """Return the claims of the rows that stand, above or below by lot, a number drawn where one is compared with."""
    whole = [(one, two) for one, two in rows if one.whole and (two is None or two.whole)]
    side, bound = lot.choice(["above", "below"]), None
    if contrast is None:
        bound = _draw_bound([one.middle for one, _ in whole], lot)
        if bound is None:
            return []
    made = (_make_member(one, two, two.middle if two else bound or 0.0, side, contrast) for one, two in whole)
    return [one for one in made if one is not None]


def _draw_bound(middles: Sequence[float], lot: Random) -> float | None:
    """Return a short number between two of the values, drawn by lot; None where there is none."""
    ordered = sorted(middles)
    gaps = [(low, high) for low, high in pairwise(ordered) if high > low]
    found = [one for low, high in gaps if (one := _shorten(low, high)) is not None]
    return lot.choice(found) if found else None


def _shorten(low: float, high: float) -> float | None:
    """Return the shortest number well between two numbers; None where a short one is not.

    >>> _shorten(0.123, 0.41), _shorten(0.51, 0.56), _shorten(-0.3, 0.29), _shorten(12.0, 47.0)
    (0.3, 0.54, 0.0, 30.0)
    """
    middle, quarter = (low + high) / 2, (high - low) / 4
    digits = -math.floor(math.log10(2 * quarter))
    found = (round(middle, digits) + 0.0, round(middle, digits + 1) + 0.0)
    return next((one for one in found if low + quarter <= one <= high - quarter), None)


def _make_member(one: Value, two: Value | None, bound: float, side: str, contrast: str | None) -> Member | None:
    """Return a claim that stands by two margins and one spread; None where it does not."""
    pairs = zip(one.numbers, two.numbers if two else [bound] * len(one.numbers), strict=True)
    apart = [a - b for a, b in pairs if a is not None and b is not None]
    size = find_quantity(MEASURES[one.measure]).find_margin(one.middle if two else bound, bound)
    nearest = min(map(abs, apart), default=0.0)
    steady = len({gap > 0 for gap in apart}) == 1 and nearest > max(apart) - min(apart)
    if not steady or size <= 0 or nearest < MARGINS * size:
        return None
    written = two.placement[contrast] if two and contrast else bound
    given: dict[str, Any] = {"measure": one.measure, "with": _shorten_arguments(one.measure, one.placement)}
    given |= {side: {contrast: written} if two else written, "margin": float(f"{size:.2g}")}
    truth = (apart[0] > 0) == (side == "above")
    return Member(Claim.model_validate(given), truth, one.middle, bound, nearest / size, one, two)


def _shorten_arguments(measure: str, placement: Placement) -> Placement:
    """Return arguments without those that stand at their default."""
    usual = inspect.getfullargspec(MEASURES[measure]).kwonlydefaults or {}
    return {name: value for name, value in placement.items() if name not in usual or usual[name] != value}


def list_pairs(family: Family) -> Iterator[tuple[Member, Member]]:
    """Yield every pair of a true and a false member."""
    yield from ((one, two) for one in family.true for two in family.false)


def is_finite(value: float | None) -> bool:
    """Tell whether a setting gave a number."""
    return value is not None and math.isfinite(value)
