"""Classes of 1,000 students with known questions: what is true is found, as often as the intervals say.

CI simulates 10 classes, the night 100. The figures of the night are in grader/README.md.
"""

from collections import Counter

import numpy as np
import pytest

from grader.analysis.answers import Answers
from grader.analysis.class_analysis import ClassAnalysis, analyse_answers
from grader.analysis.estimates import Estimate
from grader.analysis.pairs import find_pairs
from grader.analysis.suspects import find_suspects
from tests.grader.analysis.simulated import QUESTIONS, Truth, compute_truth, make_test, plant_copy, plant_wrong_key
from tests.grader.analysis.simulated import simulate as simulate_class

STUDENTS = 1000
MIDDLE = (0.25, 0.75)  # the share of wrong answers of those who copy and are copied from
COPIED = {"half": 15, "70 %": 21, "all": 30}


@pytest.mark.slow
@pytest.mark.parametrize("classes", [10, pytest.param(100, marks=pytest.mark.nightly)])
def test_what_is_true_of_a_thousand_students_is_found(classes: int) -> None:
    seen: Counter[str] = Counter()
    for seed in range(classes):
        random = np.random.default_rng(seed)
        test = make_test(random)
        answers = simulate_class(test, STUDENTS, random)
        analysis = analyse_answers(answers)
        seen += count_covered(analysis, compute_truth(test))
        seen["sound keys flagged"] += bool(analysis.suspects)
        seen["honest pairs named"] += bool(analysis.pairs and analysis.pairs.named)
        seen += plant(answers, random)
    for figure in ("facility", "discrimination"):
        assert seen[f"{figure} given"] > 0.95 * QUESTIONS * classes
        assert 0.93 <= seen[figure] / seen[f"{figure} given"] <= 0.97, seen
    assert seen["alpha"] >= 0.9 * classes
    assert seen["sound keys flagged"] <= 0.05 * classes
    assert seen["wrong keys flagged"] >= 0.95 * classes
    assert seen["honest pairs named"] <= 0.05 * classes
    assert seen["copied all"] >= 0.95 * classes
    assert seen["copied 70 %"] >= 0.5 * classes, seen


def count_covered(analysis: ClassAnalysis, truth: Truth) -> Counter[str]:
    """Count the figures that were given, and those whose interval holds what is true."""
    seen: Counter[str] = Counter()
    for n, one in enumerate(analysis.questions):
        for name, estimate, true in (
            ("facility", one.facility, truth.facility[n]),
            ("discrimination", one.discrimination, truth.discrimination[n]),
        ):
            if estimate is not None:
                seen[f"{name} given"] += 1
                seen[name] += holds(estimate, true)
    assert analysis.reliability is not None
    seen["alpha"] += holds(analysis.reliability.alpha, truth.alpha)
    return seen


def holds(estimate: Estimate, true: float) -> bool:
    return bool(estimate.low <= true <= estimate.high)


def plant(answers: Answers, random: np.random.Generator) -> Counter[str]:
    """Turn one choice of a key, and let one student copy from another: count what is found."""
    seen: Counter[str] = Counter()
    question = int(random.integers(QUESTIONS))
    planted = plant_wrong_key(answers, question, bit=int(random.integers(5)))
    seen["wrong keys flagged"] += answers.items[question] in {one.item for one in find_suspects(planted)}
    share = answers.wrong.mean(axis=1)
    source, copier = random.choice(np.flatnonzero((share > MIDDLE[0]) & (share < MIDDLE[1])), 2, replace=False)
    for name, many in COPIED.items():
        copied = plant_copy(answers, source, copier, random.permutation(QUESTIONS)[:many])
        found = find_pairs(copied)
        both = {answers.students[source], answers.students[copier]}
        seen[f"copied {name}"] += any(set(one.students) == both for one in found.named) if found else False
    return seen
