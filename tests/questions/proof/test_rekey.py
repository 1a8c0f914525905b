"""What another profile's models do to the questions."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from assignment.course import Course
from assignment.outputs import Outputs, save_group
from questions.bank import Bank
from questions.canonical import load_canonicals
from questions.key import compute_key
from questions.proof.rekey import rekey


@pytest.fixture
def canonicals(tiny: Course) -> dict[int, Outputs]:
    return load_canonicals(tiny)


def with_truth(canonicals: dict[int, Outputs], truth: float) -> dict[int, Outputs]:
    logits = np.full((10, 11), np.log((1 - truth) / 10))
    logits[:, 3] = np.log(truth)
    return {seed: Outputs(dict(its) | {("pictures", "logits"): logits}, its.axes) for seed, its in canonicals.items()}


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
    run: Callable[..., int], tiny: Course, canonicals: dict[int, Outputs], capsys: pytest.CaptureFixture[str]
) -> None:
    other = copy_course(tiny, "other")
    for group in ("saliency", "lime", "pictures"):
        for seed, its in with_truth(canonicals, 0.45).items():
            arrays = {name: array for (its_group, name), array in its.items() if its_group == group}
            save_group(other / "canonical", group, arrays, seed=seed, official=False)
    assert run("rekey", "--from", str(tiny.folder)) == 0
    assert "4 of 4 questions are valid on tiny, 0 of them with another key" in capsys.readouterr().out
    assert run("rekey", "--from", str(tiny.folder), "--course", str(other)) == 1
    out = capsys.readouterr().out
    assert "0 of 4 questions are valid on other" in out
    assert "bank/lime.yaml: lime-1: choice a: claim: within its margin" in out


def test_course_without_canonical_outputs_says_what_computes_them(
    run: Callable[..., int], tiny: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    other = copy_course(tiny, "other")
    assert run("rekey", "--from", str(tiny.folder), "--course", str(other)) == 1
    assert f"`hw9 reference --course {other} --write` computes" in capsys.readouterr().err


def copy_course(course: Course, name: str) -> Path:
    """Copy a course without its canonical Outputs, under another name."""
    folder = course.folder.with_name(name)
    shutil.copytree(course.folder, folder, ignore=shutil.ignore_patterns("canonical"))
    manifest = folder / "manifest.yaml"
    manifest.write_text(manifest.read_text("utf-8").replace(f"profile: {course.name}", f"profile: {name}"), "utf-8")
    return folder
