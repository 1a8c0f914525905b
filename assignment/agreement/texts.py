"""Distances of the texts: how far arrays of texts, passages and shared words are from the canonical ones.

As in `pictures.py`, each takes theirs, canonical and labels, which no text has, and returns one figure for each
item: a text, a passage read by a reader, or a shared word. What is theirs has the right shape and may hold any finite
number, and holes (NaN) anywhere. A hole where the canonical array has none, or none where it has one, is infinitely
far.
"""

import numpy as np

from assignment.agreement.pictures import TINY
from assignment.outputs import Array


def largest_gaps(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return the largest |theirs - canonical| of each item; (N, ...) -> (N,).

    >>> largest_gaps(np.array([[0.5, np.nan], [0.5, 0.5]]), np.array([[0.25, np.nan], [0.5, np.nan]]), np.zeros(0))
    array([0.25,  inf])
    """
    return np.asarray(_compute_gaps(theirs, canonical).reshape(len(canonical), -1).max(axis=1))


def passage_gaps(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return the largest |theirs - canonical| of each passage and reader; (R, P, ...) -> (R, P).

    >>> passage_gaps(np.array([[[0.5, 0.0], [0.5, 0.5]]]), np.array([[[0.25, 0.0], [0.5, 0.5]]]), np.zeros(0))
    array([[0.25, 0.  ]])
    """
    return np.asarray(_compute_gaps(theirs, canonical).reshape(*canonical.shape[:2], -1).max(axis=2))


def square_errors(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return the largest error of each item's squared distances, relative to the largest one of the same layer.

    (N, layers, ...) -> (N,): the worst layer counts, since layers differ in size. Squares, because whoever computes
    |a|^2 + |b|^2 - 2 a.b in float32 is right but for a root of what is left of 0, which is a thousandth.

    >>> square_errors(np.array([[[1.0, 2.0], [8.0, 9.0]]]), np.array([[[1.0, 2.0], [6.0, 9.0]]]), np.zeros(0))
    array([0.34567901])
    """
    mine, ours = (array.astype(np.float64) * np.abs(array.astype(np.float64)) for array in (theirs, canonical))
    layers = (*canonical.shape[:2], -1)
    size = np.abs(ours).reshape(layers).max(axis=2)
    return np.asarray((_compute_gaps(mine, ours).reshape(layers).max(axis=2) / np.maximum(size, TINY)).max(axis=1))


def point_errors(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return |theirs - canonical| / |canonical| (L2 norms) of the points of each passage and reader.

    (R, P, layers, L, K) -> (R, P): of the worst layer, and after each component was turned by `align_signs`.

    >>> ours = np.array([[[[[3.0, 4.0], [np.nan, np.nan]]]]])
    >>> point_errors(ours * [1, -1], ours, np.zeros(0)), point_errors(1.5 * ours, ours, np.zeros(0))
    (array([[0.]]), array([[0.5]]))
    """
    gap = np.sqrt(np.square(_compute_gaps(align_signs(theirs, canonical), canonical)).sum(axis=(3, 4)))
    size = np.sqrt(np.nansum(np.square(canonical.astype(np.float64)), axis=(3, 4)))
    return np.asarray((gap / np.maximum(size, TINY)).max(axis=2))


def align_signs(theirs: Array, canonical: Array) -> Array:
    """Return theirs (..., L, K) with each component turned over where it points against the canonical one.

    Which way a component points is a convention, and where two loadings are nearly as large, rounding decides it.

    >>> align_signs(np.array([[-1.0, 2.0], [1.0, 1.0]]), np.array([[1.0, 2.0], [-1.0, 1.0]])).tolist()
    [[1.0, 2.0], [-1.0, 1.0]]
    """
    mine = theirs.astype(np.float64)
    along = np.nansum(mine * canonical.astype(np.float64), axis=-2, keepdims=True)
    return np.asarray(np.where(along < 0, -mine, mine))


def count_unequal(theirs: Array, canonical: Array, labels: Array) -> Array:
    """Return how many numbers of each passage and reader differ; (R, P, K) -> (R, P).

    >>> count_unequal(np.array([[[1, 2], [3, 4]]]), np.array([[[1, 2], [3, 5]]]), np.zeros(0))
    array([[0, 1]])
    """
    return np.asarray((theirs != canonical).sum(axis=2))


def _compute_gaps(theirs: Array, canonical: Array) -> Array:
    """Return |theirs - canonical|: 0 where both have a hole, infinite where one has."""
    mine, ours = theirs.astype(np.float64), canonical.astype(np.float64)
    gap = np.nan_to_num(np.abs(mine - ours), nan=np.inf, posinf=np.inf)
    return np.asarray(np.where(np.isnan(mine) & np.isnan(ours), 0.0, gap))
