"""A made-up class for the scoring half: three pictures, four questions, and Runs that look as real ones do."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from assignment.arrays import FILTER_MAPS
from assignment.assignment import Bilingual, load_assignment
from assignment.outputs import Outputs, find_official, save_group
from grader.agree import GROUPS, find_agreements, read_group
from grader.evidence import Evidence
from grader.reasons import find_reasons
from grader.report import Course
from grader.score import find_total, find_verdicts
from grader.scored import Scored, find_words, save_scored
from questions.bank import Bank
from questions.key import Key
from questions.question import Choice, Question
from questions.sheet import Answer, Sheet

POINTS = {
    "lime-1": Decimal("0.3"),
    "lime-2": Decimal("0.3"),
    "saliency-1": Decimal("0.3"),
    "saliency-2": Decimal("0.3"),
}
RIGHT = {"lime-1": "bd", "lime-2": "a", "saliency-1": "acd", "saliency-2": "c"}


def make_question(item: str, number: int) -> Question:
    """Return a question whose texts are made up; it has no claims."""
    choices = {
        letter: Choice.model_construct(
            say=Bilingual(en=f"Statement {number}{letter}.", zh=f"敘述 {number}{letter}。"),
            why=Bilingual(en=f"Because {number}{letter}.", zh=f"因為 {number}{letter}。"),
        )
        for letter in "abcd"
    }
    ask = Bilingual(en=f"What does question {number} ask?", zh=f"第 {number} 題問什麼？")
    return Question.model_construct(id=item, number=number, ask=ask, pictures=(), choices=choices)


def make_canonical(pictures: int = 3, size: int = 32, pieces: int = 9) -> Outputs:
    """Return the official Outputs of made-up pictures: maps with one bright spot each, square pieces, filters."""
    random = np.random.default_rng(5)
    row, column = np.mgrid[:size, :size]
    spots = random.uniform(0.3, 0.7, (pictures, 2)) * size
    maps = np.stack([np.exp(-((row - y) ** 2 + (column - x) ** 2) / (size / 4) ** 2) for y, x in spots])
    grainy = maps * 0.03 * random.uniform(0.7, 1, maps.shape)
    side = round(pieces**0.5)
    segments = (row * side // size) * side + column * side // size
    weights = random.normal(0, 0.1, (pictures, 11, pieces))
    logits = random.normal(0, 3, (pictures, 11))
    arrays = {
        ("pictures", "label"): np.arange(pictures),
        ("pictures", "logits"): logits,
        ("lime", "segments"): np.repeat(segments[None], pictures, 0),
        ("lime", "weights"): weights,
        ("saliency", "map"): grainy,
        ("smoothgrad", "map"): maps * 0.02 * random.uniform(0.9, 1, maps.shape),
        ("integrated_gradients", "map"): grainy * random.choice([-1, 1], maps.shape),
    }
    arrays |= {("filters", name): array for name, array in make_filters(random, pictures, size).items()}
    return Outputs(
        {name: array.astype(np.float32) if array.dtype.kind == "f" else array for name, array in arrays.items()}
    )


def make_filters(random: np.random.Generator, pictures: int, size: int) -> dict[str, np.ndarray]:
    """Return the arrays of three convolutions with four filters each, whose maps halve from one to the next."""
    sides = dict(zip(FILTER_MAPS, (size, size // 2, size // 4), strict=True))
    maps = {name: random.normal(0, 1, (pictures, 4, side, side)).clip(min=0) for name, side in sides.items()}
    ascent = random.uniform(0.1, 0.9, (3, 4, 3, size, size))
    return maps | {"ascent": ascent, "reached": random.uniform(1, 20, (3, 4))}


def save_all(folder: Path, outputs: Outputs, groups: tuple[str, ...] = GROUPS) -> None:
    """Write what a student's notebook would leave in the work folder of its Run."""
    for group in groups:
        save_group(folder / "work" / "outputs", group, {name: outputs[group, name] for name in find_official(group)})


@pytest.fixture
def save_outputs() -> Callable[..., None]:
    return save_all


@pytest.fixture
def bank() -> Bank:
    return Bank(tuple(make_question(item, number) for item, number in zip(POINTS, (1, 2, 5, 6), strict=True)), {})


@pytest.fixture
def key() -> Key:
    return Key({item: frozenset(letters) for item, letters in RIGHT.items()}, {})


@pytest.fixture
def make_outputs() -> Callable[..., Outputs]:
    return make_canonical


@pytest.fixture
def canonical() -> Outputs:
    return make_canonical()


@pytest.fixture
def course(bank: Bank, key: Key, canonical: Outputs) -> Course:
    size = canonical["saliency", "map"].shape
    pictures = np.random.default_rng(0).integers(0, 255, (*size, 3), dtype=np.uint8)
    return Course(bank, key, load_assignment(), canonical, pictures)


@pytest.fixture
def hand_in(tmp_path: Path, course: Course) -> Callable[..., Scored]:
    """Return a function that scores one made-up hand-in and saves it as `tmp_path/<student>/verdicts.json`."""

    def make(
        student: str, letters: dict[str, str], *, name: str = "", late: bool = False, run: Evidence | None = None
    ) -> Scored:
        answers = {item: Answer("read" if chosen else "blank", frozenset(chosen)) for item, chosen in letters.items()}
        verdicts = find_verdicts(Sheet(answers), course.key, POINTS, late=late)
        run = run or Evidence()
        readings = {group: read_group(tmp_path / student / "work", group, course.canonical) for group in GROUPS}
        agreements = find_agreements(readings, course.canonical) if run.word != "not_run" else ()
        why = find_reasons(None, run, agreements, verdicts)
        scored = Scored(
            student=student,
            name=name or student,
            late=late,
            total=find_total(verdicts),
            possible=Decimal("1.2"),
            topics={
                topic: find_total(tuple(one for one in verdicts if one.item.startswith(topic)))
                for topic in ("lime", "saliency")
            },
            verdicts=verdicts,
            run=run,
            agreements=agreements,
            words=find_words(late, None, run, agreements),
            needs_person=bool(why),
            why=why,
        )
        save_scored(tmp_path / student, scored)
        return scored

    return make
