"""The figures of the texts say what each thing is, and an unfilled TODO says what is missing."""

import warnings
from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from assignment.cells.figures import set_style
from assignment.cells.text_figures import ROLES, show_distances, show_head, show_heads, show_points

TOKENS = ["[CLS]", "kat", "##rin", "slept", ".", "[SEP]"]
HEADING = "A heading ｜ 標題"
MAPS = np.random.default_rng(0).dirichlet(np.ones(6), (2, 3, 6))
NAMES = ["0 fruit", "1 company"]


@pytest.fixture(autouse=True)
def canvas() -> Iterator[None]:
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.use("Agg")
        set_style()
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*non-interactive.*")
        yield
        plt.gcf().canvas.draw()
    plt.close("all")


def find_texts() -> list[str]:
    return [one.get_text() for one in plt.gcf().axes[0].texts]


def find_limits() -> list[tuple[float, float]]:
    """Return the scale of each matrix."""
    return [one.get_clim() for one in plt.gcf().axes[0].images if one.get_gid() != "bar"]


def test_every_head_is_drawn_on_one_scale_and_named() -> None:
    show_heads(TOKENS, MAPS, HEADING)
    assert find_limits() == [(0, 1)] * 6
    assert "layer 層 1, head 頭 2" in find_texts()
    assert [find_texts().count(token) for token in ("kat", "slept")] == [
        2 + 3
    ] * 2  # left of two rows, below three columns
    assert plt.gcf().get_suptitle() == HEADING


def test_head_has_its_tokens_on_both_sides_and_its_large_shares_in_percent() -> None:
    show_head(TOKENS, np.eye(6), HEADING)
    axis = plt.gcf().axes[0]
    assert [label.get_text() for label in axis.get_xticklabels()] == TOKENS
    assert [label.get_text() for label in axis.get_yticklabels()] == TOKENS
    assert [text.get_text() for text in axis.texts] == ["100"] * 6


def test_points_have_a_row_for_each_model_a_column_for_each_layer_and_one_legend() -> None:
    points = np.random.default_rng(1).normal(size=(3, 6, 2))
    shares = np.array([[0.5, 0.25]] * 3)
    show_points([points, points], [shares, shares], np.array([-1, 0, 1, 2, 3, -1]), TOKENS, ["one", "two"], HEADING)
    titles = [text for text in find_texts() if "layer" in text]
    assert len(titles) == 6
    assert titles[4] == "two, layer 層 1\n75% of the variance 變異"
    assert [text.get_text() for text in plt.gcf().legends[0].get_texts()] == [says for _, says in ROLES.values()]
    assert find_texts().count("slept") == 6


def test_point_lies_where_the_numbers_of_its_frame_say() -> None:
    points = np.array([[[0.0, 0], [4, 2], [1, 1], [2, 0.5]]])
    show_points([points], [np.array([[0.5, 0.25]])], np.array([0, 1, 3, 0]), ["a", "b", "c", "d"], ["one"], HEADING)
    axis = plt.gcf().axes[0]
    numbers = [(float(one.get_text()), one.get_position()) for one in axis.texts if one.get_text()[0].isdigit()]
    across = {number: place[0] for number, place in numbers if place[1] == min(place[1] for _, place in numbers)}
    (second,) = axis.collections[list(ROLES).index(1)].get_offsets()
    assert second[0] == pytest.approx(across[4.0])
    (first, last) = axis.collections[list(ROLES).index(0)].get_offsets()
    assert (first[0], last[0]) == pytest.approx((across[0.0], across[2.0]))


@pytest.mark.parametrize("missing", [None, np.full((2, 2, 2), np.nan)])
def test_unfilled_todo_says_what_is_missing_and_draws_no_flat_picture(missing: np.ndarray | None) -> None:
    show_distances(missing, NAMES, HEADING, says="cosine", missing="TODO: write it")
    assert [text.get_text() for text in plt.gcf().axes[0].texts] == ["TODO: write it"]
    assert not [axis for axis in plt.gcf().axes if axis.images]


@pytest.mark.parametrize("sign", [1, -1])
def test_matrices_of_all_layers_share_one_scale(sign: int) -> None:
    matrices = sign * np.arange(8.0).reshape(2, 2, 2)
    show_distances(matrices, NAMES, HEADING, says="distance", missing="")
    assert {*find_limits()} == {(min(0.0, matrices.min()), matrices.max())}
