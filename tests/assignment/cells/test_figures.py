"""The notebook's figures: a colour bar beside every map, titles that are given, no glyph that is missing."""

import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from assignment.cells import figures
from assignment.cells.figures import FONT_FILE

ROOM = Path(figures.__file__).parents[1]
SOURCES = [ROOM / "homework.py", *sorted((ROOM / "cells").glob("*.py"))]
PICTURES = np.full((3, 16, 16, 3), 90, dtype=np.uint8)
MAPS = np.random.default_rng(0).normal(size=(3, 16, 16))
TITLES = ["picture 0 圖 0", "picture 1 圖 1", "picture 2 圖 2"]
HEADING = "A heading ｜ 標題"


@pytest.fixture(autouse=True)
def canvas() -> Iterator[None]:
    """Draw on memory, with the homework's style, and let no warning pass (a missing glyph is one)."""
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.use("Agg")
        figures.set_style()
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*non-interactive.*")
        yield
        plt.gcf().canvas.draw()  # the glyphs are looked up here
    plt.close("all")


def find_bars(drawn: Figure) -> list[plt.Axes]:
    return [axis for axis in drawn.axes if axis.get_label() == "<colorbar>"]


def find_texts(drawn: Figure) -> list[str]:
    return [drawn.get_suptitle(), drawn.get_supxlabel(), *(axis.get_title() for axis in drawn.axes)]


@pytest.mark.parametrize(
    "show",
    [
        lambda: figures.show_maps(PICTURES, np.abs(MAPS), TITLES, HEADING, says="unit ｜ 單位"),
        lambda: figures.show_signed_maps(PICTURES, MAPS, TITLES, HEADING, says="unit ｜ 單位"),
        lambda: figures.show_lime(
            PICTURES, np.zeros((3, 16, 16), int), np.ones((3, 1)), TITLES, HEADING, says="unit ｜ 單位"
        ),
        lambda: figures.show_activations(PICTURES[0], [np.abs(MAPS)], [TITLES], HEADING),
    ],
)
def test_every_map_has_a_colour_bar_and_every_title_is_drawn(show: Callable[[], None]) -> None:
    show()
    drawn = plt.gcf()
    assert len(find_bars(drawn)) == len(MAPS)
    assert {*TITLES, HEADING} <= set(find_texts(drawn))
    assert drawn.get_supxlabel()


def test_signed_map_is_drawn_around_zero() -> None:
    figures.show_signed_maps(PICTURES, MAPS + 2, TITLES, HEADING, says="unit")
    limits = [
        axis.images[0].get_clim() for axis in plt.gcf().axes if axis.images and axis.images[0].cmap.name == "RdBu_r"
    ]
    assert len(limits) == len(MAPS)
    assert all(low == -high for low, high in limits)


def test_activations_of_several_layers_stand_in_rows_of_their_own() -> None:
    figures.show_activations(PICTURES[0], [np.abs(MAPS), np.abs(MAPS[:, :4, :4])], [TITLES, TITLES], HEADING)
    places = [axis.get_subplotspec().rowspan.start for axis in plt.gcf().axes if axis.get_title() in TITLES]
    assert places == [0, 0, 0, 1, 1, 1]


def test_pictures_stand_in_as_many_columns_as_are_asked_for() -> None:
    figures.show_pictures(PICTURES / 255, TITLES, HEADING, columns=2)
    places = [axis.get_subplotspec().colspan.start for axis in plt.gcf().axes if axis.get_title()]
    assert places == [0, 1, 0]


def test_font_has_every_chinese_character_that_the_notebook_may_draw() -> None:
    from fontTools.ttLib import TTFont

    there = set(TTFont(FONT_FILE).getBestCmap())
    lines = [line for path in SOURCES for line in path.read_text(encoding="utf-8").splitlines()]
    drawn = {one for line in lines if not line.startswith("#") for one in re.findall(r"[\u2e80-\uffff]", line)}
    assert len(drawn) > 50
    assert {one for one in drawn if ord(one) not in there} == set()
