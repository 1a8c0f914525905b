"""A planted clue is named and found; a key drawn at random is let be, as often as the docstrings say."""

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from assignment.fixable import FixableError
from questions.bank import Bank
from questions.giveaway.clues import find_clues
from questions.giveaway.guesser import describe, guess_all, measure_hits
from questions.giveaway.named import judge_cues
from questions.giveaway.trial import Trials, make_trials
from tests.questions.giveaway.conftest import add_reason, ask, claim, lengthen, make_bank, rewrite

Letters = Mapping[str, frozenset[str]]
GROUPS = ("lime", "saliency", "smoothgrad", "filters", "attention")
THINGS = (("the fish", "魚"), ("the tray", "托盤"), ("the egg", "蛋"), ("the soup", "湯"), ("the milk", "牛奶"))
SAYS = (
    ("{} holds a larger share than {}", "{}的比例比{}大"),
    ("{} is on average darker than {}", "{}平均比{}暗"),
    ("the mean of {} lies above 0.4 of that of {}", "{}的平均高於{}的 0.4 倍"),
    ("{} keeps less of its weight than {} does", "{}保留的權重比{}少"),
)


def write_choice(draw: random.Random) -> dict[str, str]:
    (en, zh), first, second = draw.choice(SAYS), draw.choice(THINGS), draw.choice(THINGS)
    return {"en": en.format(first[0], second[0]).capitalize() + ".", "zh": zh.format(first[1], second[1]) + "。"}


@pytest.fixture(scope="module")
def drawn() -> tuple[Bank, Letters]:
    """Thirty questions whose words and right letters were drawn apart from each other."""
    draw, questions, right = random.Random(3), [], {}
    for number in range(30):
        letters = "abcde"[: draw.choice((4, 5))]
        one = ask(
            f"{GROUPS[number % 5]}-{number // 5 + 1}", {its: claim("logit", picture=1, above=0) for its in letters}
        )
        for choice in one["choices"].values():
            choice["say"] = write_choice(draw)
        questions.append(one)
        right[one["id"]] = frozenset(draw.sample(letters, draw.choice((1, 2, 2, 3))))
    return make_bank(*questions), right


def name_cues(bank: Bank, right: Letters) -> list[str]:
    return [cue.name for cue in judge_cues(make_trials(bank, right)) if cue.tells]


@pytest.mark.slow
def test_key_that_was_drawn_has_no_clue(drawn: tuple[Bank, Letters]) -> None:
    bank, right = drawn
    found = find_clues(make_trials(bank, right))
    assert found.faults == ()
    assert found.guessed.low < found.guessed.chance


@pytest.mark.slow  # it loads scikit-learn
def test_longest_that_is_right_in_ten_questions_is_named(drawn: tuple[Bank, Letters]) -> None:
    bank, right = drawn
    planted = rewrite(bank, {name: min(right[name]) for name in bank.ids[::3]}, lengthen)
    assert {"much longer than every other", "the longest in English"} <= set(name_cues(planted, right))
    assert any(
        "'much longer than every other' tells" in str(one) for one in find_clues(make_trials(planted, right)).faults
    )


def test_because_in_ten_false_choices_is_named(drawn: tuple[Bank, Letters]) -> None:
    bank, right = drawn
    false = {name: min(set(bank[name].choices) - right[name]) for name in bank.ids[::3]}
    planted = rewrite(bank, false, add_reason)
    assert {"because", "a reason"} <= set(name_cues(planted, right))


def test_concession_in_ten_right_choices_is_named(drawn: tuple[Bank, Letters]) -> None:
    bank, right = drawn
    planted = rewrite(
        bank,
        {name: max(right[name]) for name in bank.ids[::3]},
        lambda en, zh, _: (en[:-1] + ", though it is pale.", zh[:-1] + "，儘管顏色較淡。"),
    )
    assert "a concession" in name_cues(planted, right)


@pytest.mark.slow  # it loads scikit-learn
def test_turn_of_phrase_that_no_cue_names_is_learned_by_the_guesser(drawn: tuple[Bank, Letters]) -> None:
    bank, right = drawn
    planted = rewrite(
        bank,
        {name: min(set(bank[name].choices) - right[name]) for name in bank.ids},
        lambda en, zh, _: (en.replace("The ", "The whole "), zh),
    )
    found = find_clues(make_trials(planted, right))
    assert found.guessed.tells
    assert "the words alone tell" in str(found.faults[0])


def shuffle_all(trials: Trials, times: int) -> list[Trials]:
    return [replace(trials, right=key) for key in trials.shuffle(times, seed=5)]


def test_cue_is_named_by_chance_in_one_of_twenty_banks(
    drawn: tuple[Bank, Letters], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("questions.giveaway.named.SHUFFLES", 200)
    named = [judge_cues(one)[0].tells for one in shuffle_all(make_trials(*drawn), 40)]
    assert sum(named) <= 5  # of 40, of which two are expected; more than 5 in 1 of 70 such tests


@pytest.mark.slow
def test_guesser_is_fooled_by_chance_in_few_banks(drawn: tuple[Bank, Letters]) -> None:
    trials = make_trials(*drawn)
    read = describe(trials)
    fooled = [
        measure_hits(guess_all(read, one.group, one.right) == one.right, one).tells for one in shuffle_all(trials, 40)
    ]
    assert sum(fooled) <= 4  # guesser.py says how many are expected


def test_shuffled_key_has_as_many_right_choices_in_each_question(drawn: tuple[Bank, Letters]) -> None:
    trials = make_trials(*drawn)
    keys = trials.shuffle(20, seed=1)
    for index in range(len(trials.questions)):
        its = trials.group == index
        assert set(keys[:, its].sum(axis=1)) == {trials.right[its].sum()}
    assert len(np.unique(keys, axis=0)) == 20


@pytest.mark.slow  # it loads scikit-learn
def test_same_seed_gives_the_same_clues(drawn: tuple[Bank, Letters]) -> None:
    trials = make_trials(*drawn)
    assert find_clues(trials, seed=4) == find_clues(trials, seed=4)


def test_bank_too_small_to_tell_is_said_to_be(drawn: tuple[Bank, Letters]) -> None:
    bank, right = drawn
    few: dict[str, Any] = {name: right[name] for name in bank.ids[:4]}
    with pytest.raises(FixableError, match="4 questions have a key; expected 10 or more"):
        find_clues(make_trials(bank, few))
