"""Ties: how they fall in the pooling, and where a map is not determined since equal values compete.

All windows of a flat area are equal, and max pooling gives the gradient to the first; but a sum's last bit depends on
where it was computed. So in float64 what differs by less than rounding may is equal here, in frames (`framed.py`) and
outside. Plain torch takes any difference for one: on the same areas it makes another choice for another layout.

A map is undetermined where a shake of the picture, too small to cross any kink but a tie or a ReLU at zero, moves it:

    for some k    | m(x + 2^-30 e_k)[u] - m(x)[u] |  >  2^-20 max over v of | m(x)[v] |,        e_k uniform in [-1, 1]
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import max_pool2d

ROUNDING = 2.0**-40  # of a layer's largest value; float64 rounds its sums by some 2**-50
SHAKE = 2.0**-30  # far above what float64 rounds, far below what separates two 8-bit pixels
MOVED = 2.0**-20
SHAKES = 8  # two equal values fall as before eight times in one case of 256, and many windows read each pixel

FindMap = Callable[[Tensor, Tensor], Tensor]


def take_largest(x: Tensor) -> Tensor:
    """Return the largest of each 2 x 2 pixels, faster than torch does, which always finds their places too."""
    rows = torch.maximum(x[:, :, :-1:2], x[:, :, 1::2])
    return torch.maximum(rows[:, :, :, :-1:2], rows[:, :, :, 1::2])


def find_largest(x: Tensor) -> tuple[Tensor, Tensor]:
    """Do what max_pool2d does with return_indices; in float64 the first of near equals is taken."""
    if x.dtype != torch.float64:
        return max_pool2d(x, 2, return_indices=True)
    largest, (height, width) = take_largest(x), x.shape[2:]
    margin = ROUNDING * largest.amax(dim=(1, 2, 3), keepdim=True)
    handicap = torch.arange(4, device=x.device).view(2, 2).repeat(height // 2 + 1, width // 2 + 1)[:height, :width]
    return largest, max_pool2d(x - margin * handicap, 2, return_indices=True)[1]


def find_undetermined(find_map: FindMap, pictures: Tensor, labels: Tensor) -> Tensor:
    """Return where (N, H, W) the maps are not determined, bool; any model will do.

    pictures (N, 3, H, W) in float64, labels (N,); find_map takes one of each, (1, 3, H, W) and (1,), and returns its
    map (1, H, W).
    """
    if pictures.dtype != torch.float64:
        raise ValueError(f"pictures: {pictures.dtype}; expected torch.float64, in which so small a shake is seen")
    rows = zip(pictures.split(1), labels.split(1), strict=True)
    return torch.cat([_find_moved(find_map, picture, label) for picture, label in rows])


def _find_moved(find_map: FindMap, picture: Tensor, label: Tensor) -> Tensor:
    still, generator = find_map(picture, label), torch.Generator().manual_seed(0)
    moved = torch.zeros_like(still, dtype=torch.bool)
    for _ in range(SHAKES):
        noise = torch.rand(picture.shape, dtype=torch.float64, generator=generator).mul_(2).sub_(1)
        gap = (find_map(picture + SHAKE * noise.to(picture), label) - still).abs()
        moved |= gap > MOVED * still.abs().max()
        if not moved.any():  # ties come by the hundred: where the first shake breaks none there are none
            break
    return moved


def count_saturated(pictures: Tensor) -> Tensor:
    """Return how many pixels of each picture (N, 3, H, W) in [0, 1] are at an end of the range in all channels (N,).

    >>> count_saturated(torch.tensor([[1.0, 0.0, 0.5]] * 3).view(1, 3, 1, 3)).tolist()
    [2]
    """
    return ((pictures == 0) | (pictures == 1)).all(dim=1).sum(dim=(1, 2))
