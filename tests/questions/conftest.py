"""A small course with its bank and canonical Outputs, sound as it is, for tests to break."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from assignment.assignment import ASSIGNMENT_FILE
from assignment.course import Course, open_course
from assignment.fixable import load_yaml
from assignment.outputs import save_group
from assignment.provenance import digest_sources, save_provenance
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


MANIFEST = """profile: tiny
about: {en: Made up., zh: 虛構。}
pictures: [PICTURES]
classifier: cnn.safetensors
masked: masked
readers: []
texts: texts.yaml
assets:
- {path: texts.yaml, bytes: BYTES, sha256: DIGEST, licence: CC0-1.0, source: made up}
"""
PICTURE = "{asset: none.png, mask: none.png, label: 3, shows: {en: Nothing, zh: 無}}"
TEXTS = b"{attention: [], passages: [], words: []}\n"


@pytest.fixture
def tiny(tmp_path: Path, questions: Questions) -> Course:
    """A course of LIME alone, four questions of 2.5 points, without the files of pictures and models."""
    folder = tmp_path / "tiny"
    (folder / "bank").mkdir(parents=True)
    write_bank(folder / "bank", questions)
    save_canonical(folder / "canonical")
    digest = hashlib.sha256(TEXTS).hexdigest()
    (folder / "texts.yaml").write_bytes(TEXTS)
    entries = ", ".join([PICTURE] * 10)
    text = MANIFEST.replace("PICTURES", entries).replace("BYTES", str(len(TEXTS))).replace("DIGEST", digest)
    (folder / "manifest.yaml").write_text(text, encoding="utf-8")
    settings = load_settings() | {"questions": {"lime": {"count": 4, "points": "2.5"}}}
    (folder / "course.yaml").write_text(yaml.dump(settings, allow_unicode=True), encoding="utf-8")
    course = open_course(folder)
    save_provenance(
        course.canonical,
        {path.name: digest_sources(course, path.name.split(".")[0]) for path in course.canonical.glob("*.npz")},
    )
    return course


def load_settings() -> dict[str, Any]:
    """Return the embedded course's settings, as those of a course's folder."""
    data = load_yaml(ASSIGNMENT_FILE)
    assert isinstance(data, dict)
    return {"version": 1} | data


@pytest.fixture
def all_asked(tiny: Course) -> None:
    """Give the small course the settings of the embedded one: all eight analyses are asked."""
    tiny.settings.write_text(yaml.dump(load_settings(), allow_unicode=True), encoding="utf-8")


@pytest.fixture
def bank_folder(tiny: Course) -> Path:
    return tiny.bank


@pytest.fixture
def bank(tiny: Course) -> Bank:
    return load_bank(tiny)


def write_bank(folder: Path, questions: object) -> None:
    text = yaml.dump(questions, Dumper=_NoAliases, allow_unicode=True, sort_keys=False)
    (folder / "lime.yaml").write_text(text, encoding="utf-8")


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


def save_canonical(folder: Path) -> None:
    """Ten pictures whose true label has probability 0.9; picture 0 has LIME weights that the seed turns round."""
    logits = np.full((10, 11), np.log(0.01))
    logits[:, 3] = np.log(0.9)
    pictures = {"label": np.full(10, 3), "logits": logits}
    pictures |= {name: np.zeros((10, 4, 4), bool) for name in ("food", "tray", "distractor")}
    save_group(folder, "pictures", pictures, official=False)
    save_group(folder, "saliency", {"map": np.zeros((10, 4, 4))})
    for seed in (1, 2, 3):
        weights = np.full((10, 11, 2), 0.5)
        weights[0] *= -1 if seed == 2 else 1
        segments = np.tile(np.repeat([0, 1], 8).reshape(4, 4), (10, 1, 1))
        save_group(folder, "lime", {"segments": segments, "weights": weights}, seed=seed)


@pytest.fixture
def run(tiny: Course) -> Callable[..., int]:
    """Run `hw9 questions ...` on the small course; returns the exit code."""
    return lambda *words: main(["questions", words[0], "--course", str(tiny.folder), *words[1:]])


@pytest.fixture
def write(bank_folder: Path) -> Callable[[object], None]:
    """Write data over the small bank's lime.yaml."""
    return lambda data: write_bank(bank_folder, data)
