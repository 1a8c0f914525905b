"""A small bank and small canonical Outputs, sound as they are, for tests to break."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from assignment.assignment import ASSIGNMENT_FILE
from assignment.fixable import load_yaml
from assignment.outputs import save_group
from grader.commands.main import main
from questions.bank import Bank, load_bank

Questions = list[dict[str, Any]]


def make_choice(claim: dict[str, Any], place: str) -> dict[str, Any]:
    return {
        "say": {"en": f"Statement {place}.", "zh": f"敘述 {place}。"},
        "claim": claim,
        "why": {"en": "Because it is measured.", "zh": "因為量得到。"},
    }


RIGHT = ("ac", "bd", "ce", "ad")  # of lime-1 to lime-4


def make_claim(letter: str, right: bool) -> dict[str, Any]:
    """Return a claim on picture 1: its true label has probability 0.9, every other 0.01."""
    label = {"a": "truth", "b": 0, "c": "truth", "d": 1, "e": 2}[letter]
    above = right if label == "truth" else not right
    bound = {"label": "runner_up"} if letter == "c" else 0.5
    given = {"picture": 1, "label": label}
    return {"measure": "probability", "with": given, "above" if above else "below": bound, "margin": 0.1}


def make_question(index: int) -> dict[str, Any]:
    """Return question lime-<index>, of which the letters of RIGHT are right."""
    return {
        "id": f"lime-{index}",
        "number": index,
        "ask": {"en": "What does the CNN say of picture 1?", "zh": "CNN 如何判斷圖 1？"},
        "pictures": [1],
        "choices": {letter: make_choice(make_claim(letter, letter in RIGHT[index - 1]), letter) for letter in "abcde"},
    }


@pytest.fixture
def questions() -> Questions:
    """The four questions of lime.yaml as data."""
    return [make_question(index) for index in range(1, 5)]


@pytest.fixture
def bank_folder(tmp_path: Path, questions: Questions) -> Path:
    folder = tmp_path / "bank"
    folder.mkdir()
    write_bank(folder, questions)
    return folder


@pytest.fixture
def bank(bank_folder: Path) -> Bank:
    return load_bank(bank_folder)


def write_bank(folder: Path, questions: object) -> None:
    text = yaml.dump(questions, Dumper=_NoAliases, allow_unicode=True, sort_keys=False)
    (folder / "lime.yaml").write_text(text, encoding="utf-8")


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


@pytest.fixture
def canonical_folder(tmp_path: Path) -> Path:
    """Ten pictures whose true label has probability 0.9; picture 0 has LIME weights that the seed turns round."""
    logits = np.full((10, 11), np.log(0.01))
    logits[:, 3] = np.log(0.9)
    pictures = {"label": np.full(10, 3), "logits": logits}
    pictures |= {name: np.zeros((10, 4, 4), bool) for name in ("food", "tray", "distractor")}
    save_group(tmp_path / "canonical" / "tiny", "pictures", pictures)
    save_group(tmp_path / "canonical" / "tiny", "saliency", {"map": np.zeros((10, 4, 4))})
    for seed in (1, 2, 3):
        weights = np.full((10, 11, 2), 0.5)
        weights[0] *= -1 if seed == 2 else 1
        segments = np.tile(np.repeat([0, 1], 8).reshape(4, 4), (10, 1, 1))
        lime = {"segments": segments, "weights": weights}
        save_group(tmp_path / "canonical" / "tiny", "lime", lime, seed=seed)
    return tmp_path / "canonical"


@pytest.fixture
def assignment_file(tmp_path: Path) -> Path:
    """The assignment with LIME alone, four questions of 2.5 points."""
    data = load_yaml(ASSIGNMENT_FILE)
    assert isinstance(data, dict)
    data["questions"] = {"lime": {"count": 4, "points": "2.5"}}
    path = tmp_path / "assignment.yaml"
    path.write_text(yaml.dump(data, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture
def run(bank_folder: Path, canonical_folder: Path, assignment_file: Path) -> Callable[..., int]:
    """Run `hw9 questions ...` on the small bank and canonical Outputs; returns the exit code."""

    def run_on_tiny(*words: str) -> int:
        given = ["--profile", "tiny", "--bank", str(bank_folder), "--canonical", str(canonical_folder)]
        if words[0] == "check":
            given += ["--assignment", str(assignment_file)]
        return main(["questions", words[0], *given, *words[1:]])

    return run_on_tiny


@pytest.fixture
def write(bank_folder: Path) -> Callable[[object], None]:
    """Write data over the small bank's lime.yaml."""
    return lambda data: write_bank(bank_folder, data)
