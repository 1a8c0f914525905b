"""`hw9 questions leaks` and `clues` on a small course: what they print, and with which code they end."""

from collections.abc import Callable
from typing import Any

import pytest

Questions = list[dict[str, Any]]
Run = Callable[..., int]


def test_leaks_names_what_is_settled_and_by_what(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("leaks") == 1
    out, err = capsys.readouterr()
    assert "lime-1 a" in out
    assert "bounds" in out
    assert "20 choices, 0 facts of stems" in out
    assert "bank/lime.yaml: lime-1: choice a: settled by lime-2 a" in err
    assert err.rstrip().endswith("expected a choice that has to be looked at [leak]")


def test_leaks_ends_well_where_each_has_a_reason(
    questions: Questions, write: Callable[[object], None], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    for question in questions:
        question["lint"] = {"leak": "Made up: all claims are of one picture."}
    write(questions)
    assert run("leaks") == 0
    assert "silenced, with a reason" in capsys.readouterr().out
    assert run("check") == 0  # which knows the code, and leaves it to leaks


def test_fact_of_a_stem_that_fails_is_a_fault(
    questions: Questions, write: Callable[[object], None], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    false = {"measure": "probability", "with": {"picture": 1}, "below": 0.5, "margin": 0.1}
    questions[0]["given"] = [{"say": {"en": "It errs.", "zh": "它錯了。"}, "claim": false}]
    write(questions)
    assert run("leaks") == 1
    assert "bank/lime.yaml: lime-1: given 0: claim: probability(picture=1) below 0.5" in capsys.readouterr().err


def test_clues_says_that_four_questions_are_too_few(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("clues") == 1
    assert "4 questions have a key; expected 10 or more" in capsys.readouterr().err
