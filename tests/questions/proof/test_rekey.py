"""What another profile's models do to the questions."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from assignment.outputs import Outputs, save_group
from questions.bank import Bank
from questions.canonical import load_canonicals
from questions.key import compute_key
from questions.proof.rekey import rekey


@pytest.fixture
def canonicals(canonical_folder: Path) -> dict[int, Outputs]:
    return load_canonicals("tiny", canonical_folder)


def with_truth(canonicals: dict[int, Outputs], truth: float) -> dict[int, Outputs]:
    logits = np.full((10, 11), np.log((1 - truth) / 10))
    logits[:, 3] = np.log(truth)
    return {seed: Outputs(dict(its) | {("pictures", "logits"): logits}) for seed, its in canonicals.items()}


def test_same_outputs_give_the_same_key(bank: Bank, canonicals: dict[int, Outputs]) -> None:
    letters = compute_key(bank, canonicals).letters
    found = rekey(bank, letters, canonicals)
    assert [(one.before, one.after, one.changed) for one in found] == [
        (key, key, False) for key in ("ac", "bd", "ce", "ad")
    ]


def test_other_models_give_another_key_or_none_and_why(bank: Bank, canonicals: dict[int, Outputs]) -> None:
    letters = compute_key(bank, canonicals).letters
    found = {one.question: one for one in rekey(bank, letters, with_truth(canonicals, 0.3))}
    assert found["lime-1"].after == "c"  # a is wrong now: the true label has less than a half
    assert found["lime-1"].changed
    near = {one.question: one for one in rekey(bank, letters, with_truth(canonicals, 0.45))}
    assert near["lime-1"].after is None
    assert any("choice a: claim: within its margin" in str(fault) for fault in near["lime-1"].faults)


def test_command_prints_both_keys_and_why_there_is_none(
    run: Callable[..., int], canonical_folder: Path, canonicals: dict[int, Outputs], capsys: pytest.CaptureFixture[str]
) -> None:
    for group in ("saliency", "lime", "pictures"):
        for seed, its in with_truth(canonicals, 0.45).items():
            arrays = {name: array for (its_group, name), array in its.items() if its_group == group}
            save_group(canonical_folder / "other", group, arrays, seed=seed)
    assert run("rekey", "--from", "tiny") == 0
    assert "4 of 4 questions are valid on tiny, 0 of them with another key" in capsys.readouterr().out
    assert run("rekey", "--from", "tiny", "--profile", "other") == 1
    out = capsys.readouterr().out
    assert "0 of 4 questions are valid on other" in out
    assert "bank/lime.yaml: lime-1: choice a: claim: within its margin" in out


def test_profile_without_canonical_outputs_says_what_computes_them(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("rekey", "--from", "tiny", "--profile", "course") == 1
    assert "`hw9 reference --profile course --write` computes; stored are: tiny" in capsys.readouterr().err
