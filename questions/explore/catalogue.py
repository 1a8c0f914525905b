"""The catalogue: every measure as an author reads it, and what each argument may be on a course."""

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

from questions.explore.placements import list_axis_names, list_options
from questions.measures.quantity import Quantity, find_quantity
from questions.measures.registry import MEASURES


@dataclass(frozen=True)
class Entry:
    """A measure: what it returns, its unit and range, and of each argument a line on what it may be."""

    name: str
    says: str
    quantity: Quantity
    arguments: Mapping[str, str]


def list_entries(axes: Mapping[str, Sequence[Any]]) -> Iterator[Entry]:
    """Yield every measure as a course with these axes can use it."""
    for name, measure in MEASURES.items():
        hints = get_type_hints(measure, include_extras=True)
        parameters = [one for one in inspect.signature(measure).parameters.values() if one.kind is one.KEYWORD_ONLY]
        arguments = {one.name: _describe(hints[one.name], one.default, axes) for one in parameters}
        yield Entry(name, (inspect.getdoc(measure) or "").splitlines()[0], find_quantity(measure), arguments)


def _describe(hint: Any, default: Any, axes: Mapping[str, Sequence[Any]]) -> str:
    usual = "" if default is inspect.Parameter.empty else f"; left out: {'none' if default is None else default}"
    parts = [show_places(its)] if (its := [one for one in list_options(hint, {}, axes) if one is not None]) else []
    for name in list_axis_names(hint):
        parts += _list_hanging(name, axes) if "{" in name and not its else []
    return "; ".join(dict.fromkeys(parts)) + usual


def _list_hanging(name: str, axes: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    """Yield what an axis that hangs on another argument may be: a part for each of its places."""
    pattern = re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(name)))
    for axis, places in axes.items():
        if found := pattern.fullmatch(axis):
            given = " ".join(f"{key}={value}" for key, value in found.groupdict().items())
            yield f"with {given}: {show_places(places)}"


def show_places(places: Sequence[Any]) -> str:
    """Return what lies along an axis in few words.

    >>> show_places(range(10)), show_places([0, 1, 2, "truth"]), show_places([0, 3, 9])
    ('0 to 9', '0 to 2, truth', '0, 3, 9')
    """
    count = next((index for index, one in enumerate(places) if one != index), len(places))
    if count > 2 and not isinstance(places[0], bool):
        return ", ".join([f"0 to {count - 1}", *map(str, places[count:])])
    return ", ".join(map(str, places)) or "none, the course has none"
