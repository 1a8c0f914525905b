"""How groups of points lie, by laws; so the claims, the reference's pictures and the students' cells are measured."""

import numpy as np
import pytest

from assignment.models.groups import find_apart, find_means, find_near

FIRST, SECOND = np.arange(4) == 0, np.arange(4) == 1


def test_nearness_is_one_for_points_all_alike_and_less_for_neighbours() -> None:
    corners, line = np.eye(4), np.array([[0.0], [1], [10], [30]])
    assert find_near(corners, FIRST, SECOND) == pytest.approx(1)
    assert find_near(line, FIRST, SECOND) < 0.1
    assert find_near(5 * line, FIRST, SECOND) == pytest.approx(find_near(line, FIRST, SECOND))


def test_apartness_counts_spreads_of_the_rest() -> None:
    points, group = np.array([[6.0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]]), np.arange(5) == 0
    assert find_apart(points, group) == pytest.approx(6)
    assert find_apart(3 * points + 1, group) == pytest.approx(find_apart(points, group))


def test_means_are_those_of_the_pairs_within_and_between_groups() -> None:
    line = np.array([0.0, 1, 10, 12])
    distance = abs(line[:, None] - line)
    assert find_means(distance, np.array([0, 0, 1, 1])) == ((1 + 2) / 2, (10 + 12 + 9 + 11) / 4)
    within, between = find_means(distance, np.array([0, 1, 1, 0]))
    assert within > between
