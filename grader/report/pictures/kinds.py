"""Kinds: how each analysis becomes a drawing on a student's page. One row an analysis.

What is drawn may be a student's and hold any number, however large; it has the right axes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from assignment.agreement.comparisons import name_layer
from assignment.arrays import FILTER_MAPS
from assignment.assignment import Bilingual
from assignment.outputs import Array
from grader.report.pictures.drawings import draw_colours, draw_map, draw_pieces

TOP_PERCENT = 99.5  # of a canonical map's pixels are below the strongest colour

Arrays = Mapping[str, Array]  # of one group, and `photo`: the pictures (N, H, W, 3) uint8


@dataclass(frozen=True)
class PicturePlace:
    """What a panel shows: a picture and its label; for a filter its place along the axes `layer` and `filter`.

    layer, filter: the names of that place.
    """

    picture: int
    label: int
    depth: int = 0
    index: int = 0
    layer: int | str = 0
    filter: int = 0

    @property
    def name(self) -> Bilingual:
        """How the layer is called at the beginning of a title."""
        its = name_layer(self.layer)
        return Bilingual(en=its.en[0].upper() + its.en[1:], zh=its.zh)


@dataclass(frozen=True)
class PictureKind:
    """How an analysis becomes a panel: which numbers are taken, drawn up to which top, and said below the drawing.

    en, zh: the title, with fields of `place`; bar: the colour map, or empty for a drawing that has its own colours.
    """

    group: str
    en: str
    zh: str
    needs: tuple[str, ...]
    bar: str
    take: Callable[[Arrays, PicturePlace], Array]
    draw: Callable[[Array, Arrays, PicturePlace, float], str]
    say: Callable[[Array, Arrays, PicturePlace], str]
    percent: float = TOP_PERCENT
    by_depth: bool = False  # a layer needs the array of its own depth alone

    def list_needs(self, place: PicturePlace) -> tuple[str, ...]:
        """Return the arrays without which the panel cannot be drawn."""
        return (self.needs[place.depth],) if self.by_depth else self.needs


def _take_map(arrays: Arrays, place: PicturePlace) -> Array:
    return np.asarray(arrays["map"][place.picture])


def _take_weights(arrays: Arrays, place: PicturePlace) -> Array:
    return np.asarray(arrays["weights"][place.picture, place.label])


def _take_ascent(arrays: Arrays, place: PicturePlace) -> Array:
    return np.asarray(arrays["ascent"][place.depth, place.index])


def _take_activation(arrays: Arrays, place: PicturePlace) -> Array:
    return np.asarray(arrays[FILTER_MAPS[place.depth]][place.picture, place.index])


def _draw_sizes(values: Array, arrays: Arrays, place: PicturePlace, top: float) -> str:
    return draw_map(values, top)


def _draw_signed(values: Array, arrays: Arrays, place: PicturePlace, top: float) -> str:
    return draw_map(values, top, signed=True)


def _draw_weights(values: Array, arrays: Arrays, place: PicturePlace, top: float) -> str:
    return draw_pieces(arrays["photo"][place.picture], arrays["segments"][place.picture], values, top)


def _draw_ascent(values: Array, arrays: Arrays, place: PicturePlace, top: float) -> str:
    return draw_colours(values)


def _say_most(values: Array, arrays: Arrays, place: PicturePlace) -> str:
    return f"max {float(values.max()):.3g}"


def _say_range(values: Array, arrays: Arrays, place: PicturePlace) -> str:
    known = values[~np.isnan(values)]
    return f"{known.min():+.3g} \u2026 {known.max():+.3g}".replace("-", "\u2212") if known.size else ""


def _say_reached(values: Array, arrays: Arrays, place: PicturePlace) -> str:
    return f"mean {float(arrays['reached'][place.depth, place.index]):.4g}"


LIME = PictureKind(
    "lime",
    "LIME, true label",
    "LIME（真實類別）",
    ("weights", "segments"),
    "signed",
    _take_weights,
    _draw_weights,
    _say_range,
    percent=100,
)
PICTURE_KINDS: tuple[PictureKind, ...] = (
    LIME,
    PictureKind("saliency", "Saliency map", "顯著圖", ("map",), "viridis", _take_map, _draw_sizes, _say_most),
    PictureKind("smoothgrad", "SmoothGrad", "平滑梯度", ("map",), "viridis", _take_map, _draw_sizes, _say_most),
    PictureKind(
        "integrated_gradients",
        "Integrated gradients",
        "積分梯度",
        ("map",),
        "signed",
        _take_map,
        _draw_signed,
        _say_range,
    ),
)
FILTER_KINDS: tuple[PictureKind, ...] = (
    PictureKind(
        "filters",
        "{place.name.en}, filter {place.filter}: ascent",
        "{place.name.zh} 濾波器 {place.filter}：梯度上升",
        ("ascent", "reached"),
        "",
        _take_ascent,
        _draw_ascent,
        _say_reached,
    ),
    PictureKind(
        "filters",
        "{place.name.en}, filter {place.filter}: picture {place.picture}",
        "{place.name.zh} 濾波器 {place.filter}：圖片 {place.picture}",
        FILTER_MAPS,
        "viridis",
        _take_activation,
        _draw_sizes,
        _say_most,
        percent=100,
        by_depth=True,
    ),
)
