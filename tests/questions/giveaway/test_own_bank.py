"""Our own bank: neither its facts nor its words give its key away; what is planted into it is found."""

from collections.abc import Mapping

import pytest

from assignment.outputs import Outputs
from questions.bank import Bank
from questions.check.form import compute_width
from questions.giveaway.clues import Clues, find_clues
from questions.giveaway.named import judge_cues
from questions.giveaway.silence import judge
from questions.giveaway.trial import make_trials
from questions.key import compute_key
from tests.questions.giveaway.conftest import add_reason, find_all, given, lengthen, make_bank, rewrite

Canonicals = Mapping[int, Outputs]
Letters = Mapping[str, frozenset[str]]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def right(own: Bank, mini: Canonicals) -> Letters:
    return compute_key(own, mini).letters


@pytest.fixture(scope="module")
def clues(own: Bank, right: Letters) -> Clues:
    return find_clues(make_trials(own, right))


def test_nothing_settles_a_choice(own: Bank, mini: Canonicals) -> None:
    assert [str(fault) for fault in judge(own, find_all(own, mini)).faults] == []


def test_words_tell_no_more_than_chance(clues: Clues) -> None:
    assert [str(fault) for fault in clues.faults] == []


def test_interval_of_the_guesser_includes_chance(clues: Clues) -> None:
    assert clues.guessed.low <= clues.guessed.chance


def name_cues(bank: Bank, right: Letters) -> set[str]:
    return {cue.name for cue in judge_cues(make_trials(bank, right)) if cue.tells}


def test_because_in_ten_false_choices_is_named(own: Bank, right: Letters) -> None:
    ten = sorted(own.ids, key=lambda name: -len(right[name]) / len(own[name].choices))[:10]
    planted = rewrite(own, {name: min(set(own[name].choices) - right[name]) for name in ten}, add_reason)
    assert "because" in name_cues(planted, right)


def test_longest_that_is_right_in_ten_questions_is_named(own: Bank, right: Letters) -> None:
    def is_longest_wrong(name: str) -> bool:
        choices = own[name].choices
        return max(choices, key=lambda letter: compute_width(choices[letter].say.en)) not in right[name]

    ten = sorted(own.ids, key=lambda name: (not is_longest_wrong(name), len(right[name])))[:10]
    planted = rewrite(own, {name: min(right[name]) for name in ten}, lengthen)
    assert name_cues(planted, right) & {"much longer than every other", "the longest in English", "length in English"}


@pytest.mark.parametrize("of", ["lime", "attention"])
def test_stem_that_states_a_choice_of_another_question_is_found(
    of: str, own: Bank, mini: Canonicals, right: Letters
) -> None:
    name = f"{of}-2"
    letter = min(right[name])
    stem = own["saliency-1"].model_dump(by_alias=True, exclude_none=True)
    told = given(own[name].choices[letter].claim.model_dump(by_alias=True, exclude_none=True))
    questions = [own[name].model_dump(by_alias=True, exclude_none=True), stem | {"given": [told]}]
    found = find_all(make_bank(*questions), mini)
    assert (name, letter) in {leak.settled for leak in found.leaks if leak.by[0].place == ("saliency-1", "given 0")}
