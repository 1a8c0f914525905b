"""Comparing arrays: relative to the largest value, holes in the same places, integers equal."""

import numpy as np
import pytest

from reference.produce.compare import TOLERANCES, compare_group, compute_difference


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.float16])
def test_what_rounding_takes_holds_and_ten_times_as_much_does_not(kind: type) -> None:
    computed = np.random.default_rng(0).random(1000)
    off = computed + 10 * TOLERANCES[np.dtype(kind).itemsize]
    rounded, shifted = (compare_group("x", {"map": one}, {"map": computed.astype(kind)})[0] for one in (computed, off))
    assert rounded.holds
    assert not shifted.holds


def test_difference_is_relative_to_the_largest_value() -> None:
    (item,) = compare_group("x", {"map": np.array([1.0, 2.0])}, {"map": np.array([1.0, 2.0002])})
    assert item.size == pytest.approx(1e-4)


def test_missing_and_additional_arrays_do_not_hold() -> None:
    items = compare_group("x", {"map": np.ones(2)}, {"other": np.ones(2)})
    assert [(item.array, item.reason) for item in items] == [("map", "is not stored"), ("other", "is stored only")]
    assert not any(item.holds for item in items)


def test_one_differing_integer_does_not_hold() -> None:
    (item,) = compare_group("x", {"segments": np.array([1, 2])}, {"segments": np.array([1, 3])})
    assert not item.holds


def test_holes_in_other_places_differ() -> None:
    assert compute_difference(np.array([1.0, np.nan]), np.array([np.nan, 1.0])) == float("inf")


def test_another_shape_does_not_hold() -> None:
    (item,) = compare_group("x", {"map": np.ones(2)}, {"map": np.ones(3)})
    assert item.reason == "shape (2,), stored (3,)"
    assert not item.holds
