"""Estimates against scipy's, by laws, and against resampling."""

import numpy as np
import pytest
from scipy import stats

from grader.analysis.estimates import correlate, estimate_reliability, estimate_share, find_error
from tests.grader.analysis.simulated import make_test, simulate


@pytest.mark.parametrize(("hits", "of"), [(0, 10), (3, 10), (10, 10), (455, 1000), (1, 1)])
def test_interval_of_a_share_is_wilsons_as_scipy_has_it(hits: int, of: int) -> None:
    theirs = stats.binomtest(hits, of).proportion_ci(method="wilson")
    ours = estimate_share(hits, of)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_correlation_is_scipys_point_biserial() -> None:
    random = np.random.default_rng(1)
    answers = simulate(make_test(random), 300, random)
    found = correlate(answers.right, answers.rest)
    theirs = [stats.pointbiserialr(answers.right[:, n], answers.rest[:, n]).statistic for n in range(30)]
    np.testing.assert_allclose(found.r, theirs, atol=1e-12)


def test_column_that_does_not_vary_has_no_correlation() -> None:
    """Eleven totals of 0.1 + 0.2: what rounding leaves of a constant is not taken for a difference."""
    x = np.array([[True, True, False]] * 5 + [[True, False, True]] * 6)
    y = np.array([[0.1 + 0.2, 1.0, 0.3]] * 5 + [[0.3, 2.0, 0.3]] * 6)
    found = correlate(x, y)
    assert np.isnan(found.r).tolist() == [True, False, True]
    assert (found.h[:, [0, 2]] == 0).all()


def test_error_of_a_correlation_is_what_resampling_gives() -> None:
    random = np.random.default_rng(2)
    answers = simulate(make_test(random), 400, random)
    x, y = answers.right[:, :1], answers.rest[:, :1]
    picked = random.integers(0, 400, (2000, 400))
    again = np.concatenate([correlate(x[rows], y[rows]).r for rows in picked])
    assert find_error(correlate(x, y).h[:, 0]) == pytest.approx(again.std(), rel=0.08)


def test_alpha_of_questions_worth_the_same_is_kr_20() -> None:
    random = np.random.default_rng(3)
    right = simulate(make_test(random), 200, random).right
    share, total = right.mean(axis=0), right.sum(axis=1)
    kr20 = 30 / 29 * (1 - (share * (1 - share)).sum() / total.var())
    found = estimate_reliability(right * 0.3)
    assert found is not None
    assert found.alpha.value == pytest.approx(kr20)
    assert found.error == pytest.approx(0.3 * total.std(ddof=1) * np.sqrt(1 - kr20))


def test_alpha_of_a_question_asked_many_times_is_1_and_its_error_nothing() -> None:
    once = np.random.default_rng(4).random((50, 1)) < 0.5
    found = estimate_reliability(np.repeat(once, 6, axis=1) * 0.3)
    assert found is not None
    assert found.alpha.value == pytest.approx(1)
    assert found.error == pytest.approx(0, abs=1e-6)


def test_class_in_which_all_totals_are_equal_has_no_reliability() -> None:
    assert estimate_reliability(np.full((40, 5), 0.3)) is None
