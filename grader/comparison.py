"""Comparisons: the figures that tell how far an array is from the canonical one, and the limit of each.

The canonical Outputs are computed in float64, a student's in float32, whose rounding now and then turns a ReLU round
and moves a single gradient. The limits lie between what honest float32 runs were seen to do and what a wrong method
or TF32 does:

    logits      honest 4e-6 of the largest     limit 1e-4    TF32 8e-3
    saliency    honest 1e-3 (relative L2)      limit 3e-2    TF32 0.26
    LIME        honest 1e-5 (relative L2)      limit 1e-4    another random seed about 0.5

Every row of COMPARISONS is one figure of one array; a new analysis is new rows. A comparison's function returns one
figure for each picture, and the worst of them is judged.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from assignment.assignment import Bilingual
from assignment.outputs import Array
from questions.correlation import find_pearson, find_spearman

STRONGEST = 5  # pieces of a LIME explanation that are looked at one by one


@dataclass(frozen=True)
class Comparison:
    """A figure of one array and its limit. `find` takes theirs, canonical and labels (N,), and returns (N,) figures."""

    group: str
    array: str
    says: Bilingual
    find: Callable[[Array, Array, Array], Array]
    limit: float
    at_most: bool = True


def find_relative_errors(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return each picture's |theirs - canonical| / |canonical| (L2 norms); holes (NaN) count as 0.

    >>> find_relative_errors(np.array([[3.0, 4.5], [0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 0.0]]), np.array([0, 0]))
    array([0.1, 0. ])
    """
    if theirs.shape != canonical.shape:
        return np.full(len(canonical), np.inf)
    ours = np.nan_to_num(canonical.astype(np.float64)).reshape(len(canonical), -1)
    other = np.nan_to_num(theirs.astype(np.float64)).reshape(len(canonical), -1)
    size = np.linalg.norm(ours, axis=1)
    gap = np.linalg.norm(other - ours, axis=1)
    return np.asarray(np.where(gap == 0, 0.0, gap / np.maximum(size, np.finfo(np.float64).tiny)))


def find_peak_errors(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return each picture's largest |theirs - canonical|, relative to the largest |canonical|; (N, ...) -> (N,)."""
    ours = canonical.astype(np.float64).reshape(len(canonical), -1)
    gap = np.abs(theirs.astype(np.float64).reshape(len(canonical), -1) - ours).max(axis=1)
    return np.asarray(gap / np.maximum(np.abs(ours).max(axis=1), np.finfo(np.float64).tiny))


def find_unequal_shares(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return the share of each picture's entries that differ.

    >>> find_unequal_shares(np.array([[1, 2], [3, 4]]), np.array([[1, 2], [3, 5]]), np.array([0, 0]))
    array([0. , 0.5])
    """
    return np.asarray(np.mean((theirs != canonical).reshape(len(canonical), -1), axis=1))


def find_rank_correlations(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return each picture's Spearman correlation of the pixels; NaN where a map is flat.

    >>> find_rank_correlations(np.array([[1.0, 2, 9]]), np.array([[0.0, 5, 6]]), np.array([0]))
    array([1.])
    """
    return np.array([find_spearman(one.ravel(), other.ravel()) for one, other in zip(theirs, canonical, strict=True)])


def find_top_overlaps(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return the share of each picture's strongest 5 % of pixels that both maps have."""
    return np.array([_overlap(one.ravel(), other.ravel()) for one, other in zip(theirs, canonical, strict=True)])


def find_weight_correlations(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return each picture's Pearson correlation of the true label's weights; theirs (N, L, S), canonical (N, L, S')."""
    pairs = (_find_pair(theirs, canonical, n, label) for n, label in enumerate(labels))
    return np.array([find_pearson(one, other) if one.size else np.nan for one, other in pairs])


def find_strongest_shares(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return the share of the true label's STRONGEST canonical pieces that are among theirs with the same sign."""
    return np.array([_share_strongest(*_find_pair(theirs, canonical, n, label)) for n, label in enumerate(labels)])


def _overlap(one: Array, other: Array) -> float:
    count = max(1, round(0.05 * one.size))
    return len(set(np.argsort(-one)[:count]) & set(np.argsort(-other)[:count])) / count


def _find_pair(theirs: Array, canonical: Array, picture: int, label: int) -> tuple[Array, Array]:
    count = min(theirs.shape[2], canonical.shape[2])
    one, other = theirs[picture, label, :count], canonical[picture, label, :count]
    known = ~np.isnan(other)
    return np.nan_to_num(one[known].astype(np.float64)), other[known].astype(np.float64)


def _share_strongest(one: Array, other: Array) -> float:
    count = min(STRONGEST, other.size)
    mine, ours = (np.argsort(-np.abs(weights))[:count] for weights in (one, other))
    shared = [piece for piece in ours if piece in mine and one[piece] * other[piece] > 0]
    return len(shared) / count if count else 1.0


def _say(en: str, zh: str) -> Bilingual:
    return Bilingual(en=en, zh=zh)


COMPARISONS: tuple[Comparison, ...] = (
    Comparison("pictures", "label", _say("labels that differ", "不同的標籤"), find_unequal_shares, 0.0),
    Comparison("pictures", "logits", _say("largest error of a logit", "logit 的最大誤差"), find_peak_errors, 1e-4),
    Comparison("lime", "segments", _say("pixels in another piece", "分屬不同區塊的像素"), find_unequal_shares, 0.0),
    Comparison("lime", "weights", _say("relative error of the weights", "權重的相對誤差"), find_relative_errors, 1e-4),
    Comparison(
        "lime",
        "weights",
        _say("correlation of the weights", "權重的相關係數"),
        find_weight_correlations,
        0.999,
        at_most=False,
    ),
    Comparison(
        "lime",
        "weights",
        _say(f"the {STRONGEST} strongest pieces, same sign", f"最強的 {STRONGEST} 個區塊且正負相同"),
        find_strongest_shares,
        0.8,  # two weights closer than rounding may change places
        at_most=False,
    ),
    Comparison("saliency", "map", _say("relative error of the map", "圖的相對誤差"), find_relative_errors, 3e-2),
    Comparison(
        "saliency",
        "map",
        _say("rank correlation (Spearman)", "等級相關（Spearman）"),
        find_rank_correlations,
        0.995,
        at_most=False,
    ),
    Comparison(
        "saliency",
        "map",
        _say("overlap of the strongest 5 %", "最強 5% 像素的重疊"),
        find_top_overlaps,
        0.97,
        at_most=False,
    ),
)
