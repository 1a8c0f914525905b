"""A wrong key is flagged with its evidence, a sound one is not, and a small class is not tried."""

from dataclasses import replace

import numpy as np

from grader.analysis.answers import Answers
from grader.analysis.suspects import find_suspects
from tests.grader.analysis.simulated import ITEMS, Test, make_test, plant_wrong_key, simulate


def make_class(students: int, seed: int = 11) -> tuple[Test, Answers]:
    random = np.random.default_rng(seed)
    test = make_test(random)
    return test, simulate(test, students, random)


def test_planted_wrong_key_is_flagged_with_the_letters_that_the_better_ones_chose() -> None:
    _, sound = make_class(1000)
    assert find_suspects(sound) == ()
    planted = plant_wrong_key(sound, question=7, bit=2)
    (found,) = find_suspects(planted)
    assert found.item == ITEMS[7]
    assert found.letters == sound.name(7, int(sound.key[7]))
    assert found.key_letters == planted.name(7, int(planted.key[7]))
    assert found.count == int(sound.right[:, 7].sum())
    assert found.r > (found.key_r or 0) + 0.2
    (choice,) = found.choices
    assert choice.letter == "c"
    weak, best = choice.by_group[0], choice.by_group[-1]
    assert (weak > best) is choice.in_key  # the better ones decide it against the key


def test_key_that_nobody_has_is_flagged() -> None:
    _, sound = make_class(1000)
    chosen, key = sound.chosen.copy(), sound.key.copy()
    key[7] ^= 4
    chosen[chosen[:, 7] == key[7], 7] = 0
    (found,) = find_suspects(replace(sound, chosen=chosen, key=key, right=chosen == key))
    assert (found.item, found.key_count, found.key_r) == (ITEMS[7], 0, None)


def test_answer_that_many_weak_students_share_is_no_suspect() -> None:
    """The most common answer is a wrong one, and those who gave it do worse elsewhere."""
    _, sound = make_class(1000)
    weak = sound.rest[:, 7] < np.quantile(sound.rest[:, 7], 0.6)
    chosen = sound.chosen.copy()
    chosen[weak, 7] = sound.key[7] ^ 0b11000
    assert find_suspects(replace(sound, chosen=chosen, right=chosen == sound.key)) == ()


def test_small_class_is_not_tried() -> None:
    _, sound = make_class(29)
    chosen = sound.chosen.copy()
    chosen[:, 7] = sound.key[7] ^ 1
    chosen[sound.rest[:, 7] < np.median(sound.rest[:, 7]), 7] = sound.key[7]
    assert find_suspects(replace(sound, chosen=chosen, right=chosen == sound.key)) == ()
    twice = {name: np.repeat(getattr(sound, name), 4, axis=0) for name in ("right", "chosen")}
    twice["chosen"] = np.repeat(chosen, 4, axis=0)
    many = replace(sound, students=sound.students * 4, chosen=twice["chosen"], right=twice["chosen"] == sound.key)
    assert [one.item for one in find_suspects(many)] == [ITEMS[7]]
