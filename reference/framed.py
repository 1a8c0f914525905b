"""The folded convolutions in float64 on a CPU, where torch has no fast convolution: as matrix products on frames.

A frame is a picture of (height, width, channels) in a border of zeros one pixel wide, its rows end to end: a matrix
(pixels, channels). Neighbouring pixels lie side by side in memory, so every third window of three pixels is a row of a
matrix that need not be copied, and a 3 x 3 convolution is nine products (three thirds, three rows of the kernel):

    result[q] = bias + sum over i of  frame[q + i row : q + i row + 3].flatten() @ kernel[i],       row = width + 2

The result of q stands at q + row + 1 of a frame of its own; what lands on the border there is set to zero. Pictures do
not meet: no number of one depends on its neighbours. How many threads there are moves the last bit of small layers on
some processors, and nothing on others.
"""

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from reference.ties import ROUNDING

BAND = 2048  # windows at once: what a band reads and writes stays in a core's own cache
SLACK = 8  # pixels behind the frame, for the last windows of three
FEW = 4  # channels of a result that is too narrow for products with one row of the kernel at a time


@dataclass(frozen=True)
class Frame:
    """Values (pixels + SLACK, channels) of one picture and its border."""

    values: Tensor
    height: int
    width: int

    @property
    def row(self) -> int:
        """Pixels from one row to the next."""
        return self.width + 2

    def inside(self) -> Tensor:
        """View the picture (height, width, channels)."""
        channels = self.values.shape[1]
        size, strides = (self.height, self.width, channels), (self.row * channels, channels, 1)
        return self.values.as_strided(size, strides, (self.row + 1) * channels)

    def take_out(self) -> Tensor:
        """Return a copy of the picture (channels, height, width)."""
        return self.inside().permute(2, 0, 1).contiguous()

    def clear_border(self) -> None:
        """Set to zero all that is not picture."""
        self.values.index_fill_(0, _find_border(self.height, self.width), 0)


@cache
def _find_border(height: int, width: int) -> Tensor:
    inside = torch.zeros((height + 2) * (width + 2) + SLACK, 1, dtype=torch.bool)
    Frame(inside, height, width).inside().fill_(True)
    return inside.logical_not().nonzero()[:, 0]


def make_frame(like: Tensor, height: int, width: int, channels: int) -> Frame:
    """Return a frame whose values are not set yet."""
    return Frame(like.new_empty((height + 2) * (width + 2) + SLACK, channels), height, width)


def put_in_frame(picture: Tensor) -> Frame:
    """Copy a picture (channels, H, W) into a frame."""
    channels, height, width = picture.shape
    frame = make_frame(picture, height, width, channels)
    frame.clear_border()
    frame.inside().copy_(picture.permute(1, 2, 0))
    return frame


def make_factors(kernel: Tensor) -> tuple[Tensor, ...]:
    """Return a kernel (after, before, 3, 3) as factors of products, each once for every third.

    Three of (3, 3 before, after), one a row of the kernel; or, where a product so narrow would be slow, one of
    (3, 3 before, 3 after), the rows side by side.
    """
    after, before = kernel.shape[:2]
    if after <= FEW:
        return (kernel.permute(3, 1, 2, 0).reshape(3 * before, 3 * after).expand(3, -1, -1),)
    return kernel.permute(2, 3, 1, 0).reshape(3, 1, 3 * before, after).expand(-1, 3, -1, -1).unbind()


def convolve(frame: Frame, factors: tuple[Tensor, ...], bias: Tensor | None) -> Frame:
    """Convolve with the kernel of these factors; what the result has on its border means nothing."""
    if len(factors) == 1:
        return _convolve_to_few(frame, factors[0], bias)
    before, after = frame.values.shape[1], factors[0].shape[2]
    result = make_frame(frame.values, frame.height, frame.width, after)
    if bias is not None:
        result.values.copy_(bias)
    count = -(-frame.height * frame.row // 3)
    windows = frame.values.as_strided((3, 3, count, 3 * before), (frame.row * before, before, 3 * before, 1))
    out = result.values.as_strided((3, count, after), (after, 3 * after, 1), (frame.row + 1) * after)
    for band, band_windows in zip(out.split(BAND, 1), windows.split(BAND, 2), strict=True):
        for i, window in enumerate(band_windows.unbind()):
            band.baddbmm_(window, factors[i], beta=int(i > 0 or bias is not None))  # 0: not read before it is set
    return result


def _convolve_to_few(frame: Frame, factor: Tensor, bias: Tensor | None) -> Frame:
    """Add up what the three rows of the kernel gave, each a row of pixels further."""
    before, after = frame.values.shape[1], factor.shape[2] // 3
    pixels = (frame.height + 2) * frame.row
    count = -(-pixels // 3)
    parts = frame.values.new_empty(pixels + SLACK, 3 * after)
    windows = frame.values.as_strided((3, count, 3 * before), (before, 3 * before, 1))
    torch.bmm(windows, factor, out=parts.as_strided((3, count, 3 * after), (3 * after, 9 * after, 1)))
    first, second, third = parts[:pixels].view(frame.height + 2, frame.row, 3, after)[:, :-2].unbind(2)
    result = make_frame(frame.values, frame.height, frame.width, after)
    torch.add(first[:-2], second[1:-1], out=result.inside()).add_(third[2:])
    if bias is not None:
        result.inside().add_(bias)
    return result


def pool(frame: Frame, *, keep: bool = True) -> tuple[Frame, tuple[Tensor, Tensor] | None]:
    """Return the largest of each 2 x 2 pixels, and where it was: (right, low), the first place among near equals."""
    half = make_frame(frame.values, frame.height // 2, frame.width // 2, frame.values.shape[1])
    left, right = frame.inside().unflatten(1, (-1, 2)).unbind(2)
    upper, lower = torch.maximum(left, right).unflatten(0, (-1, 2)).unbind(1)
    torch.maximum(upper, lower, out=half.inside())
    if not keep:
        return half, None
    margin = ROUNDING * half.inside().max()  # below zero all is shut, and no place matters
    places = torch.add(left, margin), torch.add(upper, margin)  # 0 and 1: a product with bool takes longer
    return half, (torch.gt(right, places[0], out=places[0]), torch.gt(lower, places[1], out=places[1]))


def unpool(half: Frame, places: tuple[Tensor, Tensor]) -> Frame:
    """Put each value where `pool` had found it, and zero elsewhere."""
    frame = make_frame(half.values, 2 * half.height, 2 * half.width, half.values.shape[1])
    rows = torch.empty_like(places[0])
    upper, lower = rows.unflatten(0, (-1, 2)).unbind(1)
    left, right = frame.inside().unflatten(1, (-1, 2)).unbind(2)
    torch.mul(half.inside(), places[1], out=lower)
    torch.sub(half.inside(), lower, out=upper)
    torch.mul(rows, places[0], out=right)
    torch.sub(rows, right, out=left)
    frame.clear_border()
    return frame
