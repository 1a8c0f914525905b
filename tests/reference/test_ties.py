"""Ties: which pixels of a map rounding alone decides, and how equal values fall in the pooling."""

import pytest
import torch
from torch import Tensor
from torch.nn.functional import max_pool2d

from assignment.models.classifier import Classifier
from reference.folded import Folded
from reference.framed import pool, put_in_frame
from reference.saliency import saliency
from reference.ties import count_saturated, find_largest, find_undetermined, take_largest
from tests.flat import FLAT, SIDE, soften

LABELS = torch.tensor([4, 4])
REACH = 7  # pixels that a value before the first pooling reads: three convolutions


def draw(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(6))


def round_elsewhere(x: Tensor) -> Tensor:
    """Return the same values with another last bit."""
    return x * (1 + 2**-50 * torch.randint(-4, 5, x.shape, generator=torch.Generator().manual_seed(7)))


def test_equal_values_are_ties_whatever_their_last_bits_are() -> None:
    x = draw(5, 12, 8).round()
    _, places = max_pool2d(x[None], 2, return_indices=True)
    assert torch.equal(find_largest(round_elsewhere(x)[None])[1], places)
    for found, exact in zip(*(pool(put_in_frame(y))[1] or () for y in (round_elsewhere(x), x)), strict=True):
        assert torch.equal(found, exact)


@pytest.mark.parametrize("size", [(8, 6), (7, 10), (9, 9), (2, 2)])
@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_pooling_without_ties_is_torchs_for_sides_even_and_odd(size: tuple[int, int], kind: torch.dtype) -> None:
    x = draw(2, 5, *size).to(kind).contiguous(memory_format=torch.channels_last)
    values, places = find_largest(x)
    expected, found_at = max_pool2d(x, 2, return_indices=True)
    assert torch.equal(values, expected)
    assert torch.equal(places, found_at)
    assert torch.equal(take_largest(x), expected)


def test_what_differs_by_more_than_rounding_is_no_tie() -> None:
    x = torch.ones(1, 1, 2, 2, dtype=torch.float64)
    x[0, 0, 1, 1] += 1e-11
    assert int(find_largest(x)[1]) == 3
    frame, places = pool(put_in_frame(x[0]))
    assert frame.inside().item() == 1 + 1e-11
    assert places is not None
    assert [int(one.sum()) for one in places] == [1, 1]


def test_frames_keep_no_places_where_no_gradient_is_asked_for() -> None:
    frame, places = pool(put_in_frame(draw(3, 4, 6)), keep=False)
    assert places is None
    assert torch.equal(frame.take_out(), take_largest(draw(3, 4, 6)[None])[0])


def test_the_flat_half_is_undetermined_and_the_other_is_not(folded: Folded) -> None:
    pictures = torch.stack([FLAT["half white"], soften()])
    found = find_undetermined(lambda x, label: saliency(folded, x, label), pictures, LABELS)
    assert found.shape == (2, SIDE, SIDE)
    assert found[0, : 70 - REACH].double().mean() > 0.99
    assert not found[0, 70:].any()
    assert not found[1].any()


@pytest.mark.slow
def test_plain_torch_says_the_same_of_its_own_maps(model: Classifier, folded: Folded) -> None:
    pictures = torch.stack([FLAT["half white"], FLAT["squares"]])
    one, other = (find_undetermined(lambda x, y, m=m: saliency(m, x, y), pictures, LABELS) for m in (folded, model))
    assert torch.equal(one, other)


def test_relu_at_zero_is_undetermined_where_it_stands_and_nowhere_else() -> None:
    x = torch.full((1, 3, 2, 2), 0.5, dtype=torch.float64)
    x[..., 0, 0] = 0.75
    found = find_undetermined(lambda x, label: saliency(lambda p: (p - 0.5).relu().flatten(1), x, label), x, LABELS[:1])
    assert not found.any()  # logit 4 is a pixel of the second channel, (0, 0)
    x[..., 0, 0], x[..., 1, 1] = 0.5, 0.75
    found = find_undetermined(lambda x, label: saliency(lambda p: (p - 0.5).relu().flatten(1), x, label), x, LABELS[:1])
    assert found.tolist() == [[[True, False], [False, False]]]


def test_maps_in_float32_cannot_be_shaken_finely_enough(folded: Folded) -> None:
    with pytest.raises(ValueError, match=r"pictures: torch.float32; expected torch.float64"):
        find_undetermined(lambda x, label: saliency(folded, x, label), soften()[None].float(), LABELS[:1])


def test_saturated_pixels_are_at_an_end_of_the_range_in_every_channel() -> None:
    found = count_saturated(torch.stack([FLAT["white"], FLAT["box on white"], FLAT["constant"]]))
    assert found.tolist() == [SIDE * SIDE, SIDE * SIDE - 50 * 70, 0]
