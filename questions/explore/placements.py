"""Placements: every set of arguments that a measure can be given on a course, by its axes and its options.

An argument that is a place on an axis takes every place; one of a few words every word; a number of no axis the values
that its type names (`Tried`). What is left out stands at the default.
"""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin, get_type_hints

from questions.measures.arguments import Axis, Tried, find_axis, find_missing
from questions.measures.registry import MEASURES

Placement = dict[str, Any]
_PAIRS = (("sentence", "other"), ("word", "to"), ("first", "second"), ("reader", "over"), ("label", "other"))


def list_placements(name: str, axes: Mapping[str, Sequence[Any]]) -> Iterator[Placement]:
    """Yield every set of arguments of a measure that names what is there; each holds all arguments but None.

    >>> list(list_placements("area_inside", {"picture": range(1), "region": ("food",), "masked": (0,)}))
    [{'picture': 0, 'region': 'food'}]
    """
    measure = MEASURES[name]
    hints = get_type_hints(measure, include_extras=True)
    parameters = [one for one in inspect.signature(measure).parameters.values() if one.kind is one.KEYWORD_ONLY]
    order = sorted(parameters, key=lambda one: one.default is not one.empty)  # an axis may hang on what has no default
    for found in _extend({}, [one.name for one in order], hints, axes):
        placement = {one.name: found[one.name] for one in parameters if found[one.name] is not None}
        if _compares_itself(placement) or any(find_missing(hints, placement, axes)):
            continue
        yield placement


def _extend(
    found: Placement, names: Sequence[str], hints: Mapping[str, Any], axes: Mapping[str, Sequence[Any]]
) -> Iterator[Placement]:
    if not names:
        yield found
        return
    for value in list_options(hints[names[0]], found, axes):
        yield from _extend({**found, names[0]: value}, names[1:], hints, axes)


def list_options(hint: Any, found: Placement, axes: Mapping[str, Sequence[Any]]) -> list[Any]:
    """Return what an argument of a type may be, beside those that are chosen already."""
    options: list[Any] = []
    if (axis := find_axis(hint, found, axes)) is not None:
        options += axes[axis]
    for part in _flatten(hint):
        if part is type(None):
            options.append(None)
        elif get_origin(part) is Literal:
            options += get_args(part)
        options += next((mark.values for mark in getattr(part, "__metadata__", ()) if isinstance(mark, Tried)), ())
    return list(dict.fromkeys(options))


def list_axis_names(hint: Any) -> tuple[str, ...]:
    """Return the axes that an argument of a type may lie on, as its type names them.

    >>> from questions.measures.filters import Filter
    >>> list_axis_names(Filter)
    ('filter of layer {layer}',)
    """
    marks = (mark for part in _flatten(hint) for mark in getattr(part, "__metadata__", ()))
    return next((mark.names for mark in marks if isinstance(mark, Axis)), ())


def _flatten(hint: Any) -> Iterator[Any]:
    """Yield a type and those that it is made of, a union's members and what is annotated."""
    yield hint
    if get_origin(hint) is not Literal:
        for part in get_args(hint):
            yield from _flatten(part)


def _compares_itself(placement: Placement) -> bool:
    alike = any(a in placement and placement.get(a) == placement.get(b) for a, b in _PAIRS)
    maps = "array" in placement and placement.get("array") == placement.get("other")
    same = placement.get("other_analysis") in (None, placement.get("analysis", "smoothgrad"))
    return alike or (maps and same)
