"""What a filter looks for: activation maps, and ascent from white noise (Erhan et al.; 2009; Montreal report 1341).

    A[n,f,u] = relu(g(x_n))[f,u]                     the map of filter f, after the ReLU of its block, not yet pooled
    x <- clamp(x + Adam step along the gradient of  mean over u of g(x)[f,u], 0, 1)

g is convolution f of `layer` with its batch norm, BEFORE the ReLU. So the objective of ascent has a gradient even
where the filter is silent, and it is linear in what the layer reads: its gradient there is one constant, found once,
and the layer itself need not be run. Maps and the activation that is reached are after the ReLU, as the next layer
sees them. Pixels are clamped after each step: the best picture mostly lies on the border of [0, 1], which a sigmoid
only approaches, ever more slowly. Adam is written as separate operations, which round alike everywhere. Ascent is
chaotic: two runs are compared by the activation that they reach, never pixel by pixel. Lucent runs the whole network
and keeps no bounds by itself. The 2021 notebook: from the photograph, without bounds, through the whole network. The
layers of other classifiers than the homework's have names: `layers.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import conv2d

from assignment.models.classifier import SIDE
from assignment.models.network import Network
from reference.folded import Folded
from reference.layers import find_layer_maps, watch_layer

Watch = tuple[Callable[[Tensor], tuple[Tensor, Tensor]], Callable[[Tensor], tuple[Tensor, Tensor]]]
FADE, FADE_SQUARE, TINY = 0.9, 0.999, 1e-8  # Adam's own defaults


@dataclass(frozen=True)
class Ascent:
    """One picture a filter: pictures (F, 3, H, W) in [0, 1]; reached (F,), the mean of the filter's map after the ReLU.

    trace (F, steps + 1): the objective, the mean before the ReLU, of the start and after each step.
    """

    pictures: Tensor
    reached: Tensor
    trace: Tensor


@torch.no_grad()
def find_maps(
    model: Folded | Network, pictures: Tensor, *, layer: int | str, filters: Sequence[int], batch: int = 8
) -> Tensor:
    """Return the activation maps (N, filters, H', W') after the ReLU of convolution `layer` (from 0), or of a name.

    pictures (N, 3, H, W) in [0, 1]. The convolutions after `layer` are not run.
    """
    if isinstance(model, Network):
        return find_layer_maps(model, pictures, layer=layer, filters=filters, batch=batch)
    layer = check_filters(model, layer, filters)
    part = model.convolutions[layer].take(filters)
    return torch.cat([part(model.find_input(x, layer)).relu() for x in pictures.split(batch)])


def draw_noise(random_states: Sequence[int], *, size: tuple[int, int] = (SIDE, SIDE)) -> Tensor:
    """Return white noise (N, 3, *size), uniform in [0, 1], float64: one picture a random state.

    size: height and width.
    """
    drawn = [np.random.default_rng(state).random((3, *size)) for state in random_states]
    return torch.from_numpy(np.stack(drawn))


def ascend(
    model: Folded | Network,
    start: Tensor,
    *,
    layer: int | str,
    filters: Sequence[int],
    steps: int,
    rate: float = 0.05,
) -> Ascent:
    """Change each start so that its filter's mean activation rises.

    start (F, 3, H, W) in [0, 1], one a filter, on the model's device and in its dtype; `rate`: Adam's step size in
    pixel values. Leaves start and the model as it found them.
    """
    find_step, measure = _watch(model, start, layer, filters)
    if len(start) != len(filters):
        raise ValueError(f"start: {len(start)} pictures; expected one for each of the {len(filters)} filters")
    x, mean, mean_square = start.detach().clone(), torch.zeros_like(start), torch.zeros_like(start)
    trace = []
    for step in range(1, steps + 1):
        value, gradient = find_step(x)
        trace.append(value)
        mean.mul_(FADE).add_((1 - FADE) * gradient)
        mean_square.mul_(FADE_SQUARE).add_((1 - FADE_SQUARE) * gradient * gradient)
        size = (mean_square / (1 - FADE_SQUARE**step)).sqrt_().add_(TINY)
        x = (x + rate * (mean / (1 - FADE**step)) / size).clamp_(0, 1)
    value, reached = measure(x)
    return Ascent(x, reached, torch.stack([*trace, value], dim=1))


def _watch(model: Folded | Network, start: Tensor, layer: int | str, filters: Sequence[int]) -> Watch:
    """Return what gives (objective, its gradient) of pictures, and what gives (objective, mean after the ReLU)."""
    if isinstance(model, Network):
        return watch_layer(model, layer, filters)
    number = layer = check_filters(model, layer, filters)
    slope, offset = find_objective(model, start[:1], layer, filters)

    def find_step(x: Tensor) -> tuple[Tensor, Tensor]:
        read, gradient = model.find_input_and_gradient(x, number, slope)
        return _sum_products(read, slope) + offset, gradient

    @torch.no_grad()
    def measure(x: Tensor) -> tuple[Tensor, Tensor]:
        read = model.find_input(x, number)
        maps = torch.cat([model.convolutions[number].take([f])(read[i : i + 1]) for i, f in enumerate(filters)])
        return _sum_products(read, slope) + offset, maps.relu().mean(dim=(1, 2, 3))

    return find_step, measure


def find_objective(model: Folded, picture: Tensor, layer: int, filters: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Return (slope, offset): a filter's mean before the ReLU is the sum of slope * (what the layer reads) + offset.

    picture (1, 3, H, W) gives the size only; slope (F, before, H', W'); offset (F,).
    """
    halvings = sum(before.halves for before in model.convolutions[:layer])
    height, width = (side >> halvings for side in picture.shape[2:])
    turned, bias = model.convolutions[layer].turned, model.convolutions[layer].bias
    mean = turned.new_full((1, 1, height, width), 1 / (height * width))  # its gradient is the same at each place
    slopes = [conv2d(mean, turned[:, index : index + 1], padding=1) for index in filters]
    return torch.cat(slopes).contiguous(memory_format=torch.channels_last), bias[list(filters)]


def _sum_products(first: Tensor, second: Tensor) -> Tensor:
    """Return the sum (F,) of first * second, both (F, C, H, W); channels-last tensors are read as they lie."""
    return torch.linalg.vecdot(*(x.permute(0, 2, 3, 1).flatten(1) for x in (first, second)))


def check_filters(model: Folded, layer: int | str, filters: Sequence[int]) -> int:
    """Return the layer's number; ValueError for a layer or a filter that the model does not have."""
    if not isinstance(layer, int) or not 0 <= layer < len(model.convolutions):
        raise ValueError(f"layer: {layer!r}; expected 0 to {len(model.convolutions) - 1}")
    count = len(model.convolutions[layer].bias)
    wrong = [index for index in filters if not 0 <= index < count]
    if wrong or not filters:
        raise ValueError(f"filters: {wrong}; expected one or more of 0 to {count - 1}, layer {layer} has no others")
    return layer
