"""Classes whose truth is known: questions of five choices, all or nothing, each choice answered by a 2PL curve.

A student of ability t decides choice c of question i as the key does with probability 1 / (1 + exp(-(a t + d))), on
its own; the question is right where all five are. So every figure of the population follows by integration over t.
"""

from dataclasses import dataclass, replace

import numpy as np

from grader.analysis.answers import Answers
from grader.analysis.estimates import Bools, Floats

QUESTIONS, CHOICES, LETTERS = 30, 5, "abcde"
ANALYSES = {"one": 4, "two": 5, "three": 4, "four": 4, "five": 3, "six": 4, "seven": 3, "eight": 3}
ITEMS = tuple(f"{name}-{n + 1}" for name, many in ANALYSES.items() for n in range(many))
NODES = 81


@dataclass(frozen=True)
class Test:
    """Known questions: slope and intercept of each choice, the key, the points."""

    slope: Floats  # (k, 5)
    intercept: Floats
    key: Bools
    points: Floats  # (k,)

    __test__ = False


@dataclass(frozen=True)
class Truth:
    """What the population of students gives: the figures that a class estimates."""

    facility: Floats
    discrimination: Floats
    alpha: float


def make_test(random: np.random.Generator) -> Test:
    key = np.zeros((QUESTIONS, CHOICES), bool)
    for row in key:
        row[random.permutation(CHOICES)[: random.integers(1, CHOICES)]] = True
    slope = random.uniform(0.4, 1.6, key.shape)
    intercept = random.uniform(0.3, 4.0, key.shape)
    return Test(slope, intercept, key, np.repeat([0.3, 0.4], [20, 10]))


def compute_truth(test: Test) -> Truth:
    """Integrate over a normal ability by Gauss and Hermite."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    weights = weights / weights.sum()
    right = _to_curve(test, nodes).prod(axis=2)
    share = weights @ right
    both = right.T @ (weights[:, None] * right) - np.outer(share, share)
    np.fill_diagonal(both, share * (1 - share))
    scores = both * np.outer(test.points, test.points)
    own = np.diag(scores)
    with_rest = scores.sum(axis=1) - own
    rest = scores.sum() - 2 * scores.sum(axis=1) + own
    alpha = QUESTIONS / (QUESTIONS - 1) * (1 - own.sum() / scores.sum())
    return Truth(share, with_rest / np.sqrt(own * rest), float(alpha))


def _to_curve(test: Test, ability: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-(test.slope * ability[:, None, None] + test.intercept))))


def simulate(test: Test, students: int, random: np.random.Generator) -> Answers:
    """Return the answers of independent students."""
    curve = _to_curve(test, random.normal(size=students))
    agrees = random.random(curve.shape) < curve
    chosen = (np.where(test.key, agrees, ~agrees) << np.arange(CHOICES)).sum(axis=2)
    return Answers(
        students=tuple(f"s{n:04}" for n in range(students)),
        items=ITEMS,
        letters=(LETTERS,) * QUESTIONS,
        points=test.points,
        key=(test.key << np.arange(CHOICES)).sum(axis=1),
        chosen=chosen,
        right=agrees.all(axis=2),
    )


def plant_wrong_key(answers: Answers, question: int, bit: int) -> Answers:
    """Return the same answers with one choice of a question turned in the key."""
    key = answers.key.copy()
    key[question] ^= 1 << bit
    return replace(answers, key=key, right=answers.chosen == key)


def plant_copy(answers: Answers, source: int, copier: int, questions: np.ndarray) -> Answers:
    """Return the answers with some of one student's in place of another's."""
    chosen = answers.chosen.copy()
    chosen[copier, questions] = chosen[source, questions]
    return replace(answers, chosen=chosen, right=chosen == answers.key)


def plant_mistake(answers: Answers, share: float, questions: np.ndarray, random: np.random.Generator) -> Answers:
    """Return the answers with the same wrong ones to these questions from a share of the class, each on its own."""
    chosen, who = answers.chosen.copy(), random.random(len(answers.students)) < share
    for question in questions:
        other = answers.key[question] ^ (1 << int(random.integers(CHOICES)))
        chosen[who, question] = other or (answers.key[question] ^ 31)
    return replace(answers, chosen=chosen, right=chosen == answers.key)
