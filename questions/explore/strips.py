"""Draws where the values of a measure lie: a strip for each place of each argument, and how far the settings differ."""

from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from questions.explore.values import Value
from questions.measures.quantity import find_quantity
from questions.measures.registry import MEASURES

_MOST = 24  # places of one argument that are drawn; of more, so many evenly
_LANES = 5  # of bars below a strip
_COLOURS = ("#08519c", "#a63603", "#006d2c", "#54278f", "#636363")
Strip = tuple[str, str, list[Value]]  # argument, place, values there


def draw_strips(name: str, values: Sequence[Value]) -> bytes:
    """Return a PNG of a measure's values; those that are no number are counted."""
    whole = [one for one in values if one.whole]
    strips = list_strips(whole)
    figure = Figure(figsize=(11, 1.6 + 0.3 * len(strips)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    colours = {argument: _COLOURS[index % len(_COLOURS)] for index, argument in enumerate(_list_arguments(strips))}
    for row, (argument, _, its) in enumerate(strips):
        _draw_strip(axes, row, its, colours[argument])
    for row, (above, below) in enumerate(pairwise(argument for argument, _, _ in strips)):
        if above != below:
            axes.axhline(row + 0.5, color="0.7", linewidth=0.8)
    axes.set_yticks(
        range(len(strips)), [f"{argument} = {place}" if argument else "all" for argument, place, _ in strips]
    )
    axes.tick_params(axis="y", labelsize=8, length=0)
    axes.set_ylim(len(strips) - 0.4, -0.6)
    axes.set_axisbelow(True)
    axes.grid(axis="x", color="0.9")
    quantity, left = find_quantity(MEASURES[name]), len(values) - len(whole)
    axes.set_xlabel(f"{quantity.en} ({quantity.range})")
    said = f", {left} more are no number" if left else ""
    drawn = "a tick is a value, a bar below it how far that differs over seeds, precisions and rounded weights"
    axes.set_title(f"{name}: {len(whole)} values{said}; {drawn}", fontsize=9, loc="left")
    out = BytesIO()
    figure.savefig(out, format="png", dpi=80, metadata={"Software": None})
    return out.getvalue()


def list_strips(values: Sequence[Value]) -> list[Strip]:
    """Return a strip for each place of each argument that has several, after one of all values."""
    found: list[Strip] = [("", "", list(values))]
    for argument in dict.fromkeys(name for value in values for name in value.placement):
        places = list(dict.fromkeys(value.placement.get(argument) for value in values))
        if all(isinstance(one, int) for one in places):
            places.sort(key=int)  # type: ignore[arg-type]
        for place in _thin(places) if len(places) > 1 else ():
            its = [value for value in values if value.placement.get(argument) == place]
            found.append((argument, "none" if place is None else str(place), its))
    return found


def _thin(places: Sequence[object]) -> list[object]:
    chosen = np.unique(np.linspace(0, len(places) - 1, min(len(places), _MOST)).round().astype(int))
    return [places[index] for index in chosen]


def _list_arguments(strips: Sequence[Strip]) -> list[str]:
    return list(dict.fromkeys(argument for argument, _, _ in strips))


def _draw_strip(axes, row: int, values: Sequence[Value], colour: str) -> None:  # type: ignore[no-untyped-def]
    middles = np.array([one.middle for one in values])
    shown = max(0.12, min(1.0, 40 / max(1, len(values))))
    axes.vlines(middles, row - 0.32, row + 0.08, color=colour, alpha=shown, linewidth=1.2)
    moved = sorted((min(one.known), max(one.known)) for one in values if min(one.known) < max(one.known))
    for lane in range(_LANES):  # below one another, so that bars that overlap are seen
        ends = np.array(moved[lane::_LANES]).reshape(-1, 2)
        heights = np.full(len(ends), row + 0.14 + 0.26 * lane / _LANES)
        axes.hlines(heights, ends[:, 0], ends[:, 1], color="black", alpha=max(0.25, shown), linewidth=0.8)
