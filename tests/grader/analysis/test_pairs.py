"""Pairs of students: the chances against scipy's and against counting, and what is named."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import poisson_binom

from grader.analysis.answers import Answers
from grader.analysis.pairs import NEAR, estimate_not_wrong, estimate_same, find_near, find_pairs
from grader.analysis.shared_mistakes import (
    compute_mass,
    compute_tail,
    count_same,
    expect_counts,
    list_groups,
    raise_mass,
)
from tests.grader.analysis.simulated import ITEMS, make_test, plant_copy, plant_mistake, simulate


def test_tail_is_scipys_poisson_binomial() -> None:
    random = np.random.default_rng(1)
    chances, least = random.uniform(0, 0.5, (40, 30)), random.integers(0, 14, 40)
    theirs = [poisson_binom.sf(many - 1, p) for many, p in zip(least, chances, strict=True)]
    parts = [compute_mass(chances[:, its]) for its in (slice(0, 4), slice(4, 5), slice(5, 30))]
    np.testing.assert_allclose(compute_tail(least, parts), theirs, rtol=1e-9)
    assert compute_tail(np.array([30]), [compute_mass(np.full((1, 30), 0.01))])[0] == pytest.approx(1e-60)


def test_chance_of_a_student_has_the_students_mean_and_follows_the_question() -> None:
    random = np.random.default_rng(2)
    wrong = simulate(make_test(random), 200, random).wrong
    p = estimate_not_wrong(wrong)
    some = (wrong.sum(axis=1) > 0) & ~wrong.all(axis=1)
    np.testing.assert_allclose(p[some].mean(axis=1), 1 - wrong[some].mean(axis=1), atol=1e-6)
    hardest_first = np.argsort(-wrong.mean(axis=0))
    assert (np.diff(p[:, hardest_first], axis=1) >= -1e-9).all()


def test_student_like_the_class_has_the_classes_shares() -> None:
    wrong = np.eye(4, dtype=bool)
    np.testing.assert_allclose(estimate_not_wrong(wrong), 0.75, atol=1e-9)


def test_nobody_wrong_and_everybody_wrong_have_chances_too() -> None:
    p = estimate_not_wrong(np.array([[False, False], [True, True], [True, False]]))
    np.testing.assert_allclose(p[:2], [[1, 1], [0, 0]], atol=1e-3)


def test_same_is_the_share_of_equal_pairs_drawn_towards_the_mean() -> None:
    chosen = np.array([[1, 1], [1, 2], [2, 4], [2, 8], [7, 16]])
    wrong = np.array([[True, True]] * 4 + [[False, True]])
    pairs, equal = np.array([12, 20]), np.array([4, 0])
    mean = equal.sum() / pairs.sum()
    np.testing.assert_allclose(estimate_same(chosen, wrong), (equal + 20 * mean) / (pairs + 20))


def test_near_pairs_are_those_that_counting_one_by_one_finds() -> None:
    random = np.random.default_rng(3)
    answers = simulate(make_test(random), 60, random)
    wrong, chance = answers.wrong, 1 - estimate_not_wrong(answers.wrong)
    same = estimate_same(answers.chosen, wrong)
    near = find_near(count_same(answers.chosen, wrong), chance, same)
    found = set(zip(*(side.tolist() for side in near), strict=True))
    by_hand = set()
    for one, other in itertools.combinations(range(60), 2):
        match = chance[one] * chance[other] * same
        many = (wrong[one] & wrong[other] & (answers.chosen[one] == answers.chosen[other])).sum()
        if many - 0.5 >= match.sum() + NEAR * np.sqrt((match * (1 - match)).sum()):
            by_hand.add((one, other))
    assert found == by_hand
    assert 0 < len(found) < 200


def test_planted_copier_is_named_with_the_questions_and_nobody_else() -> None:
    random = np.random.default_rng(4)
    honest = simulate(make_test(random), 300, random)
    found = find_pairs(honest)
    assert found is not None
    assert (found.compared, found.named) == (300 * 299 // 2, ())
    source, copier = np.argsort(np.abs(honest.wrong.mean(axis=1) - 0.5))[:2]
    copied = plant_copy(honest, int(source), int(copier), np.arange(25))
    after = find_pairs(copied)
    assert after is not None
    (pair,) = after.named
    assert set(pair.students) == {honest.students[source], honest.students[copier]}
    wrong = copied.wrong[source] & (copied.chosen[source] == copied.chosen[copier])
    assert pair.items == tuple(copied.items[n] for n in np.flatnonzero(wrong))
    assert pair.expected < len(pair.items) <= pair.both_wrong
    assert pair.in_class == pytest.approx(pair.chance * found.compared)
    assert pair.in_class < 0.05


def test_right_and_blank_answers_that_agree_are_nothing() -> None:
    random = np.random.default_rng(5)
    answers = simulate(make_test(random), 100, random)
    chosen = answers.chosen.copy()
    chosen[:2] = answers.key
    chosen[2:4] = 0
    found = find_pairs(replace(answers, chosen=chosen, right=chosen == answers.key))
    assert found is not None
    assert found.named == ()


def test_small_class_is_not_compared() -> None:
    random = np.random.default_rng(6)
    answers = simulate(make_test(random), 29, random)
    assert find_pairs(plant_copy(answers, 0, 1, np.arange(30))) is None


def count_named(answers: Answers) -> int:
    found = find_pairs(answers)
    assert found is not None
    return len(found.named)


def test_students_who_made_the_same_mistakes_in_the_notebook_are_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(7)
    answers = simulate(make_test(random), 300, random)
    for its in list_groups(ITEMS)[:3]:
        answers = plant_mistake(answers, 0.2, its, random)
    assert count_named(answers) == 0
    monkeypatch.setattr("grader.analysis.pairs.raise_mass", lambda mass, *_: mass)
    assert count_named(answers) > 3  # the control: each question on its own names them


def test_counts_that_independence_explains_raise_nothing() -> None:
    mass = compute_mass(np.full((2, 3), 0.2))
    expected = mass[0] * 10000
    own = np.array([1, 3])
    np.testing.assert_allclose(raise_mass(mass, own, np.round(expected).astype(int), expected), mass)


def test_mass_is_raised_to_the_share_of_other_pairs_and_a_pair_does_not_vouch_for_itself() -> None:
    mass = compute_mass(np.full((2, 3), 0.1))
    expected = mass[0] * 1000
    alone = np.array([729, 243, 27, 1])
    np.testing.assert_allclose(raise_mass(mass, np.array([3, 3]), alone, expected), mass)
    many = np.array([629, 243, 27, 101])
    raised = raise_mass(mass, np.array([3, 0]), many, expected)
    assert raised[:, 3] / raised[:, 1] == pytest.approx([100 / 1000 / mass[0, 1], 101 / 1000 / mass[0, 1]], rel=0.02)
    np.testing.assert_allclose(raised.sum(axis=1), 1)


def test_expected_counts_are_the_sum_over_all_pairs() -> None:
    random = np.random.default_rng(8)
    chance, same = random.uniform(0, 1, (20, 3)), np.array([0.2, 0.5, 1.0])
    pairs = [chance[one] * chance[other] * same for one, other in itertools.combinations(range(20), 2)]
    np.testing.assert_allclose(expect_counts(chance, same), compute_mass(np.array(pairs)).sum(axis=0))
