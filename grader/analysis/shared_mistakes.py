"""How many same wrong answers two students have in one analysis, when some of the class made the same mistake.

A mistake in the notebook turns the answers to all questions of its analysis, alike for all who made it. So within an
analysis answers are not independent, and for m[i], the chance of the same wrong answer to question i, the number of
same wrong answers has more mass on high counts than Poisson's binomial. Over all pairs of the class

    seen[c]      pairs with c same wrong answers in the analysis, the pair itself left out
    expected[c]  as many as Poisson's binomial gives, summed over the pairs

and where seen is more than MORE times expected (one pair added to both), the pair's mass of c is raised by the ratio,
at least to the share of the class's pairs that have c. Analyses are taken to be independent of each other.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from grader.analysis.estimates import Bools, Floats, Ints

MORE = 2.0  # times what is expected, from which on a count is taken to come from a shared mistake
MOST_SAMPLED = 20_000  # pairs over which the expected counts are averaged
Counts = NDArray[np.int16]  # of questions: a class has millions of pairs


def list_groups(items: Sequence[str]) -> list[Ints]:
    """Return the places of the questions of each analysis.

    >>> [its.tolist() for its in list_groups(["lime-1", "lime-2", "filters-1"])]
    [[0, 1], [2]]
    """
    analyses = [item.rpartition("-")[0] for item in items]
    return [np.flatnonzero([one == name for one in analyses]).astype(np.int64) for name in dict.fromkeys(analyses)]


def count_same(chosen: Ints, wrong: Bools) -> Counts:
    """Return (n, n): to how many of these questions (n, k) two students gave the same wrong answer."""
    counts = np.zeros((len(chosen), len(chosen)), np.int16)
    for question in range(chosen.shape[1]):
        its = wrong[:, question]
        for letters in np.unique(chosen[its, question]):
            who = np.flatnonzero(its & (chosen[:, question] == letters))
            counts[np.ix_(who, who)] += 1
    return counts


def compute_mass(chances: Floats) -> Floats:
    """Return (m, k + 1): for each row the probability of 0, 1, ... k successes in independent draws (m, k).

    >>> compute_mass(np.array([[0.5, 0.5]])).tolist()
    [[0.25, 0.5, 0.25]]
    """
    many, draws = chances.shape
    mass = np.zeros((many, draws + 1))
    mass[:, 0] = 1
    for draw in range(draws):
        p = chances[:, draw, None]
        mass[:, 1:] = mass[:, 1:] * (1 - p) + mass[:, :-1] * p
        mass[:, :1] *= 1 - p
    return mass


def expect_counts(chance: Floats, same: Floats) -> Floats:
    """Return (k + 1,): how many pairs of the class should have 0, 1, ... same wrong answers to these questions.

    chance (n, k): that a student is wrong; same (k,): that two wrong answers are the same.
    """
    rows, columns = np.triu_indices(len(chance), 1)
    step = max(1, len(rows) // MOST_SAMPLED)
    mass = compute_mass(chance[rows[::step]] * chance[columns[::step]] * same)
    return np.asarray(mass.mean(axis=0) * len(rows), dtype=np.float64)


def raise_mass(mass: Floats, own: Counts | Ints, seen: Ints, expected: Floats) -> Floats:
    """Return the mass (m, k + 1) of m pairs, raised where the class has more pairs with that count than expected.

    own (m,): each pair's own count. seen, expected (k + 1,): pairs of the class with each count.
    """
    others = np.repeat(seen[None].astype(np.float64), len(mass), axis=0)
    others[np.arange(len(mass)), own] -= 1
    ratio = (others + 1) / (expected + 1)
    share = others / seen.sum()
    shared = ratio > MORE
    shared[:, 0] = False
    raised = np.where(shared, np.maximum(mass * ratio, share), mass)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float64)


def compute_tail(least: Counts | Ints, masses: Sequence[Floats]) -> Floats:
    """Return for each row the probability of `least` or more in all, from the mass (m, k + 1) of each part.

    >>> half = compute_mass(np.array([[0.5], [0.5]]))
    >>> compute_tail(np.array([1, 2]), [half, half]).tolist()
    [0.75, 0.25]
    """
    total = np.ones((len(least), 1))
    for mass in masses:
        longer = np.zeros((len(least), total.shape[1] + mass.shape[1] - 1))
        for count in range(mass.shape[1]):
            longer[:, count : count + total.shape[1]] += total * mass[:, count, None]
        total = longer
    total[np.arange(total.shape[1]) < least[:, None]] = 0
    return np.asarray(total[:, ::-1].sum(axis=1), dtype=np.float64)
