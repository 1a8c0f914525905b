"""What a filter of a layer by name looks for: the maps of `filters.py`, of any CNN that torch.fx can follow.

    A[n,f,u] = g(x_n)[f,u]                                                    the map of filter f, as the layer gives it
    x <- clamp(x + Adam step along the gradient of  mean over u of g(x)[f,u], 0, 1)

g is the layer itself: nothing is added after it, for what follows differs from network to network (a ReLU, a SiLU, a
sum). Whoever wants the maps after it names it: `relu`, `layer1.0.add`. Names are those of torchvision's
`feature_extraction`; the network is run as far as the layer.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from assignment.models.network import Layer, Network
from reference.saliency import check_mode

Look = Callable[[Tensor], tuple[Tensor, Tensor]]


@torch.no_grad()
def find_layer_maps(
    model: Network, pictures: Tensor, *, layer: int | str, filters: Sequence[int], batch: int = 8
) -> Tensor:
    """Return the maps (N, filters, H', W') of a layer; FixableError where there is none of that name, or no maps."""
    part = _cut(model, layer, filters)
    return torch.cat([part.run(x)[:, list(filters)] for x in pictures.split(batch)])


def watch_layer(model: Network, layer: int | str, filters: Sequence[int]) -> tuple[Look, Look]:
    """Return what gives (means, gradient) of pictures, one a filter, and what gives (means, means) without it."""
    part, rows = _cut(model, layer, filters), list(range(len(filters)))

    def find_means(x: Tensor) -> Tensor:
        return part.run(x)[rows, list(filters)].mean(dim=(1, 2))

    def find_step(x: Tensor) -> tuple[Tensor, Tensor]:
        x = x.detach().requires_grad_(True)
        with torch.enable_grad():
            means = find_means(x)
            (gradient,) = torch.autograd.grad(means.sum(), x)
        return means.detach(), gradient

    @torch.no_grad()
    def measure(x: Tensor) -> tuple[Tensor, Tensor]:
        means = find_means(x)
        return means, means

    return find_step, measure


def _cut(model: Network, layer: int | str, filters: Sequence[int]) -> Layer:
    check_mode(model)
    part = model.cut(str(layer))
    wrong = [index for index in filters if not 0 <= index < part.filters]
    if wrong or not filters:
        expected = f"expected one or more of 0 to {part.filters - 1}"
        raise ValueError(f"filters: {wrong}; {expected}, layer {layer} has no others")
    return part
