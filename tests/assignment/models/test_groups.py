"""How groups of points lie, by laws; so the claims, the reference's pictures and the students' cells are measured."""

import numpy as np
import pytest

from assignment.models.groups import compute_apartness, compute_group_means, compute_nearness

FIRST, SECOND = np.arange(4) == 0, np.arange(4) == 1


def test_nearness_is_one_for_points_all_alike_and_less_for_neighbours() -> None:
    corners, line = np.eye(4), np.array([[0.0], [1], [10], [30]])
    assert compute_nearness(corners, FIRST, SECOND) == pytest.approx(1)
    assert compute_nearness(line, FIRST, SECOND) < 0.1
    assert compute_nearness(5 * line, FIRST, SECOND) == pytest.approx(compute_nearness(line, FIRST, SECOND))


def test_apartness_counts_spreads_of_the_rest() -> None:
    points, group = np.array([[6.0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]]), np.arange(5) == 0
    assert compute_apartness(points, group) == pytest.approx(6)
    assert compute_apartness(3 * points + 1, group) == pytest.approx(compute_apartness(points, group))


def test_means_are_those_of_the_pairs_within_and_between_groups() -> None:
    line = np.array([0.0, 1, 10, 12])
    distance = abs(line[:, None] - line)
    assert compute_group_means(distance, np.array([0, 0, 1, 1])) == ((1 + 2) / 2, (10 + 12 + 9 + 11) / 4)
    within, between = compute_group_means(distance, np.array([0, 1, 1, 0]))
    assert within > between
