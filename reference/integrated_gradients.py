"""Integrated gradients (Sundararajan, Taly, Yan; ICML 2017; arXiv:1703.01365).

    a[n,c,u] = (x - x')[n,c,u] * mean over k of  d f_y / d x[n,c,u]  at  x' + (k + 1/2)/K (x - x'),     k = 0 ... K - 1

Convention: midpoints, gradient of the logit f_y, any baseline x'. Midpoints never ask for the gradient at the
baseline itself: a black picture lies exactly on ties of the max pooling, where the last bit of a sum decides which
pixel gets the gradient. Captum: Gauss-Legendre by default, midpoints as `riemann_middle`. The 2021 notebook: left
ends, black only, and no (x - x'), so that its map did not add up to the logit.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor

from reference.saliency import TARGETS, input_gradient

BASELINES = ("black", "white", "blurred", "noise")
BLUR = 8.0  # pixels: food and tray become spots without outline


def integrated_gradients(
    model: Callable[[Tensor], Tensor],
    pictures: Tensor,
    labels: Tensor,
    *,
    baseline: Tensor,
    steps: int,
    of: str = "logit",
    batch: int = 8,
) -> tuple[Tensor, Tensor]:
    """Share each label's logit out among the pixels of its picture.

    pictures, baseline (N, 3, H, W) in [0, 1]; labels (N,) int64. Leaves the model as it found it.
    Returns attribution (N, 3, H, W) and gap (N,) = |sum of attribution - (f(x) - f(x'))|.
    """
    mean = find_mean_gradients(model, pictures, labels, baseline=baseline, steps=steps, of=of, batch=batch)
    attribution = (pictures - baseline) * mean
    rise = find_rise(model, pictures, labels, baseline=baseline, of=of, batch=batch)
    return attribution, (attribution.sum(dim=(1, 2, 3)) - rise).abs()


def find_mean_gradients(
    model: Callable[[Tensor], Tensor],
    pictures: Tensor,
    labels: Tensor,
    *,
    baseline: Tensor,
    steps: int,
    of: str = "logit",
    batch: int = 8,
) -> Tensor:
    """Return the mean gradient (N, 3, H, W) on the way from each baseline: the attribution without (x - x')."""
    shares = find_midpoints(steps).to(pictures)
    mean = torch.empty_like(pictures)
    for n, (x, start) in enumerate(zip(pictures, baseline, strict=True)):
        mean[n] = _find_mean_gradient(model, x, start, labels[n], shares, of, batch)
    return mean


def find_midpoints(steps: int) -> Tensor:
    """Return where on the way from 0 to 1 the gradients are taken (steps,), in float64.

    >>> find_midpoints(4).tolist()
    [0.125, 0.375, 0.625, 0.875]
    """
    if steps < 1:
        raise ValueError(f"steps: {steps}; expected a whole number from 1")
    return (torch.arange(steps, dtype=torch.float64) + 0.5) / steps


def _find_mean_gradient(
    model: Callable[[Tensor], Tensor], x: Tensor, start: Tensor, label: Tensor, shares: Tensor, of: str, batch: int
) -> Tensor:
    start, way = (part[None].contiguous(memory_format=torch.channels_last) for part in (start, x - start))
    total = torch.zeros_like(x)
    for part in shares.split(batch):
        points = start + part[:, None, None, None] * way  # (batch, 3, H, W)
        total += input_gradient(model, points, label.expand(len(part)), of=of).sum(dim=0)
    return total / len(shares)


@torch.no_grad()
def find_rise(
    model: Callable[[Tensor], Tensor],
    pictures: Tensor,
    labels: Tensor,
    *,
    baseline: Tensor,
    of: str = "logit",
    batch: int = 8,
) -> Tensor:
    """Return f(x) - f(x') (N,), which the attributions of each picture have to add up to."""
    parts = zip(pictures.split(batch), baseline.split(batch), labels.split(batch), strict=True)
    return torch.cat([TARGETS[of](model(x), y) - TARGETS[of](model(start), y) for x, start, y in parts])


def make_baseline(name: str, pictures: Tensor, *, random_states: Sequence[int] = ()) -> Tensor:
    """Return a baseline (N, 3, H, W) in [0, 1]: black, white, the blurred pictures, or uniform noise.

    random_states: one a picture, for noise only. Computed on the CPU in float64, the same for every device.
    """
    if name in ("black", "white"):
        return torch.full_like(pictures, float(name == "white"))
    if name == "blurred":
        plain = pictures.double().cpu().numpy()
        return torch.from_numpy(gaussian_filter(plain, sigma=(0, 0, BLUR, BLUR), mode="nearest")).to(pictures)
    if name != "noise":
        raise ValueError(f"baseline: {name!r}; expected one of {', '.join(BASELINES)}")
    if len(random_states) != len(pictures):
        raise ValueError(f"random_states: {len(random_states)}; expected one for each of the {len(pictures)} pictures")
    drawn = [np.random.default_rng(state).random(tuple(pictures.shape[1:])) for state in random_states]
    return torch.from_numpy(np.stack(drawn)).to(pictures)
