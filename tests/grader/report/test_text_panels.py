"""Panels of the texts: what is the same looks the same, what is absent is said, and no array can stop the drawing."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

from assignment.agreement.agree import COMPARED_GROUPS, GroupArrays
from assignment.assignment import Bilingual
from assignment.outputs import Array, Outputs, list_official
from assignment.texts import load_texts
from grader.report.texts.drawings import ROLE_MARKS, SIDE, WHITE, draw_points, draw_tiles, to_pixels
from grader.report.texts.panels import TextCanvas, TextPanel, TextRows, draw_text_canvas, make_text_rows

TEXTS = load_texts(Path(__file__).parents[1] / "made_texts.yaml")


def show(outputs: Outputs, canvas: TextCanvas) -> TextRows:
    saved = {group: [name for name in list_official(group) if (group, name) in outputs] for group in COMPARED_GROUPS}
    readings = {group: GroupArrays({name: outputs[group, name] for name in names}) for group, names in saved.items()}
    return make_text_rows(readings, canvas)


def list_panels(rows: TextRows) -> list[TextPanel]:
    found = [panel for row in rows.sentences for panel in (row.heads, row.head)]
    return found + [panel for row in (*rows.passages, *rows.words) for panel in row.panels]


def change(outputs: Outputs, group: str, name: str, array: Array) -> Outputs:
    return Outputs(dict(outputs) | {(group, name): array}, outputs.axes)


def leave_out(outputs: Outputs, group: str, name: str) -> Outputs:
    return Outputs({its: array for its, array in outputs.items() if its != (group, name)})


def decode(uri: str) -> Array:
    image = Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/png;base64,"))))
    return np.asarray(image.convert("RGB")).astype(int)


@pytest.fixture
def canvas(canonical: Outputs) -> TextCanvas:
    return draw_text_canvas(TEXTS, ("reader_a", "reader_b"), canonical)


def test_the_same_arrays_are_drawn_and_said_alike(canonical: Outputs, canvas: TextCanvas) -> None:
    rows = show(canonical, canvas)
    panels = list_panels(rows)
    assert len(panels) == 3 * 2 + 2 * 2 + 2 * 2
    assert [panel.theirs for panel in panels] == [panel.canonical for panel in panels]
    assert [(one.theirs, one.word) for row in rows.sentences for one in row.guesses] == [
        (pytest.approx(one.canonical), word)
        for row in rows.sentences
        for one, word in zip(row.guesses, TEXTS.attention[row.number].candidates, strict=True)
    ]


def test_other_arrays_are_drawn_differently_beside_the_same_reference(canonical: Outputs, canvas: TextCanvas) -> None:
    other = Outputs({name: array * 0.7 if array.dtype.kind == "f" else array for name, array in canonical.items()})
    before, after = list_panels(show(canonical, canvas)), list_panels(show(other, canvas))
    assert [one.canonical for one in before] == [one.canonical for one in after]
    assert [one.scale for one in before] == [one.scale for one in after]
    assert all(one.theirs != other.theirs for one, other in zip(before, after, strict=True))


def test_components_are_turned_to_the_sign_of_the_reference(canonical: Outputs, canvas: TextCanvas) -> None:
    turned = change(canonical, "embedding_pca", "points", canonical["embedding_pca", "points"] * [-1, 1])
    assert show(turned, canvas).passages == show(canonical, canvas).passages


def test_the_one_head_is_the_one_that_attends_most_to_the_linked_word(canonical: Outputs) -> None:
    maps = np.array(canonical["attention", "map"])
    maps[0, :, :, 4, 1] = 0.1  # from "she" to "Ann"
    maps[0, 1, 0, 4, 1] = 0.9
    canvas = draw_text_canvas(TEXTS, ("a", "b"), change(canonical, "attention", "map", maps))
    row = show(canonical, canvas).sentences[0]
    assert row.head.title.en == "Layer 1, head 0"
    assert [token.text for token in row.tokens] == ["·", "ann", "said", "that", "she", "ran", ".", "·"]
    assert [token.text for token in row.tokens if token.mark] == ["ann", "she"]


@pytest.mark.parametrize(
    ("group", "name", "absent"),
    [
        ("attention", "map", 6),
        ("attention", "prediction", 0),
        ("embedding_pca", "points", 4),
        ("embedding_pca", "share", 0),
        ("embedding_pca", "span", 0),
        ("embedding_distance", "euclidean", 2),
        ("embedding_distance", "cosine", 2),
    ],
)
def test_what_was_not_saved_is_said_and_the_rest_is_drawn(
    canonical: Outputs, canvas: TextCanvas, group: str, name: str, absent: int
) -> None:
    rows = show(leave_out(canonical, group, name), canvas)
    panels = list_panels(rows)
    assert [panel.absent.en for panel in panels if panel.theirs is None] == ["missing"] * absent
    said = [panel.theirs for row in rows.passages for panel in row.panels if panel.theirs]
    assert (name == "share") == (bool(said) and not any(half.across for half in said))
    assert (name == "span") == any(isinstance(half.says, Bilingual) and "not saved" in half.says.en for half in said)
    assert (name == "prediction") == all(guess.theirs is None for guess in rows.sentences[0].guesses)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1.7e308, -1.7e308, 5e-324, 0.0])
def test_hostile_numbers_are_drawn_without_a_warning(canonical: Outputs, canvas: TextCanvas, value: float) -> None:
    hostile = {
        name: np.full(array.shape, value) if array.dtype.kind == "f" else np.full(array.shape, -(2**63))
        for name, array in canonical.items()
    }
    rows = show(Outputs(hostile), canvas)
    assert all(panel.theirs is not None for panel in list_panels(rows))
    assert all(0 <= guess.share <= 1 and guess.say(value) for row in rows.sentences for guess in row.guesses)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", [np.float16, np.longdouble])
def test_floats_of_any_size_are_drawn_without_a_warning(canonical: Outputs, canvas: TextCanvas, dtype: type) -> None:
    top = np.finfo(dtype).max
    hostile = {name: np.full(a.shape, top) if a.dtype.kind == "f" else a for name, a in canonical.items()}
    assert all(panel.theirs is not None for panel in list_panels(show(Outputs(hostile), canvas)))


@pytest.mark.filterwarnings("error")
def test_a_passage_whose_states_are_all_alike_is_drawn(canonical: Outputs) -> None:
    flat = change(canonical, "embedding_pca", "points", canonical["embedding_pca", "points"] * 0)
    canvas = draw_text_canvas(TEXTS, ("a", "b"), flat)
    assert all(panel.theirs is not None for panel in list_panels(show(canonical, canvas)))


def test_tiles_go_from_dark_to_bright_and_holes_are_white() -> None:
    drawn = decode(draw_tiles(np.array([[[[0.0, 2.0]], [[np.nan, -1.0]]]]), 0.0, 1.0))
    assert drawn.shape == (1, 5, 3)
    dark, bright, between, hole, below = drawn[0]
    assert bright.sum() > dark.sum()
    assert (dark == below).all()
    assert [int(one.min()) for one in (between, hole)] == [WHITE, WHITE]


@pytest.mark.parametrize("role", list(ROLE_MARKS))
def test_points_have_the_colour_of_their_role_and_holes_are_not_drawn(role: int) -> None:
    frame = np.array([[[0.0, 0.0], [2.0, 2.0], [np.nan, np.nan]]])
    drawn = decode(draw_points(frame, frame, np.array([role, role, role]), np.array([False, True, False])))
    (left, low), (right, high) = to_pixels(frame[0], frame[0])[:2].round().astype(int)
    colour, ring = np.array(ImageColor.getrgb(ROLE_MARKS[role].colour)), np.zeros(3)
    assert drawn.shape == (SIDE, SIDE, 3)
    for x, y in ((left, low), (right, high)):
        assert np.abs(drawn[y, x] - colour).max() < 24
    assert np.abs(drawn[:, high:] - ring).max(axis=2).min() < 24
    assert np.abs(drawn[SIDE // 3 : 2 * SIDE // 3, SIDE // 3 : 2 * SIDE // 3]).min() > 245
