"""Pairs of students who gave more of the same wrong answers than chance explains.

After Wesolowsky, "Detecting excessive similarity in answers on multiple choice exams", J. Applied Statistics 27 (2000)
909-921. r[i] is the share of the class that is not wrong on question i, c[j] the share of its questions on which
student j is not, and the chance that j is not wrong on i is taken as

    p[i,j] = (1 - (1 - r[i])^a[j])^(1 / a[j])          a[j] > 0 such that the mean over i of p[i,j] is c[j]

Two students who work alone give the same wrong answer to question i with the chance

    m[i] = (1 - p[i,j]) (1 - p[i,k]) w[i]              w[i]: the chance that two wrong answers to i are the same

and the number of such questions is a sum of independent draws (Poisson's binomial). Its upper tail is computed exactly,
after `shared_mistakes.py` has raised it for the mistakes that many of the class share.

What differs from the paper: only wrong answers are counted, since right ones agree for a good reason; blank answers are
none; w[i] is the share of equal ones among all pairs of wrong answers in the class, which has not the bias of a sum of
squared shares, drawn towards its mean over the questions; the tail is exact where the paper takes a normal one. The
chance is multiplied by the number of pairs (Bonferroni): in a class of independent students any pair is named with a
probability of at most ERROR.
"""

from dataclasses import dataclass

import numpy as np

from grader.analysis.answers import Answers
from grader.analysis.estimates import Bools, Floats, Ints
from grader.analysis.question_analysis import FEWEST
from grader.analysis.shared_mistakes import (
    Counts,
    compute_mass,
    compute_tail,
    count_same,
    expect_counts,
    list_groups,
    raise_mass,
)

ERROR = 0.05  # that any pair of a class is named although all work alone
PRIOR_PAIRS = 20  # pairs of wrong answers by which w of a question is drawn towards the mean
NEAR = 2.5  # standard deviations above the expected number, from which on the tail is computed
STEPS = 60  # halvings of the interval in which log a lies
WIDEST = 12.0  # of log a, either way


@dataclass(frozen=True)
class Pair:
    """Two students: the questions with the same wrong answer, how many were expected, and the chances.

    both_wrong: on how many questions both are wrong. chance: of so many or more for this pair alone. in_class: the
    bound for any pair of the class.
    """

    students: tuple[str, str]
    items: tuple[str, ...]
    both_wrong: int
    expected: float
    chance: float
    in_class: float


@dataclass(frozen=True)
class Pairs:
    """Of how many pairs which are named, the least likely first."""

    compared: int
    named: tuple[Pair, ...]


def find_pairs(answers: Answers) -> Pairs | None:
    """Return the pairs that agree beyond chance; None for a class that is too small, or was asked nothing."""
    n = len(answers.students)
    if n < FEWEST or not answers.items:
        return None
    wrong = answers.wrong
    chance, same = 1 - estimate_not_wrong(wrong), estimate_same(answers.chosen, wrong)
    groups = list_groups(answers.items)
    counts = [count_same(answers.chosen[:, its], wrong[:, its]) for its in groups]
    total: Counts = np.stack(counts).sum(axis=0, dtype=np.int16)
    rows, columns = find_near(total, chance, same)
    match, above, masses = chance[rows] * chance[columns] * same, np.triu_indices(n, 1), []
    for its, many in zip(groups, counts, strict=True):
        seen, expected = np.bincount(many[above], minlength=len(its) + 1), expect_counts(chance[:, its], same[its])
        masses.append(raise_mass(compute_mass(match[:, its]), many[rows, columns], seen, expected))
    tails = compute_tail(total[rows, columns], masses)
    compared = n * (n - 1) // 2
    order = [int(place) for place in np.argsort(tails, kind="stable") if tails[place] * compared <= ERROR]
    named = (
        _make_pair(answers, (int(rows[n]), int(columns[n])), float(match[n].sum()), float(tails[n]), compared)
        for n in order
    )
    return Pairs(compared, tuple(named))


def _make_pair(answers: Answers, two: tuple[int, int], expected: float, chance: float, compared: int) -> Pair:
    one, other = two
    both = answers.wrong[one] & answers.wrong[other]
    alike = both & (answers.chosen[one] == answers.chosen[other])
    return Pair(
        students=(answers.students[one], answers.students[other]),
        items=tuple(answers.items[question] for question in np.flatnonzero(alike)),
        both_wrong=int(both.sum()),
        expected=expected,
        chance=chance,
        in_class=chance * compared,
    )


def estimate_not_wrong(wrong: Bools) -> Floats:
    """Return p (n, k) of the formula above from who is wrong (n, k)."""
    shares = 1 - wrong.mean(axis=0)
    wanted = 1 - wrong.mean(axis=1)
    low, high = np.full(len(wrong), -WIDEST), np.full(len(wrong), WIDEST)
    for _ in range(STEPS):
        middle = (low + high) / 2
        more = _to_chance(shares, middle).mean(axis=1) < wanted  # p grows with a
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return _to_chance(shares, (low + high) / 2)


def _to_chance(shares: Floats, log_a: Floats) -> Floats:
    a = np.exp(log_a)[:, None]
    return np.asarray((1 - (1 - shares) ** a) ** (1 / a), dtype=np.float64)


def estimate_same(chosen: Ints, wrong: Bools) -> Floats:
    """Return w (k,): the chance that two wrong answers to a question are the same."""
    many = wrong.sum(axis=0)
    pairs = many * (many - 1)
    equal = np.zeros(chosen.shape[1])
    for question in range(chosen.shape[1]):
        counts = np.unique(chosen[wrong[:, question], question], return_counts=True)[1]
        equal[question] = (counts * (counts - 1)).sum()
    mean = equal.sum() / max(1, pairs.sum())
    return np.asarray((equal + PRIOR_PAIRS * mean) / (pairs + PRIOR_PAIRS), dtype=np.float64)


def find_near(counts: Counts, chance: Floats, same: Floats) -> tuple[Ints, Ints]:
    """Return the rows and columns of the pairs whose number of same wrong answers lies NEAR above the expected one.

    counts (n, n). Two products of matrices for a whole class, so that the tail is computed for few of its pairs.
    """
    expected = (chance * same) @ chance.T
    spread = np.sqrt(np.maximum(expected - (chance**2 * same**2) @ (chance**2).T, 0))
    rows, columns = np.nonzero(np.triu((counts >= 1) & (counts - 0.5 >= expected + NEAR * spread), 1))
    return rows.astype(np.int64), columns.astype(np.int64)
