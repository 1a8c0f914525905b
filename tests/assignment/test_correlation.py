"""Correlations in parity with scipy, and where a row says nothing."""

import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr

from assignment.correlation import pearson, spearman

RNG = np.random.default_rng(1)
TIED, OTHER = RNG.integers(0, 5, 60).astype(float), RNG.normal(size=60)


def test_correlations_are_scipys_also_on_ties() -> None:
    assert pearson(TIED, OTHER) == pytest.approx(pearsonr(TIED, OTHER).statistic, abs=1e-14)
    assert spearman(TIED, OTHER) == pytest.approx(spearmanr(TIED, OTHER).statistic, abs=1e-14)


@pytest.mark.parametrize("flat", [np.zeros(5), np.ones(1)])
def test_constant_row_agrees_with_nothing(flat: np.ndarray) -> None:
    assert np.isnan(pearson(flat, np.arange(len(flat), dtype=float)))
    assert np.isnan(spearman(flat, np.arange(len(flat), dtype=float)))
