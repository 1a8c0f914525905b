"""Families: one statement of many pictures, layers, heads or words, true of some and false of others.

Two members of which one is true and the other false are a balanced pair (Goyal et al., CVPR 2017; arXiv:1612.00837):
the words alone do not tell which is which. A member is there only where its claim holds, or fails, by two margins and
by more than its spread over seeds, precisions and rounded weights.
"""

import inspect
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
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


def find_families(values: Sequence[Value], most: int, lot: Random) -> list[Family]:
    """Return families of one measure, at most so many, drawn by lot among all of its values."""
    rows = {_to_key(one.placement): one for one in values if one.whole and "predicted" not in one.placement.values()}
    found: dict[Any, Family] = {}
    every, options = list(rows.values()), _list_options(rows.values())
    for _ in range(_TRIES * most if every else 0):
        row = lot.choice(every)
        subjects, contrasts = _list_varying(row)
        if len(found) == most or not subjects:
            break
        subject = lot.choice(subjects)
        contrast = lot.choice([None, *(one for one in contrasts if one != subject)])
        members = _draw_members(row, subject, contrast, rows, options, lot)
        name = (subject, contrast, *sorted(member.claim.model_dump_json() for member in members))
        if any(one.truth for one in members) and not all(one.truth for one in members):
            found.setdefault(name, Family(row.measure, subject, contrast, tuple(members)))
    return list(found.values())


def mark_caught(family: Family, caught: Sequence[frozenset[str]]) -> Family:
    """Return a family whose members know by which mistakes they change sides."""
    pairs = zip(family.members, caught, strict=True)
    return replace(family, members=tuple(replace(one, caught=its) for one, its in pairs))


def _to_key(placement: Placement) -> Key:
    return frozenset(placement.items())


def _list_options(rows: Iterable[Value]) -> dict[str, list[Any]]:
    """Return the places that each argument takes, in their order."""
    found: dict[str, dict[Any, None]] = {}
    for row in rows:
        for name, place in row.placement.items():
            found.setdefault(name, {}).setdefault(place)
    return {name: [one for one in places if one is not None] for name, places in found.items()}


@cache
def _list_parents(measure: str) -> frozenset[str]:
    """Return the arguments on which the axis of another one hangs: what they change has no like elsewhere."""
    hints = get_type_hints(MEASURES[measure], include_extras=True)
    axes = [axis for hint in hints.values() for axis in list_axis_names(hint)]
    return frozenset(name for name in hints if any(f"{{{name}}}" in axis for axis in axes))


def _list_varying(row: Value) -> tuple[list[str], list[str]]:
    """Return which arguments may be the subject, and which may be compared."""
    fixed = {*_list_parents(row.measure), *_GIVEN}
    free = [name for name, value in row.placement.items() if value is not None and name not in fixed]
    return [name for name in free if name in _SUBJECTS], free


def _draw_members(
    row: Value,
    subject: str,
    contrast: str | None,
    rows: Mapping[Key, Value],
    options: Mapping[str, Sequence[Any]],
    lot: Random,
) -> list[Member]:
    places = [row.placement | {subject: place} for place in options[subject]]
    found = [rows[key] for one in places if (key := _to_key(one)) in rows]
    side = lot.choice(["above", "below"])
    if contrast is None:
        bound = _draw_bound([one.middle for one in found], lot)
        members = [_make_member(one, None, bound, side, contrast) for one in found] if bound is not None else []
    else:
        others = [one for one in options[contrast] if one != row.placement[contrast]]
        if not others:
            return []
        other = lot.choice(others)
        pairs = [(one, rows.get(_to_key(one.placement | {contrast: other}))) for one in found]
        members = [_make_member(one, two, two.middle, side, contrast) for one, two in pairs if two is not None]
    return [one for one in members if one is not None]


def _draw_bound(middles: Sequence[float], lot: Random) -> float | None:
    """Return a short number between two of the values, drawn by lot; None where there is none."""
    ordered = sorted(middles)
    gaps = [(low, high) for low, high in pairwise(ordered) if high > low]
    found = [one for low, high in gaps if (one := _shorten(low, high)) is not None]
    return lot.choice(found) if found else None


def _shorten(low: float, high: float) -> float | None:
    """Return the number of one or two digits nearest to the middle between two numbers; None where none is between.

    >>> _shorten(0.123, 0.41), _shorten(0.51, 0.56), _shorten(0.501, 0.502)
    (0.3, 0.54, None)
    """
    middle = (low + high) / 2
    found = (float(f"{middle:.{digits}g}") for digits in (1, 2))
    return next((one for one in found if low + (high - low) / 4 <= one <= high - (high - low) / 4), None)


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
