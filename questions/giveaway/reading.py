"""Readings: measures at arguments on the canonical Outputs of every seed, each computed once.

What reads no array that differs from seed to seed is computed on one seed alone.
"""

import inspect
import math
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import Any, get_type_hints

import numpy as np
from numpy.typing import NDArray

from assignment.arrays import Name
from assignment.outputs import Array, Outputs
from questions.measures.arguments import find_axes, find_missing
from questions.measures.registry import MEASURES

Numbers = NDArray[np.float64]


@cache
def find_hints(measure: str) -> dict[str, Any]:
    """Return the types of a measure's arguments, with what marks their axes."""
    return get_type_hints(MEASURES[measure], include_extras=True)


@cache
def _find_defaults(measure: str) -> dict[str, Any]:
    return inspect.getfullargspec(MEASURES[measure]).kwonlydefaults or {}


def fill_in(measure: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return all arguments of a measure, those that are left out as its signature has them.

    >>> fill_in("probability", {"picture": 1})
    {'label': 'truth', 'picture': 1}
    """
    return {**_find_defaults(measure), **arguments}


class _Recorded(Outputs):
    """Outputs that keep the names of the arrays that were read."""

    def __init__(self, outputs: Outputs) -> None:
        super().__init__(outputs.arrays, outputs.axes)
        object.__setattr__(self, "read", set())

    def __getitem__(self, name: Name) -> Array:
        self.read.add(name)  # type: ignore[attr-defined]  # set above, since Outputs are frozen
        return super().__getitem__(name)


class Readings:
    """Canonical Outputs of every seed, and what was measured on them so far."""

    def __init__(self, canonicals: Mapping[int, Outputs]) -> None:
        self.outputs = tuple(canonicals.values())
        self._kept: dict[tuple[Any, ...], Numbers] = {}

    @cached_property
    def axes(self) -> Mapping[str, Sequence[Any]]:
        """What lies along each axis."""
        return find_axes(self.outputs[0])

    @cached_property
    def labels(self) -> list[int]:
        """The true label of each picture."""
        return [int(one) for one in self.outputs[0].get(("pictures", "label"), ())]

    @cached_property
    def _seeded(self) -> set[Name]:
        """The names of the arrays that a seed changes."""
        first, *others = self.outputs
        same = {name for name in first if all(name in one and _is_same(first[name], one[name]) for one in others)}
        return set(first) - same

    def measure(self, name: str, arguments: Mapping[str, Any]) -> Numbers:
        """Return a measure on every seed; nan where it cannot be had, such as in a region without a pixel."""
        key = (name, *sorted(arguments.items()))
        if key not in self._kept:
            self._kept[key] = self._compute(name, arguments)
        return self._kept[key]

    def _compute(self, name: str, arguments: Mapping[str, Any]) -> Numbers:
        if any(find_missing(find_hints(name), arguments, self.axes)):
            return np.full(len(self.outputs), math.nan)
        recorded = _Recorded(self.outputs[0])
        first = _measure(name, arguments, recorded)
        if recorded.read & self._seeded:  # type: ignore[attr-defined]
            return np.array([first, *(_measure(name, arguments, one) for one in self.outputs[1:])])
        return np.full(len(self.outputs), first)


def _measure(name: str, arguments: Mapping[str, Any], outputs: Outputs) -> float:
    try:
        with np.errstate(all="ignore"):
            return float(MEASURES[name](outputs, **arguments))
    except (KeyError, IndexError, ValueError):
        return math.nan


def _is_same(one: Array, other: Array) -> bool:
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
