"""Frames against torch's own convolution and pooling."""

import pytest
import torch
from torch import Tensor
from torch.nn.functional import conv2d, max_pool2d, max_unpool2d

from reference.framed import convolve, make_factors, pool, put_in_frame, unpool


def draw(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(6))


@pytest.mark.parametrize(("height", "width"), [(1, 1), (4, 4), (5, 9), (130, 128)])
@pytest.mark.parametrize(("before", "after"), [(3, 8), (8, 3), (5, 6)])
def test_convolution_is_torchs(before: int, after: int, height: int, width: int) -> None:
    x, kernel, bias = draw(before, height, width), draw(after, before, 3, 3), draw(after)
    for b in (None, bias):
        found = convolve(put_in_frame(x), make_factors(kernel), b).take_out()
        torch.testing.assert_close(found, conv2d(x[None], kernel, b, padding=1)[0], rtol=0, atol=1e-12)


def test_pooling_and_its_gradient_are_torchs_also_where_pixels_are_equal() -> None:
    x, back = draw(5, 12, 8).round(), draw(5, 6, 4)
    assert (max_pool2d(x, 2).repeat_interleave(2, 1).repeat_interleave(2, 2) == x).double().mean() > 0.3
    frame, places = pool(put_in_frame(x))
    expected, found_at = max_pool2d(x[None], 2, return_indices=True)
    assert torch.equal(frame.take_out(), expected[0])
    assert torch.equal(unpool(put_in_frame(back), places).take_out(), max_unpool2d(back[None], found_at, 2)[0])


def test_border_can_be_cleared() -> None:
    frame = put_in_frame(draw(2, 4, 6))
    frame.values.add_(9)
    frame.clear_border()
    inside = frame.inside().sum()
    assert frame.inside().count_nonzero() == frame.inside().numel()
    torch.testing.assert_close(frame.values.sum(), inside)
