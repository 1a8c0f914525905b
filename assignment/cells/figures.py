"""The notebook's figures: large, a colour bar beside each map, titled in English and Traditional Chinese."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import colormaps, font_manager
from numpy.typing import NDArray

from assignment.assignment import Bilingual
from assignment.cells.board import BARS, PLAIN, Board, Margins
from assignment.course import find_course

Array = NDArray[Any]
AFTER_RELU = "activation after the ReLU, own scale for each map ｜ ReLU 之後的活化值，每張圖各有刻度"
INFERNO, SIGNED = colormaps["inferno"], colormaps["RdBu_r"]
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
    board = _make_board(pictures, titles, 1, PLAIN, columns)
    for place, (picture, title) in enumerate(zip(pictures, titles, strict=True)):
        box = board.find_box(place)
        board.put_picture(picture, box)
        board.put_title(title, box)
    board.show(heading)


def show_maps(pictures: Array, maps: Array, titles: Sequence[str], heading: str, *, says: str) -> None:
    """Draw each picture (H, W, 3) with its map (H, W) >= 0 below it; each map has a colour bar of its own.

    The brightest colour stands for the largest 0.5 % of the values, or one pixel would leave the others black.
    """
    board = _put_pictures(pictures, titles)
    for place, heat in enumerate(maps):
        most, box = float(np.percentile(heat, 99.5)), board.find_box(place, 1)
        board.put_picture(heat, box, cmap=INFERNO, vmin=0, vmax=most)
        board.put_bar(INFERNO, 0.0, most, box, extend="max")
    board.show(heading, says)


def show_signed_maps(pictures: Array, maps: Array, titles: Sequence[str], heading: str, *, says: str) -> None:
    """Draw each picture (H, W, 3) with its map (H, W) below it, red where it is positive and blue where negative.

    The strongest colours stand for the largest 0.5 % of the values without sign.
    """
    board = _put_pictures(pictures, titles)
    for place, values in enumerate(maps):
        most, box = float(np.percentile(np.abs(values), 99.5)) or 1.0, board.find_box(place, 1)
        board.put_picture(values, box, cmap=SIGNED, vmin=-most, vmax=most)
        board.put_bar(SIGNED, -most, most, box, extend="both")
    board.show(heading, says)


def show_activations(
    picture: Array, maps: Sequence[Array], titles: Sequence[Sequence[str]], heading: str, *, says: str = AFTER_RELU
) -> None:
    """Draw a picture (H, W, 3) and beside it a row of activation maps (F, H', W') for each layer, each with its bar.

    Black is 0, or what is lowest where that is below.
    """
    columns, lines = 1 + max(len(layer) for layer in maps), _count_lines([name for names in titles for name in names])
    board = Board(columns, len(maps), 1, lines=lines, shape=picture.shape[:2], margins=BARS)
    board.put_picture(picture, board.find_box(0))
    for band, (layer, names) in enumerate(zip(maps, titles, strict=True)):
        for column, (heat, name) in enumerate(zip(layer, names, strict=True), start=1):
            box, low, high = board.find_box(band * columns + column), min(0.0, float(heat.min())), float(heat.max())
            board.put_title(name, box)
            board.put_picture(heat, box, cmap=INFERNO, vmin=low, vmax=high)
            board.put_bar(INFERNO, low, high, box)
    board.show(heading, says)


def show_lime(
    pictures: Array, segments: Array, weights: Array, titles: Sequence[str], heading: str, *, says: str
) -> None:
    """Draw each picture with its pieces below it, red where one speaks for the label and blue where one speaks against.

    pictures (N, H, W, 3) uint8; segments (N, H, W); weights (N, pieces), NaN beyond a picture's own pieces.
    """
    board = _put_pictures(pictures, titles)
    for place, picture in enumerate(pictures):
        most, box = float(np.nanmax(np.abs(weights[place]))) or 1.0, board.find_box(place, 1)
        board.put_picture(picture.mean(axis=2), box, cmap="gray", vmin=-128, vmax=256)  # pale, so that colours show
        values = weights[place][segments[place]]
        veil = 0.25 + 0.65 * np.sqrt(np.abs(values) / most)  # the picture shows through where a piece matters little
        board.put_picture(values, box, cmap=SIGNED, vmin=-most, vmax=most, alpha=veil)
        edges = mark_edges(segments[place])
        board.put_picture(np.ma.masked_where(~edges, edges), box, cmap="gray", alpha=0.45)
        board.put_bar(SIGNED, -most, most, box)
    board.show(heading, says)


def mark_edges(segments: Array) -> Array:
    """Return where a pixel's right or lower neighbour belongs to another piece.

    >>> mark_edges(np.array([[0, 1], [0, 1]])).astype(int).tolist()
    [[1, 0], [1, 0]]
    """
    edges = np.zeros(segments.shape, dtype=bool)
    edges[:, :-1] |= segments[:, :-1] != segments[:, 1:]
    edges[:-1] |= segments[:-1] != segments[1:]
    return edges


def _put_pictures(pictures: Array, titles: Sequence[str]) -> Board:
    """Draw pictures with their titles, and return the board, which has a place for a map below each."""
    board = _make_board(pictures, titles, 2, BARS)
    for place, (picture, title) in enumerate(zip(pictures, titles, strict=True)):
        box = board.find_box(place)
        board.put_picture(picture, box)
        board.put_title(title, box)
    return board


def _make_board(pictures: Array, titles: Sequence[str], rows: int, margins: Margins, most: int = 5) -> Board:
    """Return a board for pictures (N, H, W, 3), each with `rows` of drawings; `most` stand side by side."""
    columns = min(len(pictures), most)
    bands = -(-len(pictures) // columns)
    return Board(columns, bands, rows, lines=_count_lines(titles), shape=pictures.shape[1:3], margins=margins)


def _count_lines(titles: Sequence[str]) -> int:
    return 1 + max(title.count("\n") for title in titles)
