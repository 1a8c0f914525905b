"""Pictures with flat areas, whose windows are equal, and plain torch with such ties as ties."""

import copy

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, max_pool2d

SIDE = 128
COLOUR = torch.tensor([200, 31, 77], dtype=torch.float64).view(3, 1, 1) / 255


def _draw() -> dict[str, Tensor]:
    white = torch.ones(3, SIDE, SIDE, dtype=torch.float64)
    row, column = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    inside = (row >= 40) & (row < 90) & (column >= 30) & (column < 100)
    return {
        "black": 0 * white,
        "white": white,
        "grey": 0.3 * white,
        "constant": COLOUR * white,
        "box on white": torch.where(inside, COLOUR, white),
        "two colours": torch.where(column >= 64, COLOUR, white),
        "stripes": torch.where(row % 2 == 1, COLOUR, white),
        "squares": torch.where((row // 16 + column // 16) % 2 == 1, COLOUR, white),
        "half white": torch.where(row < 70, white, soften()),
        "saturated": (1.7 * soften()).round(decimals=2).clamp(0, 1),
    }


def soften() -> Tensor:
    """Return a picture (3, SIDE, SIDE) of soft spots and grain, which has no two equal windows."""
    generator = torch.Generator().manual_seed(1)
    coarse = torch.rand(1, 3, 8, 8, dtype=torch.float64, generator=generator)
    grain = 0.1 * torch.rand(3, SIDE, SIDE, dtype=torch.float64, generator=generator)
    return (0.9 * interpolate(coarse, size=(SIDE, SIDE), mode="bilinear")[0] + grain).clamp(0, 1)


FLAT = _draw()


class PoolOfEquals(nn.Module):
    """Max pooling of 2 x 2 pixels that takes the first of values that are equal to ten places."""

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, H / 2, W / 2)."""
        _, places = max_pool2d(x.detach().round(decimals=10), 2, return_indices=True)
        return x.flatten(2).gather(2, places.flatten(2)).view(places.shape)


def make_ties_equal(model: nn.Module) -> nn.Module:
    """Return a copy of a plain classifier in which ties of the pooling are ties."""
    found = copy.deepcopy(model)
    for stack in found.cnn:
        stack[-1] = PoolOfEquals()
    return found.eval()
