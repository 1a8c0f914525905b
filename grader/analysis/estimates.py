"""Estimates: a share, a correlation, a reliability, each with an interval.

Sources. Share: Wilson, "Probable inference", J. Am. Stat. Assoc. 22 (1927) 209-212. Correlation: Pearson's r with the
standard error of its influence function (Devlin, Gnanadesikan, Kettenring, Biometrika 62 (1975) 531-545), since right
or wrong against points is not bivariate normal and the textbook's 1 / sqrt(n - 3) does not hold:

    h[s] = x[s] y[s] - r (x[s]^2 + y[s]^2) / 2     x, y standardised;  se(r) = sqrt(mean of h^2 / n)

and the interval is taken on Fisher's scale atanh(r). Reliability: Feldt, "The approximate sampling distribution of
Kuder-Richardson reliability coefficient twenty", Psychometrika 30 (1965) 357-370.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95  # of every interval
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Estimate:
    """A figure and the ends of its interval."""

    value: float
    low: float
    high: float


def estimate_share(hits: int, of: int) -> Estimate:
    """Return hits / of with Wilson's interval; of >= 1.

    >>> one = estimate_share(0, 10)
    >>> one.value, one.low, round(one.high, 3)
    (0.0, 0.0, 0.278)
    """
    z = _find_quantile(1 - LEVEL)
    share, more = hits / of, z * z / of
    centre = (share + more / 2) / (1 + more)
    half = z * sqrt(share * (1 - share) / of + more / of / 4) / (1 + more)
    return Estimate(share, max(0.0, centre - half), min(1.0, centre + half))


@dataclass(frozen=True)
class Correlations:
    """Columns of x with the same columns of y, over n students: r (m,), and each student's part h (n, m) in its error.

    r is nan and h 0 where a column does not vary.
    """

    r: Floats
    h: Floats

    def estimate(self, column: int) -> Estimate:
        """Return one r with its interval; it must not be nan."""
        r = float(self.r[column])
        step = _find_quantile(1 - LEVEL) * find_error(self.h[:, column]) / max(1 - r * r, 1e-12)
        low, high = np.tanh(np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12)) + np.array([-step, step]))
        return Estimate(r, float(low), float(high))


def correlate(x: NDArray[np.generic], y: Floats) -> Correlations:
    """Correlate each column of x (n, m) with the same column of y (n, m)."""
    one, other = _standardise(x.astype(np.float64)), _standardise(y)
    r = (one * other).mean(axis=0)
    h = one * other - r * (one**2 + other**2) / 2
    varies = one.any(axis=0) & other.any(axis=0)
    return Correlations(np.where(varies, r, np.nan), np.where(varies, h, 0.0))


def _standardise(columns: Floats) -> Floats:
    centred = columns - columns.mean(axis=0)
    spread = centred.std(axis=0)
    level = np.abs(columns).max(axis=0, initial=0.0) * 1e-9  # what rounding leaves of a column that is constant
    return np.where(spread > level, centred / np.where(spread > level, spread, 1.0), 0.0)


def find_error(h: Floats) -> float:
    """Return the standard error that follows from every student's part h (n,) in a figure."""
    return float(np.sqrt(np.mean(h**2) / len(h)))


@dataclass(frozen=True)
class Reliability:
    """How well the whole tells students apart: alpha (KR-20 for questions of equal points), and its error in points."""

    alpha: Estimate
    error: float
    spread: float


def estimate_reliability(scores: Floats) -> Reliability | None:
    """Return the reliability of the total of scores (n, k), which are 0 or the points; None where all totals are equal.

        alpha = k / (k - 1) (1 - sum of var(points of a question) / var(total))     error = sd(total) sqrt(1 - alpha)

    With equal points this is KR-20 (Kuder, Richardson, Psychometrika 2 (1937) 151-160), with others Cronbach's alpha
    (Psychometrika 16 (1951) 297-334). Moodle ("coefficient of internal consistency", "standard error") and Canvas
    ("alpha") compute the same; variances are over n - 1, as in Moodle.
    """
    n, k = scores.shape
    total = float(scores.sum(axis=1).var(ddof=1)) if n > 1 else 0.0
    if k < 2 or total < 1e-12:
        return None
    alpha = k / (k - 1) * (1 - float(scores.var(axis=0, ddof=1).sum()) / total)
    tail = (1 - LEVEL) / 2
    from scipy.stats import f  # here: it takes a second to load

    low, high = (1 - (1 - alpha) * f.ppf(q, n - 1, (n - 1) * (k - 1)) for q in (1 - tail, tail))
    return Reliability(Estimate(alpha, float(low), float(high)), sqrt(total * (1 - alpha)), sqrt(total))


def _find_quantile(outside: float) -> float:
    from scipy.stats import norm  # here: it takes a second to load

    return float(norm.isf(outside / 2))
