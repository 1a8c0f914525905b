"""How groups of points or of sentences lie: near each other, apart from the rest, nearest to their own."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def mark_between(count: int, ends: Array) -> Array:
    """Return which of count tokens lie between two, both counted in.

    >>> mark_between(4, np.array([1, 2])).tolist()
    [False, True, True, False]
    """
    places = np.arange(count)
    between: Array = (places >= ends[0]) & (places <= ends[1])
    return between


def compute_nearness(points: Array, one: Array, other: Array) -> float:
    """Return the mean distance of two groups (L,) bool over that of all pairs; points (L, K).

    >>> compute_nearness(np.array([[0.0, 0], [0, 1], [0, 3]]), np.arange(3) == 0, np.arange(3) == 1)
    0.5
    """
    distance = np.linalg.norm(points[:, None] - points, axis=-1)
    count = len(points)
    return float(distance[one][:, other].mean() / (distance.sum() / (count * (count - 1))))


def compute_apartness(points: Array, group: Array) -> float:
    """Return how far the middle of a group (L,) bool is from that of the rest, in spreads of the rest; points (L, K).

    >>> compute_apartness(np.array([[0.0, -1], [0, 1], [3, 0]]), np.arange(3) == 2)
    3.0
    """
    rest = points[~group]
    spread = np.sqrt(np.square(rest - rest.mean(axis=0)).sum(axis=1).mean())
    return float(np.linalg.norm(points[group].mean(axis=0) - rest.mean(axis=0)) / spread)


def compute_group_means(matrix: Array, groups: Array) -> tuple[float, float]:
    """Return the mean of a matrix (N, N) within the groups (N,), its diagonal left out, and between them.

    >>> compute_group_means(np.array([[0.0, 1, 4], [1, 0, 2], [4, 2, 0]]), np.array([0, 0, 1]))
    (1.0, 3.0)
    """
    same = groups[:, None] == groups
    return float(matrix[same & ~np.eye(len(groups), dtype=bool)].mean()), float(matrix[~same].mean())


def compute_nearest_share(distance: Array, groups: Array) -> float:
    """Return of which share (0 to 1) of N the nearest other one is of the same group; of a tie its share counts.

    distance (N, N); groups (N,).

    >>> compute_nearest_share(np.array([[0.0, 1, 1], [1, 0, 2], [1, 2, 0]]), np.array([0, 0, 1]))
    0.5
    """
    near = np.where(np.eye(len(groups), dtype=bool), np.inf, distance)
    nearest, same = near <= near.min(axis=1, keepdims=True) + 1e-6, groups[:, None] == groups
    return float(((nearest & same).sum(axis=1) / nearest.sum(axis=1)).mean())
