"""Principal components (Pearson 1901; Hotelling 1933) of BERT's hidden states, layer by layer.

    y[l,i,k] = (h[l,i] - mean over i of h[l,i]) . v[l,k],    v[l,k]: right singular vectors of the centred states

as van Aken, Winter, Loeser, Gers (CIKM 2019, arXiv:1909.04925) used them to see how BERT answers a question: words
cluster by meaning, the question moves to the words that support the answer, the answer moves away from all the rest.

Convention: each layer has components of its own, made from all the pieces that are given; the largest loading of a
component by size is positive (scikit-learn's rule since 1.5); the share of the variance that a component keeps comes
along, since a picture of two components shows no more than that share. The 2021 notebook: no shares (two components
kept 12-26 % in most layers), and no rule for the sign.

What a picture is said to show is measured on the points: `find_silhouette` (groups lie apart; Rousseeuw 1987),
`find_nearness` (two groups lie close together), `find_apartness` (one group lies away from the rest).
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from assignment.models.groups import find_apart, find_near


@dataclass(frozen=True)
class PcaResult:
    """By layer: points (layers, N, K), share of the variance (layers, K), components (layers, K, D).

    sign_margin (layers, K): how far the largest loading of the other sign falls short of the largest, as a share; a
    margin near 0 means that rounding may turn the picture over.
    """

    points: Tensor
    share: Tensor
    components: Tensor
    sign_margin: Tensor


def embedding_pca(states: Tensor, *, components: int = 2) -> PcaResult:
    """Find the principal components of every layer on its own.

    states (layers, N, D), one row a piece or a word; at most min(N, D) components.
    """
    if not 1 <= components <= min(states.shape[1:]):
        raise ValueError(f"components: {components}; expected 1 to {min(states.shape[1:])}")
    centred = states - states.mean(dim=1, keepdim=True)
    _, size, loadings = torch.linalg.svd(centred, full_matrices=False)
    loadings = loadings[:, :components]
    largest, smallest = loadings.amax(dim=-1), loadings.amin(dim=-1)
    sign = torch.where(largest >= -smallest, 1.0, -1.0).to(states)
    loadings = loadings * sign[..., None]
    top, other = torch.maximum(largest, -smallest), torch.minimum(largest, -smallest)
    return PcaResult(
        points=centred @ loadings.transpose(1, 2),
        share=size[:, :components].square() / size.square().sum(dim=1, keepdim=True),
        components=loadings,
        sign_margin=1 - other / top,
    )


def find_silhouette(points: Tensor, groups: Tensor) -> Tensor:
    """Return the mean silhouette of every layer (layers,): 1 groups far apart, 0 mingled, below 0 swapped.

    points (layers, N, K); groups (N,) int64 with at least two values. A group of one counts as 0.
    """
    distance = torch.cdist(points, points, compute_mode="donot_use_mm_for_euclid_dist")  # (layers, N, N)
    member = torch.nn.functional.one_hot(groups.unique(return_inverse=True)[1]).to(points)  # (N, G)
    if member.shape[1] < 2:
        raise ValueError("groups: one value; expected at least two")
    sums, count = distance @ member, member.sum(dim=0)
    own = member.bool().expand_as(sums)
    within = sums[own].view(sums.shape[:2]) / (member @ count - 1)
    between = (sums / count).masked_fill(own, torch.inf).amin(dim=-1)
    value = (between - within) / torch.maximum(within, between)
    return value.where(member @ count > 1, 0.0).nan_to_num(0.0).mean(dim=1)


def find_nearness(points: Tensor, one: Tensor, other: Tensor) -> Tensor:
    """Return the mean distance between two groups as a share of that between all pieces (layers,): below 1 is near.

    points (layers, N, K); one, other (N,) bool, without a common piece.
    """
    return _by_layer(find_near, points, one, other)


def find_apartness(points: Tensor, group: Tensor) -> Tensor:
    """Return how far the middle of a group lies from the middle of the rest, in spreads of the rest (layers,).

    points (layers, N, K); group (N,) bool. The spread is the root of the mean squared distance from the middle.
    """
    return _by_layer(find_apart, points, group)


def _by_layer(find: Callable[..., float], points: Tensor, *groups: Tensor) -> Tensor:
    """Return what `find`, of `assignment/models/groups.py`, says of each layer's points (layers,)."""
    masks = [group.cpu().numpy() for group in groups]
    return torch.tensor([find(layer, *masks) for layer in points.cpu().numpy()]).to(points)
