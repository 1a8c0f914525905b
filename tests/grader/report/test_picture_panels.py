"""Panels: what is the same looks the same, on the reference's scale, and no array of a student can stop the drawing."""

import base64
import io
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from PIL import Image

from assignment.agreement.agree import COMPARED_GROUPS, GroupArrays
from assignment.arrays import ARRAYS
from assignment.outputs import Array, Outputs, list_official
from grader.report.pictures.drawings import draw_colours, draw_map
from grader.report.pictures.kinds import FILTER_KINDS, PICTURE_KINDS
from grader.report.pictures.panels import (
    PictureCanvas,
    PicturePanel,
    draw_canvas,
    make_filter_panels,
    make_picture_panels,
)
from grader.report.texts.kinds import COMPONENTS, DISTANCE_KINDS, HEAD_PANEL, HEADS_PANEL

Change = Callable[[Array], Array]


def read(outputs: Outputs) -> dict[str, GroupArrays]:
    return {
        group: GroupArrays({name: outputs[group, name] for name in list_official(group)}) for group in COMPARED_GROUPS
    }


def find_panels(readings: Mapping[str, GroupArrays], canvas: PictureCanvas) -> list[PicturePanel]:
    found = [panel for n in range(len(canvas.pictures)) for panel in make_picture_panels(readings, canvas, n)]
    rows = [row for places in canvas.filters for row in make_filter_panels(readings, canvas, places)]
    return found + [panel for row in rows for panel in row]


def decode(uri: str) -> Array:
    image = Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/png;base64,"))))
    return np.asarray(image.convert("RGB"))


@pytest.fixture
def canvas(canonical: Outputs) -> PictureCanvas:
    pictures = np.random.default_rng(0).integers(0, 255, (*canonical["saliency", "map"].shape, 3), dtype=np.uint8)
    return draw_canvas(pictures, canonical)


def test_every_official_array_of_an_analysis_is_drawn_or_said(canonical: Outputs) -> None:
    drawn = {(kind.group, name) for kind in (*PICTURE_KINDS, *FILTER_KINDS) for name in kind.needs}
    drawn.add(("filters", "reached"))
    text_kinds = (HEADS_PANEL, HEAD_PANEL, COMPONENTS, *DISTANCE_KINDS)
    drawn |= {(kind.group, name) for kind in text_kinds for name in kind.needs}
    drawn |= {("attention", "prediction"), ("embedding_pca", "share"), ("embedding_pca", "span")}  # said
    assert drawn == {(group, name) for (group, name), spec in ARRAYS.items() if spec.official and group != "pictures"}


def test_the_same_arrays_are_drawn_and_said_alike(canonical: Outputs, canvas: PictureCanvas) -> None:
    panels = find_panels(read(canonical), canvas)
    assert len(panels) == 3 * 4 + 12 * 2
    assert [panel.theirs for panel in panels] == [panel.canonical for panel in panels]


def test_other_arrays_are_drawn_on_the_scale_of_the_reference(canonical: Outputs, canvas: PictureCanvas) -> None:
    doubled = Outputs({name: array * 2 if array.dtype.kind == "f" else array for name, array in canonical.items()})
    before, after = find_panels(read(canonical), canvas), find_panels(read(doubled), canvas)
    assert [(one.low, one.high) for one in before] == [(one.low, one.high) for one in after]
    assert all(one.theirs != other.theirs for one, other in zip(before, after, strict=True))
    assert [one.canonical for one in before] == [one.canonical for one in after]


def test_titles_say_which_convolution_and_filter(canonical: Outputs, canvas: PictureCanvas) -> None:
    rows = [row for places in canvas.filters for row in make_filter_panels(read(canonical), canvas, places)]
    ascents, maps = rows[::2], rows[1::2]
    assert [panel.title.en for row in ascents for panel in row] == [
        f"Convolution {layer}, filter {one}: ascent"
        for layer in canonical.axes["layer"]
        for one in canonical.axes[f"filter of layer {layer}"]
    ]
    assert maps[2][1].title.zh == "卷積 9 濾波器 8：圖片 2"


def test_every_drawing_but_a_picture_has_a_colour_bar_with_its_ends(canonical: Outputs, canvas: PictureCanvas) -> None:
    for panel in find_panels(read(canonical), canvas):
        if panel.title.en.endswith("ascent"):
            assert panel.bar == ""
        else:
            assert panel.bar in ("viridis", "signed")
            assert panel.high.startswith("≥ ")
            assert (panel.low == "0") == (panel.bar == "viridis")


def test_what_was_not_saved_or_cannot_be_read_is_said(canonical: Outputs, canvas: PictureCanvas) -> None:
    readings = read(canonical) | {
        "smoothgrad": GroupArrays({}, "missing"),
        "filters": GroupArrays({}, "unreadable", "no"),
    }
    absent = {panel.title.en: panel.absent.en for panel in find_panels(readings, canvas) if panel.theirs is None}
    assert absent.pop("SmoothGrad") == "missing"
    assert len(absent) == 24
    assert set(absent.values()) == {"unreadable"}


def test_an_array_that_was_not_saved_hides_no_other(canonical: Outputs, canvas: PictureCanvas) -> None:
    readings = read(canonical)
    for name, count in (("deep", 4), ("middle", 4), ("reached", 12), ("ascent", 12)):
        rest = {one: array for one, array in readings["filters"].arrays.items() if one != name}
        panels = find_panels(readings | {"filters": GroupArrays(rest)}, canvas)
        assert [panel.absent.en for panel in panels if panel.theirs is None] == ["missing"] * count


def fill(value: float) -> Change:
    return lambda array: np.full(array.shape, value)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1.7e308, -1.7e308, 5e-324, 0.0])
def test_hostile_numbers_are_drawn_without_a_warning(canonical: Outputs, canvas: PictureCanvas, value: float) -> None:
    hostile = {name: fill(value)(array) if array.dtype.kind == "f" else array for name, array in canonical.items()}
    assert all(panel.theirs is not None for panel in find_panels(read(Outputs(hostile)), canvas))


@pytest.mark.parametrize("pieces", [0, 1, 200])
@pytest.mark.parametrize("number", [-(2**63), -1, 2**63 - 1])
def test_hostile_pieces_are_drawn(canonical: Outputs, canvas: PictureCanvas, pieces: int, number: int) -> None:
    arrays = dict(canonical) | {
        ("lime", "segments"): np.full(canonical["lime", "segments"].shape, number),
        ("lime", "weights"): np.zeros((3, 11, pieces)),
    }
    assert all(panel.theirs is not None for panel in find_panels(read(Outputs(arrays)), canvas))


def test_a_silent_filter_is_drawn_dark(canonical: Outputs) -> None:
    silent = np.array(canonical["filters", "deep"])
    silent[:, 0] = 0
    outputs = Outputs(dict(canonical) | {("filters", "deep"): silent}, canonical.axes)
    canvas = draw_canvas(np.zeros((3, 32, 32, 3), np.uint8), outputs)
    panel = make_filter_panels(read(outputs), canvas, canvas.filters[2])[1][0]
    assert panel.theirs is not None
    assert (panel.low, panel.high, panel.theirs.says) == ("0", "≥ 0", "max 0")
    assert len(np.unique(decode(panel.theirs.drawn).reshape(-1, 3), axis=0)) == 1


def test_signed_maps_are_blue_below_white_at_and_red_above_nought() -> None:
    ((below, nought, above),) = decode(draw_map(np.array([[-9.0, 0.0, 2.0]]), 2.0, signed=True)).astype(int)
    assert below[2] > below[0]
    assert above[0] > above[2]
    assert nought.min() > 240


def test_pixels_of_an_ascent_are_drawn_as_they_are_and_clipped_beyond() -> None:
    pixels = np.array([[[0.0, 1.0]], [[0.5, 2.0]], [[-1.0, np.nan]]])
    assert decode(draw_colours(pixels)).tolist() == [[[0, 128, 0], [255, 255, 0]]]


def test_a_layer_by_name_is_called_so_in_titles(canonical: Outputs) -> None:
    layers = {"stem.0": (0, 3, 9, 15), "body.2": (3, 5, 10, 12), "body.7": (4, 8, 12, 14)}
    axes = {"layer": tuple(layers), **{f"filter of layer {layer}": its for layer, its in layers.items()}}
    named = Outputs(dict(canonical), axes)
    pictures = np.zeros((*canonical["saliency", "map"].shape, 3), np.uint8)
    canvas = draw_canvas(pictures, named)
    rows = [make_filter_panels(read(named), canvas, places) for places in canvas.filters]
    assert rows[1][0][2].title.en == "Layer body.2, filter 10: ascent"
    assert rows[2][1][1].title.zh == "層 body.7 濾波器 8：圖片 2"
    assert [places[0].name.zh for places in canvas.filters] == ["層 stem.0", "層 body.2", "層 body.7"]
