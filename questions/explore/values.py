"""Values: a measure at a placement on every setting. What reads the same arrays is computed once.

A run of attention is the same for every seed: most of a table costs as much as one set of Outputs.
"""

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assignment.arrays import Name
from assignment.fixable import FixableError
from assignment.outputs import Array, Outputs
from questions.claim import compute_value
from questions.explore.placements import Placement, list_placements
from questions.explore.settings import EXACT, Setting
from questions.measures.arguments import find_axes
from questions.measures.registry import MEASURES

NAN = math.nan
_NAMES_ANALYSIS = ("analysis", "other_analysis")


@dataclass(frozen=True)
class Value:
    """A measure at a placement.

    numbers: one a setting; None where that lacks what is read, nan where there is no number for a `reason`.
    """

    measure: str
    placement: Placement
    numbers: tuple[float | None, ...]
    reason: str = ""

    @property
    def known(self) -> tuple[float, ...]:
        """The numbers of the settings that have one."""
        return tuple(one for one in self.numbers if one is not None and math.isfinite(one))

    @property
    def whole(self) -> bool:
        """Whether every setting that lacks nothing gave a number."""
        return bool(self.known) and not self.reason

    @property
    def middle(self) -> float:
        """The mean over the settings; nan where a setting has no number."""
        return math.fsum(self.known) / len(self.known) if self.whole else NAN


@dataclass(frozen=True)
class _Traced(Outputs):
    """Outputs that note which of their arrays are read."""

    read: set[Name] = field(default_factory=set, repr=False, compare=False)

    def __getitem__(self, name: Name) -> Array:
        self.read.add(name)
        return super().__getitem__(name)


class Gauge:
    """Measures on several settings; `values` keeps what it has computed."""

    def __init__(self, settings: Sequence[Setting]) -> None:
        self.settings = tuple(settings)
        self._traced = [_Traced(one.outputs.arrays, one.outputs.axes) for one in settings]
        self._digests: list[dict[Name, bytes]] = [{} for _ in settings]
        self._kept: dict[tuple[Any, ...], Value] = {}

    @property
    def axes(self) -> Mapping[str, Sequence[Any]]:
        """What lies along the axes of the first setting, which are those of all."""
        return find_axes(self.settings[0].outputs)

    def measure(self, name: str, placement: Placement) -> Value:
        """Return a measure at a placement, on every setting."""
        key = (name, *placement.items())
        if key not in self._kept:
            self._kept[key] = self._compute(name, placement)
        return self._kept[key]

    def _compute(self, name: str, placement: Placement) -> Value:
        seen: list[tuple[frozenset[Name], tuple[bytes, ...], float, str]] = []
        numbers: list[float | None] = []
        reasons: list[str] = []
        for index, setting in enumerate(self.settings):
            found = next((one for one in seen if self._digest(index, one[0]) == one[1]), None)
            if found is None:
                read, number, reason = self._read(index, name, placement)
                found = (read, self._digest(index, read), number, reason)
                seen.append(found)
            lacks = any(group in setting.lacking for group, _ in found[0])
            numbers.append(None if lacks else found[2])
            reasons += [found[3]] if found[3] and not lacks else []
        return Value(name, placement, tuple(numbers), "; ".join(dict.fromkeys(reasons)))

    def _read(self, index: int, name: str, placement: Placement) -> tuple[frozenset[Name], float, str]:
        traced, number, reason = self._traced[index], NAN, ""
        traced.read.clear()
        try:
            number = compute_value(name, placement, traced)
        except FixableError as error:
            reason = error.faults[0].says
        return frozenset(traced.read), number, reason

    def _digest(self, index: int, names: frozenset[Name]) -> tuple[bytes, ...]:
        its, outputs = self._digests[index], self.settings[index].outputs
        for name in names - its.keys():
            array = outputs.arrays.get(name)
            its[name] = b"" if array is None else hashlib.blake2b(array.tobytes(), digest_size=16).digest()
        return tuple(its[name] for name in sorted(names))


def find_analyses(name: str, placement: Placement) -> set[str]:
    """Return the groups of Outputs that a measure is about: its own file's, or those that its arguments name.

    >>> find_analyses("lime_net", {"picture": 1}), find_analyses("roughness", {"analysis": "saliency"})
    ({'lime'}, {'saliency'})
    """
    own = _find_own(name)
    return {own} if own else {str(one) for key in _NAMES_ANALYSIS if (one := placement.get(key)) is not None}


def _find_own(name: str) -> str | None:
    """Return the group that a measure is always about; None where its arguments say."""
    stem = MEASURES[name].__module__.rpartition(".")[2]
    return {"classifier": "pictures", "maps": None}.get(stem, stem) if name != "area_inside" else "pictures"


def list_chosen(
    axes: Mapping[str, Sequence[Any]],
    *,
    analysis: str | None = None,
    measure: str | None = None,
    picture: int | None = None,
) -> Iterator[tuple[str, Placement]]:
    """Yield every measure with every placement, or those alone of an analysis, of a measure, of a picture."""
    for name in MEASURES if measure is None else (measure,):
        if analysis is not None and _find_own(name) not in (analysis, None):
            continue
        for placement in list_placements(name, axes):
            if analysis is not None and analysis not in find_analyses(name, placement):
                continue
            if picture is None or placement.get("picture") == picture:
                yield name, placement


def list_by_variant(settings: Sequence[Setting], numbers: Sequence[Any]) -> dict[str, list[Any]]:
    """Return the numbers of the settings by their variant, the exact one first."""
    found: dict[str, list[Any]] = {EXACT: []}
    for setting, number in zip(settings, numbers, strict=True):
        found.setdefault(setting.variant, []).append(number)
    return found
