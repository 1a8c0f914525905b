"""The table of values: as lines for a screen, and as CSV."""

import csv
import io
import math
from collections.abc import Iterator, Sequence

from questions.explore.placements import Placement
from questions.explore.settings import Setting
from questions.explore.values import Value, list_by_variant
from questions.measures.quantity import find_quantity
from questions.measures.registry import MEASURES

_WIDTH = 26


def write_placement(placement: Placement) -> str:
    """Return arguments in one line, such as `picture=6 region=food`."""
    return " ".join(f"{name}={value}" for name, value in placement.items())


def list_lines(settings: Sequence[Setting], values: Sequence[Value]) -> Iterator[str]:
    """Yield a head, and a line for each value: its numbers by variant, one a seed where they differ, and its place."""
    variants = list_by_variant(settings, settings)
    yield "".join(f"{name:<{_WIDTH}}" for name in variants) + "measure and arguments"
    for value in values:
        cells = [show_numbers(its) for its in list_by_variant(settings, value.numbers).values()]
        said = f"  [nan: {value.reason}]" if value.reason else ""
        row = "".join(f"{cell:<{_WIDTH}}" for cell in cells)
        yield f"{row}{value.measure} {write_placement(value.placement)}{said}"


def show_numbers(numbers: Sequence[float | None]) -> str:
    """Return the numbers of all seeds in four digits, or once where they are the same.

    >>> show_numbers([0.25, 0.25]), show_numbers([0.25, 0.5]), show_numbers([None])
    ('0.25', '0.25 0.5', '?')
    """
    texts = ["?" if one is None else f"{one:.4g}" for one in numbers]
    return " ".join(texts) if len(set(texts)) > 1 else texts[0]


def to_csv(settings: Sequence[Setting], values: Sequence[Value]) -> str:
    """Return the table as CSV: a row a value, a column for each setting, what is not known left empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["measure", "arguments", "unit", *(one.name for one in settings), "reason"])
    for value in values:
        unit = find_quantity(MEASURES[value.measure]).en
        numbers = ["" if one is None else "nan" if math.isnan(one) else f"{one:.9g}" for one in value.numbers]
        writer.writerow([value.measure, write_placement(value.placement), unit, *numbers, value.reason])
    return out.getvalue()


def find_range_faults(values: Sequence[Value]) -> Iterator[str]:
    """Yield each value that lies outside the range that its measure declares, which is a fault of the measure."""
    for value in values:
        quantity = find_quantity(MEASURES[value.measure])
        wrong = [one for one in value.known if not quantity.holds(one)]
        if wrong:
            yield f"{value.measure} {write_placement(value.placement)}: {wrong[0]:g}; expected {quantity.range}"
