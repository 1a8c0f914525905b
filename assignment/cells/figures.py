"""The notebook's figures: large, a colour bar beside each map, titled in English and Traditional Chinese."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from numpy.typing import NDArray

from assignment.assignment import Bilingual
from assignment.course import find_course

Array = NDArray[Any]
AFTER_RELU = "activation after the ReLU, own scale for each map ｜ ReLU 之後的活化值，每張圖各有刻度"
FONT_FILE = Path(__file__).parents[1] / "page" / "hw9-sans-tc.otf"  # Chinese glyphs, so that no machine lacks them


def set_style() -> None:
    """Make matplotlib write Chinese with the font that comes with the homework, and draw on white."""
    font_manager.fontManager.addfont(str(FONT_FILE))
    name = font_manager.FontProperties(fname=str(FONT_FILE)).get_name()
    plt.rcParams.update(
        {
            "font.family": ["DejaVu Sans", name],
            "font.size": 11,
            "figure.facecolor": "white",
            "image.interpolation": "nearest",
        }
    )


def name_label(label: int) -> str:
    """Return a category's name in both languages.

    >>> name_label(8)
    'Seafood 海鮮'
    """
    category = _list_categories()[label]
    return f"{category.en} {category.zh}"


@cache
def _list_categories() -> tuple[Bilingual, ...]:
    return find_course().assignment.categories


def name_picture(index: int, label: int) -> str:
    r"""Return the title of a picture, with the index that the questions use.

    >>> name_picture(6, 8)
    'picture 6 圖 6\nSeafood 海鮮'
    """
    return f"picture {index} 圖 {index}\n{name_label(label)}"


def show_pictures(pictures: Array, titles: Sequence[str], heading: str, *, columns: int = 5) -> None:
    """Draw pictures (N, H, W, 3), uint8 or floats from 0 to 1, in rows of `columns`."""
    _, axes = _grid(len(pictures), 1, heading, columns)
    for axis, picture, title in zip(axes[0], pictures, titles, strict=True):
        axis.imshow(picture)
        axis.set_title(title)
    plt.show()


def show_maps(pictures: Array, maps: Array, titles: Sequence[str], heading: str, *, says: str) -> None:
    """Draw each picture (H, W, 3) with its map (H, W) >= 0 below it; each map has a colour bar of its own.

    The brightest colour stands for the largest 0.5 % of the values, or one pixel would leave the others black.
    """
    figure, axes = _grid(len(pictures), 2, heading)
    for index, (picture, heat) in enumerate(zip(pictures, maps, strict=True)):
        axes[0][index].imshow(picture)
        axes[0][index].set_title(titles[index])
        drawn = axes[1][index].imshow(heat, cmap="inferno", vmin=0, vmax=np.percentile(heat, 99.5))
        _add_bar(figure, drawn, axes[1][index], extend="max")
    figure.supxlabel(says, fontsize=11)
    plt.show()


def show_signed_maps(pictures: Array, maps: Array, titles: Sequence[str], heading: str, *, says: str) -> None:
    """Draw each picture (H, W, 3) with its map (H, W) below it, red where it is positive and blue where negative.

    The strongest colours stand for the largest 0.5 % of the values without sign.
    """
    figure, axes = _grid(len(pictures), 2, heading)
    for index, (picture, values) in enumerate(zip(pictures, maps, strict=True)):
        axes[0][index].imshow(picture)
        axes[0][index].set_title(titles[index])
        most = float(np.percentile(np.abs(values), 99.5)) or 1.0
        drawn = axes[1][index].imshow(values, cmap="RdBu_r", vmin=-most, vmax=most)
        _add_bar(figure, drawn, axes[1][index], extend="both")
    figure.supxlabel(says, fontsize=11)
    plt.show()


def show_activations(
    picture: Array, maps: Sequence[Array], titles: Sequence[Sequence[str]], heading: str, *, says: str = AFTER_RELU
) -> None:
    """Draw a picture (H, W, 3) and beside it a row of activation maps (F, H', W') for each layer, each with its bar.

    Black is 0, or what is lowest where that is below.
    """
    filters = max(len(layer) for layer in maps)
    figure, axes = _grid((filters + 1) * len(maps), 1, heading, filters + 1)
    rows = [axes[0][start : start + filters + 1] for start in range(0, len(axes[0]), filters + 1)]
    rows[0][0].imshow(picture)
    for row, layer, names in zip(rows, maps, titles, strict=True):
        for axis, heat, name in zip(row[1:], layer, names, strict=True):
            axis.set_title(name)
            _add_bar(figure, axis.imshow(heat, cmap="inferno", vmin=min(0.0, float(heat.min()))), axis)
    figure.supxlabel(says, fontsize=11)
    plt.show()


def show_lime(
    pictures: Array, segments: Array, weights: Array, titles: Sequence[str], heading: str, *, says: str
) -> None:
    """Draw each picture with its pieces below it, red where one speaks for the label and blue where one speaks against.

    pictures (N, H, W, 3) uint8; segments (N, H, W); weights (N, pieces), NaN beyond a picture's own pieces.
    """
    figure, axes = _grid(len(pictures), 2, heading)
    for index, picture in enumerate(pictures):
        axes[0][index].imshow(picture)
        axes[0][index].set_title(titles[index])
        most = float(np.nanmax(np.abs(weights[index]))) or 1.0
        axes[1][index].imshow(picture.mean(axis=2), cmap="gray", vmin=-128, vmax=256)  # pale, so that colours show
        values = weights[index][segments[index]]
        veil = 0.25 + 0.65 * np.sqrt(np.abs(values) / most)  # the picture shows through where a piece matters little
        axes[1][index].imshow(values, cmap="RdBu_r", vmin=-most, vmax=most, alpha=veil)
        drawn = ScalarMappable(Normalize(-most, most), "RdBu_r")
        edges = mark_edges(segments[index])
        axes[1][index].imshow(np.ma.masked_where(~edges, edges), cmap="gray", alpha=0.45)
        _add_bar(figure, drawn, axes[1][index])
    figure.supxlabel(says, fontsize=11)
    plt.show()


def mark_edges(segments: Array) -> Array:
    """Return where a pixel's right or lower neighbour belongs to another piece.

    >>> mark_edges(np.array([[0, 1], [0, 1]])).astype(int).tolist()
    [[1, 0], [1, 0]]
    """
    edges = np.zeros(segments.shape, dtype=bool)
    edges[:, :-1] |= segments[:, :-1] != segments[:, 1:]
    edges[:-1] |= segments[:-1] != segments[1:]
    return edges


def _grid(count: int, rows: int, heading: str, most: int = 5) -> tuple[Any, list[list[Any]]]:
    """Return a figure and, for each of `rows` kinds of drawing, an axis for each picture; `most` stand side by side."""
    columns = min(count, most)
    bands = -(-count // columns)
    figure, axes = plt.subplots(
        bands * rows, columns, figsize=(3.2 * columns, 3.1 * rows * bands + 0.6), squeeze=False, layout="constrained"
    )
    figure.suptitle(heading, fontsize=15)
    for axis in axes.flat:
        axis.set_axis_off()
    by_kind = [
        [axes[band * rows + row][column] for band in range(bands) for column in range(columns)] for row in range(rows)
    ]
    return figure, [kind[:count] for kind in by_kind]


def _add_bar(figure: Any, drawn: Any, axis: Any, extend: str = "neither") -> None:
    bar = figure.colorbar(drawn, ax=axis, fraction=0.046, pad=0.02, extend=extend)
    bar.formatter.set_powerlimits((-2, 3))
    bar.ax.tick_params(labelsize=8)
