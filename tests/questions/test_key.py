"""The key is what the claims say on every seed, and the commands show it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from assignment.course import Course
from assignment.fixable import FixableError
from assignment.outputs import save_group
from questions.bank import Bank, load_bank
from questions.canonical import list_seeds, load_canonical, load_canonicals
from questions.check.bank import count_spread
from questions.key import compute_key

RIGHT = ("ac", "bd", "ce", "ad")  # of lime-1 to lime-4, as conftest.py makes them


def test_key_holds_the_letters_whose_claims_hold(bank: Bank, tiny: Course) -> None:
    key = compute_key(bank, load_canonicals(tiny))
    assert key.letters == {f"lime-{index}": frozenset(right) for index, right in enumerate(RIGHT, 1)}


def test_margin_ratio_is_the_smallest_over_seeds(bank: Bank, tiny: Course) -> None:
    key = compute_key(bank, load_canonicals(tiny))
    assert key.decisions["lime-1", "a"].ratio == pytest.approx(4, abs=1e-5)  # 0.9 against 0.5, margin 0.1
    assert set(key.decisions["lime-1", "a"].evaluated) == {1, 2, 3}


def test_spread_counts_the_right_choices_by_letter(bank: Bank, tiny: Course) -> None:
    key = compute_key(bank, load_canonicals(tiny))
    assert count_spread(bank, key.letters) == {"a": (2, 4), "b": (1, 4), "c": (2, 4), "d": (2, 4), "e": (1, 4)}


def test_check_prints_a_line_for_each_question(run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines[1:5]] == [
        [str(i), f"lime-{i}", right] for i, right in enumerate(RIGHT, 1)
    ]
    assert lines[5].startswith("closest: ")
    assert any(line.startswith("4 questions valid on 3 seeds; 4 with two or more right choices") for line in lines)


def test_show_explains_each_choice_on_each_seed(run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "lime-2") == 0
    out = capsys.readouterr().out
    assert "(a) wrong: Statement a." in out
    assert "(b) right: Statement b." in out
    assert out.count("seed 3: value 0.01, bound 0.5") == 3
    assert "claim: probability(picture=1, label=truth) below {'label': 'runner_up'}, margin 0.1" in out


def test_show_names_the_nearest_of_an_unknown_question(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show", "lime2") == 1
    assert "unknown id 'lime2'" in capsys.readouterr().err


def test_canonical_of_a_seed_joins_what_depends_on_it_and_what_does_not(tiny: Course) -> None:
    assert list_seeds(tiny) == (1, 2, 3)
    first, second = (load_canonical(tiny, seed) for seed in (1, 2))
    assert first["lime", "weights"][0, 0, 0] == -second["lime", "weights"][0, 0, 0]
    assert (first["pictures", "logits"] == second["pictures", "logits"]).all()


def test_missing_seed_and_missing_canonical_outputs_are_named(tiny: Course) -> None:
    with pytest.raises(FixableError, match=r"lime\.4\.npz"):
        load_canonical(tiny, 4)
    with pytest.raises(FixableError, match=r"hw9 reference --course .*tiny --write"):
        list_seeds(replace(tiny, canonical=tiny.folder))


def test_group_that_is_there_in_part_is_named(tiny: Course) -> None:
    save_group(tiny.canonical, "lime", {"weights": np.zeros((10, 11, 2))}, seed=1)
    with pytest.raises(FixableError, match=r"lime\.npz: segments: missing here and in lime\.1\.npz"):
        load_canonical(tiny, 1)


def test_analysis_is_absent_or_has_all_its_questions(tiny: Course) -> None:
    assert load_bank(tiny).ids == ("lime-1", "lime-2", "lime-3", "lime-4")


def test_fact_of_a_stem_has_to_hold(
    tiny: Course, questions: list[dict[str, Any]], write: Callable[[object], None]
) -> None:
    claim = {"measure": "probability", "with": {"picture": 1}, "above": 0.5, "margin": 0.1}
    questions[0]["given"] = [{"say": {"en": "It is sure.", "zh": "它很確定。"}, "claim": claim}]
    write(questions)
    compute_key(load_bank(tiny), load_canonicals(tiny))
    claim["below"] = claim.pop("above")
    write(questions)
    with pytest.raises(FixableError, match=r"lime-1: given 0: claim: .* does not hold; expected a fact that does"):
        compute_key(load_bank(tiny), load_canonicals(tiny))
