"""The blueprint counts from the key and the matrix, names no letter, and knows what every measure resolves."""

from collections.abc import Callable

import pytest

from assignment.course import Course
from questions.bank import Bank, load_bank
from questions.canonical import load_canonicals
from questions.explore.blueprint import make_blueprint
from questions.key import decide_all
from questions.measures.registry import MEASURES
from questions.measures.resolution import RESOLUTION


def test_every_measure_has_a_resolution() -> None:
    assert set(RESOLUTION) == set(MEASURES)


def test_row_tells_the_nearest_choice_in_units_of_print(tiny: Course) -> None:
    bank = load_bank(tiny)
    decisions, _ = decide_all(bank, load_canonicals(tiny))
    rows = make_blueprint(bank, decisions, None)
    assert [row.question.id for row in rows] == list(bank.ids)
    assert rows[0].nearest == pytest.approx(400, rel=1e-3)  # 0.9 against 0.5, printed with three decimals
    assert rows[0].detects is None


def test_command_prints_a_line_for_each_question_and_no_letter(
    run: Callable[..., int], bank: Bank, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("blueprint") == 0
    out = capsys.readouterr().out
    assert all(name in out for name in bank.ids)
    assert "?" in out  # no mutants were run
