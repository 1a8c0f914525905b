"""LIME against a model whose weights are known, in parity with the package, and by laws."""

import contextlib
import io

import numpy as np
import pytest
import torch
from lime.lime_image import LimeImageExplainer
from numpy.typing import NDArray
from torch import Tensor

from reference.lime import cut_segments, lime

SIZE = 24


@pytest.fixture
def picture() -> Tensor:
    ramp = torch.linspace(0, 1, SIZE, dtype=torch.float64)
    return torch.stack([ramp.expand(SIZE, SIZE), ramp[:, None].expand(SIZE, SIZE), torch.ones(SIZE, SIZE).double()])


@pytest.fixture
def segments() -> NDArray[np.int64]:
    quarter = np.arange(SIZE) // 6
    return quarter[:, None] * 4 + quarter[None]  # 16 square pieces


def count_pieces(wanted: dict[int, float], segments: NDArray[np.int64], picture: Tensor) -> object:
    """Return a model of two labels; label 1's probability is 0.5 + the weights of the pieces left alone."""
    place = torch.from_numpy(segments)

    def model(x: Tensor) -> Tensor:
        p = torch.full((len(x),), 0.5, dtype=torch.float64)
        for piece, weight in wanted.items():
            kept = (x == picture).all(dim=1)[:, place == piece].all(dim=1)
            p = p + weight * kept
        return torch.log(torch.stack([1 - p, p], dim=1))

    return model


def test_lime_finds_the_weights_of_a_linear_model(picture: Tensor, segments: NDArray[np.int64]) -> None:
    wanted = {3: 0.2, 9: -0.15, 12: 0.05}
    found = lime(count_pieces(wanted, segments, picture), picture, segments, random_state=0, samples=2000)
    expected = np.zeros(16)
    expected[list(wanted)] = list(wanted.values())
    np.testing.assert_allclose(found[1], expected, atol=2e-3)  # what the ridge's alpha = 1 shrinks
    np.testing.assert_allclose(found[0], -expected, atol=2e-3)


@pytest.mark.parametrize(("hide", "hide_color"), [(0.5, 0.5), ("mean", None)])
def test_lime_equals_the_package(
    picture: Tensor, segments: NDArray[np.int64], hide: str, hide_color: float | None
) -> None:
    mix = torch.randn(3, 3 * SIZE * SIZE, dtype=torch.float64, generator=torch.Generator().manual_seed(3)) / SIZE

    def model(x: Tensor) -> Tensor:
        return torch.tanh(x.flatten(1) @ mix.T)

    def probability(copies: NDArray[np.float64]) -> NDArray[np.float64]:
        return torch.softmax(model(torch.from_numpy(np.stack(copies)).permute(0, 3, 1, 2)), dim=1).numpy()

    with contextlib.redirect_stderr(io.StringIO()):
        theirs = LimeImageExplainer(random_state=5).explain_instance(
            picture.permute(1, 2, 0).numpy(),
            probability,
            labels=range(3),
            top_labels=None,
            hide_color=hide_color,
            num_samples=200,
            segmentation_fn=lambda _: segments,
            random_seed=0,
        )
    ours = lime(model, picture, segments, random_state=5, samples=200, hide=hide, batch=7)
    for label in range(3):
        weights = dict(theirs.local_exp[label])
        np.testing.assert_allclose(ours[label], [weights[piece] for piece in range(16)], rtol=1e-6, atol=1e-9)


def test_same_random_state_gives_the_same_weights_and_another_does_not(
    picture: Tensor, segments: NDArray[np.int64]
) -> None:
    model = count_pieces({3: 0.2, 9: -0.15}, segments, picture)
    runs = [lime(model, picture, segments, random_state=state, samples=50) for state in (1, 1, 2)]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert np.abs(runs[0] - runs[2]).max() > 1e-4


def test_piece_hidden_in_the_colour_it_has_gets_no_weight(segments: NDArray[np.int64]) -> None:
    flat = torch.full((3, SIZE, SIZE), 0.7, dtype=torch.float64)
    reader = torch.randn(2, 3 * SIZE * SIZE, dtype=torch.float64, generator=torch.Generator().manual_seed(4)) / SIZE
    found = lime(lambda x: x.flatten(1) @ reader.T, flat, segments, random_state=0, samples=100, hide="mean")
    assert np.abs(found).max() < 1e-9


def test_segments_are_numbered_from_zero_without_gaps(picture: Tensor) -> None:
    found = cut_segments(picture.permute(1, 2, 0).numpy(), pieces=12)
    assert np.array_equal(np.unique(found), np.arange(found.max() + 1))


def test_unknown_way_to_hide_is_refused(picture: Tensor, segments: NDArray[np.int64]) -> None:
    with pytest.raises(ValueError, match="hide: 'black'; expected a grey level from 0 to 1, or 'mean'"):
        lime(lambda x: x, picture, segments, random_state=0, samples=10, hide="black")
