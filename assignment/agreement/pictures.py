"""Distances: how far an array is from the canonical one, or how close to it.

Each takes theirs, canonical and labels (N,), and returns one figure for each item of the array: a picture, a filter, or
a filter on a picture. The items are the array's first axes, as many as the result has. What is theirs has the right
shape and may hold any finite number, however large.
"""

import numpy as np

from assignment.correlation import pearson, spearman
from assignment.outputs import Array

STRONGEST = 5  # pieces of a LIME explanation that are looked at one by one
SHARE = 0.05  # of a map's pixels, the strongest

TINY = float(np.finfo(np.float64).tiny)


def relative_errors(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return each picture's |theirs - canonical| / |canonical| (L2 norms); holes (NaN) count as 0.

    >>> relative_errors(np.array([[3.0, 4.5], [0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 0.0]]), np.array([0, 0]))
    array([0.1, 0. ])
    """
    if theirs.shape != canonical.shape:
        return np.full(len(canonical), np.inf)
    ours = np.nan_to_num(canonical.astype(np.float64)).reshape(len(canonical), -1)
    other = np.nan_to_num(theirs.astype(np.float64)).reshape(len(canonical), -1)
    size = np.linalg.norm(ours, axis=1)
    gap = np.linalg.norm(other - ours, axis=1)
    return np.asarray(np.where(gap == 0, 0.0, gap / np.maximum(size, TINY)))


def peak_errors(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return each picture's largest |theirs - canonical|, relative to the largest |canonical|; (N, ...) -> (N,)."""
    ours = canonical.astype(np.float64).reshape(len(canonical), -1)
    gap = np.abs(theirs.astype(np.float64).reshape(len(canonical), -1) - ours).max(axis=1)
    return np.asarray(gap / np.maximum(np.abs(ours).max(axis=1), TINY))


def map_errors(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return the largest |theirs - canonical| of each filter on each picture, relative to the filter's largest value.

    (N, F, H, W) -> (N, F); a filter's largest value is looked for on all pictures, as it may be silent on one.

    >>> map_errors(np.array([[[[2.0]]], [[[0.5]]]]), np.array([[[[2.0]]], [[[0.0]]]]), np.array([0, 0])).tolist()
    [[0.0], [0.25]]
    """
    ours = canonical.astype(np.float64)
    gap = np.abs(theirs.astype(np.float64) - ours).max(axis=(2, 3))
    return np.asarray(gap / np.maximum(np.abs(ours).max(axis=(0, 2, 3)), TINY))


def value_errors(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return |theirs - canonical| / |canonical| of each number; any shape.

    >>> value_errors(np.array([[2.0, 5.0]]), np.array([[2.0, 4.0]]), np.array([0])).tolist()
    [[0.0, 0.25]]
    """
    ours = canonical.astype(np.float64)
    return np.asarray(np.abs(theirs.astype(np.float64) - ours) / np.maximum(np.abs(ours), TINY))


def excesses(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return how far each picture's pixels leave [0, 1] at most; (L, F, 3, H, W) -> (L, F). Canonical is not looked at.

    >>> excesses(np.array([[[[[0.0, 1.25]]], [[[0.5, 1.0]]]]]), np.zeros(0), np.array([0])).tolist()
    [[0.25, 0.0]]
    """
    pixels = theirs.astype(np.float64)
    return np.asarray(np.maximum(pixels - 1, -pixels).max(axis=(2, 3, 4)).clip(min=0))


def unequal_shares(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return the share of each picture's entries that differ.

    >>> unequal_shares(np.array([[1, 2], [3, 4]]), np.array([[1, 2], [3, 5]]), np.array([0, 0]))
    array([0. , 0.5])
    """
    return np.asarray(np.mean((theirs != canonical).reshape(len(canonical), -1), axis=1))


def rank_correlations(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return each picture's Spearman correlation of the pixels; NaN where one map is flat and the other another one.

    >>> rank_correlations(np.array([[1.0, 2, 9], [0, 0, 0]]), np.array([[0.0, 5, 6], [0, 0, 0]]), np.array([0, 0]))
    array([1., 1.])
    """
    return np.array([_correlate(one, other) for one, other in zip(theirs, canonical, strict=True)])


def top_overlaps(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return the share of each picture's strongest 5 % of pixels, by size without sign, that both maps have.

    >>> top_overlaps(np.array([[1.0, -9, 2]]), np.array([[3.0, -4, 0]]), np.array([0]))
    array([1.])
    """
    return np.array([_overlap(one.ravel(), other.ravel()) for one, other in zip(theirs, canonical, strict=True)])


def weight_correlations(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return each picture's Pearson correlation of the true label's weights; theirs (N, L, S), canonical (N, L, S')."""
    pairs = (_take_known(theirs, canonical, n, label) for n, label in enumerate(labels))
    return np.array([pearson(one, other) if one.size else np.nan for one, other in pairs])


def strongest_shares(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return the share of the true label's STRONGEST canonical pieces that are among theirs with the same sign."""
    return np.array([_share_strongest(*_take_known(theirs, canonical, n, label)) for n, label in enumerate(labels)])


def _correlate(one: Array, other: Array) -> float:
    return 1.0 if np.array_equal(one, other) else spearman(one.ravel(), other.ravel())


def _overlap(one: Array, other: Array) -> float:
    count = max(1, round(SHARE * one.size))
    first, second = (set(np.argsort(-np.abs(values), kind="stable")[:count]) for values in (one, other))
    return len(first & second) / count


def _take_known(theirs: Array, canonical: Array, picture: int, label: int) -> tuple[Array, Array]:
    count = min(theirs.shape[2], canonical.shape[2])
    one, other = theirs[picture, label, :count], canonical[picture, label, :count]
    known = ~np.isnan(other)
    return np.nan_to_num(one[known].astype(np.float64)), other[known].astype(np.float64)


def _share_strongest(one: Array, other: Array) -> float:
    count = min(STRONGEST, other.size)
    mine, ours = (np.argsort(-np.abs(weights), kind="stable")[:count] for weights in (one, other))
    shared = [piece for piece in ours if piece in mine and one[piece] * other[piece] > 0]
    return len(shared) / count if count else 1.0
