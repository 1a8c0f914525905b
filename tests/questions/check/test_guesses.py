"""What guessing earns is an exact expectation, and too much of it is a fault."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from assignment.course import Course
from assignment.fixable import Fault
from questions.bank import Bank
from questions.canonical import load_canonicals
from questions.check.guesses import score_guesses
from questions.key import compute_key

Questions = list[dict[str, Any]]
POINTS = {"lime": Fraction(5, 2)}


@pytest.fixture
def letters(bank: Bank, tiny: Course) -> dict[str, frozenset[str]]:
    return dict(compute_key(bank, load_canonicals(tiny)).letters)


def test_chance_is_one_of_all_sets_of_letters(bank: Bank, letters: dict[str, frozenset[str]]) -> None:
    found = {guess.name: guess.score for guess in score_guesses(bank, letters, POINTS)}
    assert found["a fair coin for each choice"] == Fraction(10, 32)
    assert found["any letters but none"] == Fraction(10, 31)
    assert found["every choice"] == 0


def test_best_letters_in_hindsight_are_the_commonest_set(bank: Bank, letters: dict[str, frozenset[str]]) -> None:
    letters["lime-4"] = letters["lime-2"]
    best = score_guesses(bank, letters, POINTS)[-1]
    assert (best.name, best.score) == ("the best fixed letters in hindsight (bd)", 5)
    says = "the best fixed letters in hindsight (bd) earns 5.000 points; expected at most 2.500"
    assert best.fault == Fault(("bank",), says)


def test_single_letter_counts_where_it_alone_is_right(bank: Bank, letters: dict[str, frozenset[str]]) -> None:
    letters |= {"lime-1": frozenset("a"), "lime-2": frozenset("a")}
    found = {guess.name: guess.score for guess in score_guesses(bank, letters, POINTS)}
    assert found["the letter that is right most often (a)"] == 5


@pytest.mark.parametrize(
    ("language", "texts"), [("English", ("Longer, longer.", "短。")), ("Chinese", ("So.", "長長長長。"))]
)
def test_check_fails_where_the_two_longest_are_right(
    language: str,
    texts: tuple[str, str],
    questions: Questions,
    write: Callable[[object], None],
    run: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    for letter in "ac":
        en, zh = texts
        questions[0]["choices"][letter]["say"] = {"en": f"{letter} {en}", "zh": f"{letter} {zh}"}
    write(questions)
    assert run("check") == 1
    err = capsys.readouterr().err
    assert f"bank: the two longest choices in {language} earns 2.500 points; expected at most 0.500" in err


def test_check_prints_what_guessing_earns(run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check") == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.split()[-2:] == ["0.31", "0.50"] and line.startswith("a fair coin") for line in lines)
