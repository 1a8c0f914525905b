"""SmoothGrad (Smilkov, Thorat, Kim, Viegas, Wattenberg; 2017; arXiv:1706.03825).

    s[n,u] = mean over k of  max over c of  | d f_y / d x[n,c,u]  at  x + sigma (max x - min x) e_k |,    e_k ~ N(0, 1)

Convention: the mean of the saliency maps (`saliency.py`), so that one copy without noise is saliency; the size of the
mean gradient, in which signs cancel, comes along as `signed`. sigma is a share of the picture's range, as in the
paper; the noise of a picture is drawn in float64 by NumPy's PCG64 from its own random state, so that it is the same on
every device, in every batch and beside any other picture. Noisy pixels may leave [0, 1]. Captum's NoiseTunnel:
standard deviations in absolute units, channels kept apart. The 2021 notebook: std = (0.4 / range) squared, with which
nearly every copy changes its class, and no seed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from reference.saliency import check_mode, compute_gradient_and_logits


@dataclass(frozen=True)
class SmoothGradResult:
    """map, signed (counts, N, H, W), for each count of copies; classes (N, largest count) int64, one a copy.

    signed: max over c of | mean over k of the gradients |, at most map. classes: what the model takes each copy for.
    """

    map: Tensor
    signed: Tensor
    classes: Tensor


def smoothgrad(
    model: Callable[[Tensor], Tensor],
    pictures: Tensor,
    labels: Tensor,
    *,
    sigma: float,
    copies: Sequence[int],
    random_states: Sequence[int],
    batch: int = 8,
) -> SmoothGradResult:
    """Average the saliency maps of noisy copies of each picture.

    pictures (N, 3, H, W) in [0, 1]; labels (N,) int64; copies: rising counts, all answered from one pass over the
    largest: the first k copies are the same for every count; random_states: one a picture. Leaves the model as it
    found it.
    """
    if not copies or list(copies) != sorted(set(copies)) or copies[0] < 1:
        raise ValueError(f"copies: {copies}; expected rising counts from 1")
    rows = zip(pictures, labels, random_states, strict=True)
    results = [_smooth_one(model, x, y, sigma, tuple(copies), state, batch) for x, y, state in rows]
    maps, signed, classes = zip(*results, strict=True)
    return SmoothGradResult(torch.stack(maps, dim=1), torch.stack(signed, dim=1), torch.stack(classes))


def _smooth_one(
    model: Callable[[Tensor], Tensor],
    picture: Tensor,
    label: Tensor,
    sigma: float,
    copies: tuple[int, ...],
    random_state: int,
    batch: int,
) -> tuple[Tensor, Tensor, Tensor]:
    total, signed, seen = torch.zeros_like(picture[0]), torch.zeros_like(picture), 0
    maps, means, classes = [], [], []
    for noisy in draw_copies(picture, sigma, copies, random_state, batch):
        gradient, logits = compute_gradient_and_logits(model, noisy, label.expand(len(noisy)))
        total += gradient.abs().amax(dim=1).sum(dim=0)
        signed += gradient.sum(dim=0)
        classes.append(logits.argmax(dim=1))
        seen += len(noisy)
        if seen in copies:
            maps.append(total / seen)
            means.append(signed.abs().amax(dim=0) / seen)
    return torch.stack(maps), torch.stack(means), torch.cat(classes)


@torch.no_grad()
def predict_classes(
    model: Callable[[Tensor], Tensor],
    pictures: Tensor,
    *,
    sigma: float,
    copies: int,
    random_states: Sequence[int],
    batch: int = 8,
) -> Tensor:
    """Return what each of the same noisy copies is taken for (N, copies) int64; no gradient is computed."""
    check_mode(model)
    rows = zip(pictures, random_states, strict=True)
    drawn = [draw_copies(picture, sigma, (copies,), state, batch) for picture, state in rows]
    return torch.stack([torch.cat([model(part).argmax(dim=1) for part in parts]) for parts in drawn])


def compute_kept(classes: Tensor, own: Tensor) -> Tensor:
    """Return which share (N,) of the copies' classes (N, copies) is the picture's own class (N,).

    >>> compute_kept(torch.tensor([[1, 1, 0, 1], [2, 0, 0, 1]]), torch.tensor([1, 2])).tolist()
    [0.75, 0.25]
    """
    return (classes == own[:, None]).double().mean(dim=1)


def draw_copies(
    picture: Tensor, sigma: float, copies: Sequence[int], random_state: int, batch: int
) -> Iterator[Tensor]:
    """Yield a picture's noisy copies (at most `batch`, 3, H, W); a part ends wherever one of the counts is reached."""
    spread = sigma * (picture.max() - picture.min())
    generator = np.random.default_rng(random_state)
    seen = 0
    for count in copies:
        while seen < count:
            size = min(batch, count - seen)
            noise = torch.from_numpy(generator.standard_normal((size, *picture.shape)))
            yield picture + spread * noise.to(picture)
            seen += size
