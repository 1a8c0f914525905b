"""A Board: pictures, titles and colour bars of one figure, put where they belong, in inches, on a single axis.

matplotlib can place an axis for each picture and each bar by itself; with thirty of them it takes seconds, most of them
to find out where texts end. Here the places are known before, so that a figure takes a fraction of a second.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Polygon
from matplotlib.ticker import MaxNLocator, ScalarFormatter
from numpy.typing import NDArray

Array = NDArray[Any]
COLUMN = 3.2  # inches from one picture to the next
EDGE, HEADING = 0.1, 0.45
LINE = 0.21  # of a title
_BAR, _TICK = 0.11, 0.04


@dataclass(frozen=True)
class Box:
    """A place on a board, in inches from its left lower corner."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.left + self.width

    @property
    def top(self) -> float:
        """Where it ends above."""
        return self.bottom + self.height

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """As `imshow` takes it."""
        return self.left, self.right, self.bottom, self.top


@dataclass(frozen=True)
class Margins:
    """What is kept free, in inches: at a board's left, foot and right; right of each drawing and below it."""

    left: float = EDGE
    foot: float = 0.4
    beside: float = 0.25
    below: float = 0.12
    right: float = EDGE


PLAIN = Margins()
BARS = Margins(beside=0.65)  # for a bar, and its numbers


class Board:
    """A figure of bands; a band has one title above each column, and one drawing or more below each other."""

    def __init__(
        self, columns: int, bands: int, rows: int = 1, *, lines: int, shape: tuple[int, int], margins: Margins = PLAIN
    ) -> None:
        """`rows` of drawings of `shape` (H, W) in each band, below titles of `lines`."""
        self.columns, self.margins = columns, margins
        self.side = COLUMN - margins.beside
        self.high = self.side * min(1.0, shape[0] / shape[1])  # one that is higher than wide is narrower instead
        self.title = lines * LINE + 0.12
        self.band = self.title + rows * (self.high + margins.below)
        self.size = (margins.left + columns * COLUMN + margins.right, HEADING + bands * self.band + margins.foot)
        self.figure = plt.figure(figsize=self.size)
        self.axis: Any = self.figure.add_axes((0, 0, 1, 1), xlim=(0, self.size[0]), ylim=(0, self.size[1]))
        self.axis.set_axis_off()
        self._lines: list[Array] = []

    def find_box(self, place: int, row: int = 0) -> Box:
        """Return where the picture of a place lies; places go on in the next band where a band is full."""
        band, column = divmod(place, self.columns)
        top = self.size[1] - HEADING - band * self.band - self.title - row * (self.high + self.margins.below)
        return Box(self.margins.left + column * COLUMN, top - self.high, self.side, self.high)

    def put_picture(self, picture: Array, box: Box, **how: Any) -> None:
        """Draw a picture (H, W) or (H, W, 3) as large as its box takes it, in its middle; `how` as for `imshow`."""
        its = fit(picture.shape[0] / picture.shape[1], box)
        self.axis.imshow(picture, extent=its.extent, aspect="auto", **how)

    def put_title(self, text: str, box: Box, size: int = 13) -> None:
        """Write above a box."""
        self.axis.text(box.left + box.width / 2, box.top + 0.06, text, ha="center", va="bottom", fontsize=size)

    def put_bar(self, cmap: Any, low: float, high: float, box: Box, extend: str = "neither") -> None:
        """Draw a colour bar at the right of a box, with numbers; `extend`: where it is pointed, since values go on."""
        bar = Box(box.right + 0.06, box.bottom, _BAR, box.height)
        point = 0.05 * bar.height
        bottom, top = (bar.bottom + point * (extend == "both"), bar.top - point * (extend in ("max", "both")))
        inside = Box(bar.left, bottom, bar.width, top - bottom)
        shades = np.linspace(1, 0, 256)[:, None]
        self.axis.imshow(shades, extent=inside.extent, aspect="auto", cmap=cmap, gid="bar")
        middle = bar.left + bar.width / 2
        upper = [(middle, bar.top)] if top < bar.top else []
        lower = [(middle, bar.bottom)] if bottom > bar.bottom else []
        for tip, edge, share in ((upper, top, 1.0), (lower, bottom, 0.0)):
            if tip:
                corners = [(bar.left, edge), *tip, (bar.right, edge)]
                self.axis.add_patch(Polygon(corners, facecolor=cmap(share), linewidth=0))
        outline = [(bar.left, bottom), *lower, (bar.right, bottom), (bar.right, top), *upper, (bar.left, top)]
        self.axis.add_patch(Polygon(outline, fill=False, edgecolor="black", linewidth=0.8))
        self._put_numbers(low, high, inside, bar.top)

    def put_frame(self, box: Box, low: Array, high: Array) -> Callable[[Array], Array]:
        """Draw a frame with numbers at its left and below it; return what puts points (..., 2) into it.

        low, high (2,): what lies at its left lower and right upper corner.
        """
        corners = [(box.left, box.bottom), (box.right, box.bottom), (box.right, box.top), (box.left, box.top)]
        self.axis.add_patch(Polygon(corners, fill=False, edgecolor="black", linewidth=0.8))
        start, size = np.array([box.left, box.bottom]), np.array([box.width, box.height])

        def place(points: Array) -> Array:
            return np.asarray(start + (points - low) / (high - low) * size)

        for axis, way in ((0, "x"), (1, "y")):
            ticks, names, power = find_ticks(float(low[axis]), float(high[axis]), 6)
            for at, name in zip(place(np.stack([ticks, ticks], axis=1))[:, axis], names, strict=True):
                self._put_number(at, box, way, name)
            if power:
                self.axis.text(
                    *((box.right, box.bottom - 0.3) if way == "x" else (box.left, box.top)), power, fontsize=7
                )
        return place

    def show(self, heading: str, says: str = "") -> None:
        """Write what stands above and below all, and show the figure."""
        self.axis.add_collection(LineCollection(self._lines, colors="black", linewidths=0.8))
        self.axis.set(xlim=(0, self.size[0]), ylim=(0, self.size[1]))
        self.figure.suptitle(heading, fontsize=15, y=1 - 0.08 / self.size[1])
        if says:
            self.figure.supxlabel(says, fontsize=11, y=0.1 / self.size[1])
        plt.show()

    def _put_number(self, at: float, box: Box, way: str, name: str) -> None:
        if way == "x":
            self._lines.append(np.array([(at, box.bottom), (at, box.bottom - _TICK)]))
            self.axis.text(at, box.bottom - 0.06, name, ha="center", va="top", fontsize=7)
        else:
            self._lines.append(np.array([(box.left, at), (box.left - _TICK, at)]))
            self.axis.text(box.left - 0.07, at, name, ha="right", va="center_baseline", fontsize=7)

    def _put_numbers(self, low: float, high: float, bar: Box, above: float) -> None:
        ticks, names, power = find_ticks(low, high)
        places = bar.bottom + (ticks - low) / ((high - low) or 1) * bar.height
        for place, name in zip(places, names, strict=True):
            self._lines.append(np.array([(bar.right, place), (bar.right + _TICK, place)]))
            self.axis.text(bar.right + 0.07, place, name, va="center_baseline", fontsize=8)
        if power:
            self.axis.text(bar.right, above + 0.03, power, ha="center", va="bottom", fontsize=8)


def fit(shape: float, box: Box) -> Box:
    """Return the largest place in the middle of a box for a picture whose height is `shape` times its width.

    >>> fit(2.0, Box(0, 0, 3, 4)), fit(0.5, Box(0, 0, 4, 4)).bottom
    (Box(left=0.5, bottom=0.0, width=2.0, height=4.0), 1.0)
    """
    width = min(box.width, box.height / shape)
    height = width * shape
    return Box(box.left + (box.width - width) / 2, box.bottom + (box.height - height) / 2, width, height)


def find_ticks(low: float, high: float, most: int = 8) -> tuple[Array, Sequence[str], str]:
    """Return about `most` round numbers of a scale, how they are written, and the power of ten that they are times.

    >>> find_ticks(0.0, 0.73)[1], find_ticks(0.0, 0.00021)[1:]
    (['0.0', '0.1', '0.2', '0.3', '0.4', '0.5', '0.6', '0.7'], (['0.0', '0.5', '1.0', '1.5', '2.0'], '1e−4'))
    """
    ticks = np.asarray(MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high))
    slack = 1e-9 * (high - low)
    ticks = ticks[(ticks >= low - slack) & (ticks <= high + slack)]
    formatter = ScalarFormatter()
    formatter.set_powerlimits((-2, 3))
    formatter.create_dummy_axis()
    formatter.axis.set_view_interval(low, high)  # type: ignore[union-attr]
    return ticks, formatter.format_ticks(list(ticks)), formatter.get_offset()
