"""The notebook's figures: a colour bar beside every map, titles that are given, no glyph that is missing."""

import io
import re
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.image import AxesImage

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


def find_images(*, bars: bool = False) -> list[AxesImage]:
    """Return the pictures and maps of the figure, or its colour bars."""
    return [one for one in plt.gcf().axes[0].images if (one.get_gid() == "bar") == bars]


def find_texts() -> dict[str, tuple[float, float]]:
    """Return where each text of the figure lies: titles, numbers of bars, and what stands above and below."""
    drawn = plt.gcf()
    return {one.get_text(): one.get_position() for one in (*drawn.axes[0].texts, *drawn.texts)}


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
    assert len(find_images(bars=True)) == len(MAPS)
    assert {*TITLES, HEADING} <= set(find_texts())
    assert plt.gcf().get_supxlabel()


def test_signed_map_is_drawn_around_zero() -> None:
    figures.show_signed_maps(PICTURES, MAPS + 2, TITLES, HEADING, says="unit")
    limits = [one.get_clim() for one in find_images() if one.cmap.name == "RdBu_r"]
    assert len(limits) == len(MAPS)
    assert all(low == -high for low, high in limits)


def test_bar_has_the_colours_of_its_map_beside_the_numbers_that_they_stand_for() -> None:
    heat = np.linspace(0, 0.5, 256).reshape(1, 16, 16)
    figures.show_activations(PICTURES[0], [heat], [TITLES[:1]], HEADING)
    (bar,), texts = find_images(bars=True), plt.gcf().axes[0].texts
    numbers = {float(one.get_text()): one.get_position()[1] for one in texts if one.get_text()[0].isdigit()}
    _, _, bottom, top = bar.get_extent()
    assert min(numbers.values()) == pytest.approx(bottom)  # 0
    assert numbers[0.5] == pytest.approx(top)
    assert numbers[0.3] == pytest.approx(bottom + 0.6 * (top - bottom))
    shades = bar.get_array()
    assert shades[0, 0] == 1.0
    assert shades[-1, 0] == 0.0  # the first row is the uppermost: the largest value


def test_map_lies_below_its_own_picture_and_as_large() -> None:
    figures.show_maps(PICTURES, np.abs(MAPS), TITLES, HEADING, says="unit")
    pictures, maps = find_images()[:3], find_images()[3:]
    for picture, heat in zip(pictures, maps, strict=True):
        (left, right, bottom, top), (its_left, its_right, its_bottom, its_top) = picture.get_extent(), heat.get_extent()
        assert (its_left, its_right, its_top - its_bottom) == pytest.approx((left, right, top - bottom))
        assert its_top < bottom


def test_filter_that_is_silent_everywhere_is_drawn_with_its_one_number() -> None:
    figures.show_activations(PICTURES[0], [np.zeros((1, 4, 4))], [TITLES[:1]], HEADING)
    assert len(find_images(bars=True)) == 1


def test_activations_of_several_layers_stand_in_rows_of_their_own() -> None:
    titles = [[f"{layer} {title}" for title in TITLES] for layer in "ab"]
    figures.show_activations(PICTURES[0], [np.abs(MAPS), np.abs(MAPS[:, :4, :4])], titles, HEADING)
    found = find_texts()
    first, second = ({found[title][1] for title in names} for names in titles)
    assert len(first) == len(second) == 1
    assert first.pop() > second.pop()


def test_pictures_stand_in_as_many_columns_as_are_asked_for() -> None:
    figures.show_pictures(PICTURES / 255, TITLES, HEADING, columns=2)
    (first, upper), (second, beside), (third, lower) = (find_texts()[title] for title in TITLES)
    assert first == third < second
    assert upper == beside > lower


@pytest.mark.parametrize("shape", [(32, 16), (16, 32)])
def test_picture_keeps_its_shape(shape: tuple[int, int]) -> None:
    figures.show_pictures(np.zeros((2, *shape, 3)), TITLES[:2], HEADING)
    for one in find_images():
        left, right, bottom, top = one.get_extent()
        assert (top - bottom) / (right - left) == pytest.approx(shape[0] / shape[1])


def draw_with_an_axis_for_each() -> None:
    """Draw maps as matplotlib's own layout does it: what the figures were drawn with before they had a board."""
    figure, axes = plt.subplots(2, 5, figsize=(16, 6.8), layout="constrained")
    figure.suptitle(HEADING)
    for place in range(5):
        axes[0, place].imshow(PICTURES[0])
        axes[0, place].set_title(TITLES[0])
        drawn = axes[1, place].imshow(MAPS[0], cmap="RdBu_r")
        figure.colorbar(drawn, ax=axes[1, place], extend="both")
    plt.show()


@pytest.mark.slow
def test_figure_takes_less_than_half_of_what_an_axis_for_each_picture_takes() -> None:
    def measure(draw: Callable[[], None]) -> float:
        """Return the processor seconds of a figure as a notebook saves it."""
        before = time.process_time()
        draw()
        plt.gcf().savefig(io.BytesIO(), format="png", bbox_inches="tight")
        plt.close("all")
        return time.process_time() - before

    pictures, maps, titles = PICTURES[[0] * 5], MAPS[[0] * 5], TITLES[:1] * 5
    ours = min(
        measure(lambda: figures.show_signed_maps(pictures, maps, titles, HEADING, says="unit")) for _ in range(2)
    )
    assert ours < 0.5 * min(measure(draw_with_an_axis_for_each) for _ in range(2))


def test_font_has_every_chinese_character_that_the_notebook_may_draw() -> None:
    from fontTools.ttLib import TTFont

    there = set(TTFont(FONT_FILE).getBestCmap())
    lines = [line for path in SOURCES for line in path.read_text(encoding="utf-8").splitlines()]
    drawn = {one for line in lines if not line.startswith("#") for one in re.findall(r"[\u2e80-\uffff]", line)}
    assert len(drawn) > 50
    assert {one for one in drawn if ord(one) not in there} == set()
