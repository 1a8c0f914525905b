"""Principal components (Pearson 1901; Hotelling 1933) of BERT's hidden states, layer by layer.

    y[l,i,k] = (h[l,i] - mean over i of h[l,i]) . v[l,k],    v[l,k]: right singular vectors of the centred states

as van Aken, Winter, Loeser, Gers (CIKM 2019, arXiv:1909.04925) used them to see how BERT answers a question: words
cluster by meaning, the question moves to the words that support the answer, the answer moves away from all the rest.

Convention: each layer has components of its own, made from all the pieces that are given; the largest loading of a
component by size is positive (scikit-learn's rule since 1.5); the share of the variance that a component keeps comes
along, since a picture of two components shows no more than that share. The 2021 notebook: no shares (two components
kept 12-26 % in most layers), and no rule for the sign.

What a picture is said to show is measured on the points in `assignment/models/groups.py`, for the questions and for
students alike.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class PcaResult:
    """By layer: points (layers, N, K), share of the variance (layers, K)."""

    points: Tensor
    share: Tensor


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
    return PcaResult(
        points=centred @ loadings.transpose(1, 2),
        share=size[:, :components].square() / size.square().sum(dim=1, keepdim=True),
    )
