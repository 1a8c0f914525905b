"""Integrated gradients (Sundararajan, Taly, Yan; ICML 2017; arXiv:1703.01365).

    a[n,c,u] = (x - x')[n,c,u] * mean over k of  d f_y / d x[n,c,u]  at  x' + (k + 1/2)/K (x - x'),     k = 0 ... K - 1

Convention: midpoints, gradient of the logit f_y, any baseline x'. Midpoints never ask for the gradient at the
baseline itself: a black picture lies exactly on ties of the max pooling, where the last bit of a sum decides which
pixel gets the gradient. Captum: Gauss-Legendre by default, midpoints as `riemann_middle`. The 2021 notebook: left
ends, black only, and no (x - x'), so that its map did not add up to the logit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor

from reference.saliency import TARGETS, check_mode, input_gradient

KINDS = ("black", "white", "blurred", "noise", "mean")
BLUR = 8.0  # pixels: food and tray become spots without outline


@dataclass(frozen=True)
class IntegratedGradients:
    """attribution (N, 3, H, W); mean (N, 3, H, W), the mean gradient on the way, which is what (x - x') multiplies.

    rise (N,) = f(x) - f(x'), which the attributions of a picture have to add up to; gap (N,), by how much they miss it.
    """

    attribution: Tensor
    mean: Tensor
    rise: Tensor
    gap: Tensor


def integrated_gradients(
    model: Callable[[Tensor], Tensor],
    pictures: Tensor,
    labels: Tensor,
    *,
    baseline: Tensor,
    steps: int,
    batch: int = 8,
) -> IntegratedGradients:
    """Share each label's logit out among the pixels of its picture.

    pictures, baseline (N, 3, H, W) in [0, 1]; labels (N,) int64. Leaves the model as it found it.
    """
    mean = compute_mean_gradients(model, pictures, labels, baseline=baseline, steps=steps, batch=batch)
    attribution = (pictures - baseline) * mean
    rise = compute_rise(model, pictures, labels, baseline, batch)
    return IntegratedGradients(attribution, mean, rise, (attribution.sum(dim=(1, 2, 3)) - rise).abs())


def compute_mean_gradients(
    model: Callable[[Tensor], Tensor],
    pictures: Tensor,
    labels: Tensor,
    *,
    baseline: Tensor,
    steps: int,
    batch: int = 8,
) -> Tensor:
    """Return the mean gradient (N, 3, H, W) on the way from each baseline, without the logits at its ends."""
    shares = list_midpoints(steps).to(pictures)
    rows = zip(pictures, baseline, labels, strict=True)
    return torch.stack([_compute_mean_gradient(model, x, start, label, shares, batch) for x, start, label in rows])


def list_midpoints(steps: int) -> Tensor:
    """Return where on the way from 0 to 1 the gradients are taken (steps,), in float64.

    >>> list_midpoints(4).tolist()
    [0.125, 0.375, 0.625, 0.875]
    """
    if steps < 1:
        raise ValueError(f"steps: {steps}; expected a whole number from 1")
    return (torch.arange(steps, dtype=torch.float64) + 0.5) / steps


def _compute_mean_gradient(
    model: Callable[[Tensor], Tensor], x: Tensor, start: Tensor, label: Tensor, shares: Tensor, batch: int
) -> Tensor:
    start, way = (part[None].contiguous(memory_format=torch.channels_last) for part in (start, x - start))
    total = torch.zeros_like(x)
    for part in shares.split(batch):
        points = start + part[:, None, None, None] * way  # (batch, 3, H, W)
        total += input_gradient(model, points, label.expand(len(part))).sum(dim=0)
    return total / len(shares)


@torch.no_grad()
def compute_rise(
    model: Callable[[Tensor], Tensor], pictures: Tensor, labels: Tensor, baseline: Tensor, batch: int = 8
) -> Tensor:
    """Return f(x) - f(x') (N,), where f is each label's logit."""
    check_mode(model)
    parts = zip(pictures.split(batch), baseline.split(batch), labels.split(batch), strict=True)
    find_logit = TARGETS["logit"]
    return torch.cat([find_logit(model(x), y) - find_logit(model(start), y) for x, start, y in parts])


def make_baseline(kind: str, pictures: Tensor, *, random_states: Sequence[int] = ()) -> Tensor:
    """Return a baseline (N, 3, H, W) in [0, 1]: black, white, the blurred pictures, uniform noise, or one
    colour, the mean of the picture's own.

    random_states: one a picture, for noise only. Computed on the CPU in float64, the same for every device.
    """
    if kind in ("black", "white"):
        return torch.full_like(pictures, float(kind == "white"))
    if kind == "blurred":
        plain = pictures.double().cpu().numpy()
        return torch.from_numpy(gaussian_filter(plain, sigma=(0, 0, BLUR, BLUR), mode="nearest")).to(pictures)
    if kind == "mean":
        return pictures.double().cpu().mean(dim=(2, 3), keepdim=True).expand(pictures.shape).to(pictures)
    if kind != "noise":
        raise ValueError(f"baseline: {kind!r}; expected one of {', '.join(KINDS)}")
    if len(random_states) != len(pictures):
        raise ValueError(f"random_states: {len(random_states)}; expected one for each of the {len(pictures)} pictures")
    drawn = [np.random.default_rng(state).random(tuple(pictures.shape[1:])) for state in random_states]
    return torch.from_numpy(np.stack(drawn)).to(pictures)
