"""LIME for pictures (Ribeiro, Singh, Guestrin; KDD 2016; arXiv:1602.04938), with the package lime==0.1.1.37.

    weights = argmin over w, b of  sum_k pi_k (p_y(z_k) - w . m_k - b)^2 + |w|^2
    pi_k = exp(-cos(m_k, 1)^2 / (2 * 0.25^2))

m_k in {0, 1}^pieces says which pieces of the picture the copy z_k keeps, p_y is the label's probability, cos is the
cosine distance. Convention: probabilities; SLIC pieces numbered from 0, so that piece i is column i; hidden pieces are
painted grey (or in their mean colour); one random state for each picture, so that a picture's result does not depend on
its neighbours; every piece is kept. The masks and pi are the package's. Painting and classifying the copies, in batches
without gradients, is ours, and so is one ridge regression for all labels, where the package makes one for each. The
2021 notebook: logits, one seed for all pictures, pieces numbered from 1 (its first column hid nothing).
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from lime.lime_image import LimeImageExplainer
from numpy.typing import NDArray
from skimage.segmentation import slic
from sklearn.linear_model import Ridge
from sklearn.metrics import pairwise_distances
from torch import Tensor

from reference.saliency import check_mode

Array = NDArray[np.float64]
GREY = 0.5


def cut_segments(picture: Array, *, pieces: int) -> NDArray[np.int64]:
    """Cut a picture (H, W, 3) in [0, 1] into about `pieces` pieces; returns (H, W) int64, from 0 without gaps."""
    return np.asarray(slic(picture, n_segments=pieces, compactness=10, sigma=1, start_label=0), dtype=np.int64)


def lime(
    model: Callable[[Tensor], Tensor],
    picture: Tensor,
    segments: NDArray[np.int64],
    *,
    random_state: int,
    samples: int,
    hide: float | str = GREY,
    batch: int = 32,
) -> Array:
    """Return the weights (labels, pieces) by which the pieces of one picture speak for and against each label.

    picture (3, H, W) in [0, 1]; `model` maps (B, 3, H, W) to logits (B, labels); hide: the grey level (0 to 1)
    of a hidden piece, or "mean" for its mean colour.
    """
    masks = draw_masks(random_state, samples, int(segments.max()) + 1)
    return fit_masks(masks, masked_probabilities(model, picture, segments, masks, hide=hide, batch=batch))


def draw_masks(random_state: int, samples: int, pieces: int) -> NDArray[np.int64]:
    """Return the package's masks (samples, pieces) of 0 and 1, the first of which keeps everything.

    Fewer samples are the first rows of more.

    >>> bool((draw_masks(7, 4, 5) == draw_masks(7, 9, 5)[:4]).all())
    True
    """
    masks = LimeImageExplainer(random_state=random_state).random_state.randint(0, 2, samples * pieces)
    masks = masks.reshape(samples, pieces)
    masks[0] = 1
    return masks


def fit_masks(masks: NDArray[np.int64], probabilities: Array) -> Array:
    """Return the weights (labels, pieces) that fit masks (samples, pieces) to the probabilities (samples, labels)."""
    closeness = LimeImageExplainer().base.kernel_fn(pairwise_distances(masks, masks[:1], metric="cosine").ravel())
    ridge = Ridge(alpha=1).fit(masks, probabilities, sample_weight=closeness)
    return np.asarray(ridge.coef_)


def masked_probabilities(
    model: Callable[[Tensor], Tensor],
    picture: Tensor,
    segments: NDArray[np.int64],
    masks: NDArray[np.int64],
    *,
    hide: float | str,
    batch: int,
) -> Array:
    """Return the probabilities (copies, labels) of copies that keep the pieces where masks (copies, pieces) is 1."""
    check_mode(model)
    painted = _paint(picture, segments, hide)
    with torch.no_grad():
        found = [model(copies) for copies in _masked(picture, painted, segments, masks, batch)]
        return np.asarray(torch.softmax(torch.cat(found), dim=1).double().cpu().numpy())


def _masked(
    picture: Tensor, painted: Tensor, segments: NDArray[np.int64], masks: NDArray[np.int64], batch: int
) -> Iterator[Tensor]:
    place = torch.from_numpy(segments).to(picture.device)
    kept = torch.from_numpy(masks).to(picture)
    for rows in kept.split(batch):
        yield torch.lerp(painted, picture, rows[:, None, place])  # (B, 3, H, W); exact at 0 and 1, and `where` is slow


def _paint(picture: Tensor, segments: NDArray[np.int64], hide: float | str) -> Tensor:
    if not isinstance(hide, str):
        return torch.full_like(picture, hide)
    if hide != "mean":
        raise ValueError(f"hide: {hide!r}; expected a grey level from 0 to 1, or 'mean'")
    place = torch.from_numpy(segments).to(picture.device).flatten()
    size = torch.bincount(place).to(picture.dtype)
    total = torch.zeros(3, len(size), dtype=picture.dtype, device=picture.device).index_add_(
        1, place, picture.flatten(1)
    )
    return (total / size)[:, place].view_as(picture)
