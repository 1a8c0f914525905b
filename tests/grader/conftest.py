"""A made-up class for the scoring half: pictures, texts, four questions, and Runs that look as real ones do."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from assignment.agreement.agree import COMPARED_GROUPS, compare_groups
from assignment.arrays import FILTER_MAPS
from assignment.assignment import Bilingual
from assignment.course import open_course
from assignment.late import IN_TIME, REFUSED
from assignment.outputs import Outputs, list_official, save_group
from assignment.texts import load_texts, split_words
from grader.agreement.saved import read_group
from grader.scoring.evidence import Evidence
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord, list_words, save_handin_record
from grader.scoring.reasons import list_reasons
from grader.scoring.verdict import judge_sheet, sum_points
from questions.bank import Bank
from questions.claim import Claim
from questions.key import Key
from questions.question import Choice, Question
from questions.sheet import Answer, Sheet

POINTS = {
    "lime-1": Decimal("0.3"),
    "lime-2": Decimal("0.3"),
    "saliency-1": Decimal("0.3"),
    "saliency-2": Decimal("0.3"),
}
TEXTS = load_texts(Path(__file__).with_name("made_texts.yaml"))
READERS = ("reader_a", "reader_b")
RIGHT = {"lime-1": "bd", "lime-2": "a", "saliency-1": "acd", "saliency-2": "c"}


def make_question(item: str, number: int) -> Question:
    """Return a question whose texts are made up; its claims measure nothing."""
    choices = {
        letter: Choice.model_construct(
            say=Bilingual(en=f"Statement {number}{letter}.", zh=f"敘述 {number}{letter}。"),
            why=Bilingual(en=f"Because {number}{letter}.", zh=f"因為 {number}{letter}。"),
            claim=Claim.model_construct(measure="made_up", with_={}, above=0.5, below=None, margin=0.1),
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
    groups = {"filters": make_filters(random, pictures, size), "texts": make_texts()}
    groups |= {"attention": make_attention(random, groups["texts"]["word"])}
    groups |= {"embedding_pca": make_components(random, groups["texts"]["role"])}
    groups |= {"embedding_distance": make_distances(random)}
    arrays |= {(group, name): array for group, its in groups.items() for name, array in its.items()}
    return Outputs(
        {name: array.astype(np.float32) if array.dtype.kind == "f" else array for name, array in arrays.items()}, AXES
    )


LAYERS = {1: (0, 3, 9, 15), 4: (3, 5, 10, 12), 9: (4, 8, 12, 14)}
AXES = {"layer": tuple(LAYERS), **{f"filter of layer {layer}": filters for layer, filters in LAYERS.items()}}


def make_filters(random: np.random.Generator, pictures: int, size: int) -> dict[str, np.ndarray]:
    """Return the arrays of three convolutions with four filters each, whose maps halve from one to the next."""
    sides = dict(zip(FILTER_MAPS, (size, size // 2, size // 4), strict=True))
    maps = {name: random.normal(0, 1, (pictures, 4, side, side)).clip(min=0) for name, side in sides.items()}
    ascent = random.uniform(0.1, 0.9, (3, 4, 3, size, size))
    return maps | {"ascent": ascent, "reached": random.uniform(1, 20, (3, 4))}


def make_texts() -> dict[str, np.ndarray]:
    """Return what is true of TEXTS, for a tokenizer whose tokens are words."""
    sentences, passages, sets = TEXTS.attention, TEXTS.passages, TEXTS.words
    roles = []
    for one in passages:
        question, passage = (split_words(text) for text in one.pair)
        (first, last), (start, end) = one.answer, one.support
        its = [2 if first <= word <= last else 1 if start <= word <= end else 3 for word in range(len(passage))]
        roles.append([-1, *[0] * len(question), -1, *its, -1])
    return {
        "word": fill_up([[-1, *range(len(one.words)), -1] for one in sentences]),
        "hidden": np.array([one.hidden + 1 for one in sentences]),
        "also": np.array([one.also + 1 for one in sentences]),
        "candidate": fill_up([range(4, 4 + len(one.candidates)) for one in sentences]),
        "role": fill_up(roles),
        "meaning": np.array([[meaning for _, _, meaning in one.rows] for one in sets]),
        "position": np.array([[word + 1 for _, word, _ in one.rows] for one in sets]),
    }


def fill_up(rows: Sequence[Sequence[int]]) -> np.ndarray:
    """Return rows of different lengths as one array, filled up with -1."""
    longest = max(len(row) for row in rows)
    return np.array([[*row, *[-1] * (longest - len(row))] for row in rows])


def softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores)
    return powers / powers.sum(axis=-1, keepdims=True)


def make_attention(random: np.random.Generator, word: np.ndarray) -> dict[str, np.ndarray]:
    """Return attention of two blocks with two heads each, and predictions over twelve tokens."""
    texts, tokens = word.shape
    maps = np.full((texts, 2, 2, tokens, tokens), np.nan)
    for n, one in enumerate(TEXTS.attention):
        length = len(one.words) + 2
        maps[n, :, :, :length, :length] = softmax(random.normal(0, 3, (2, 2, length, length)))
    return {"map": maps, "prediction": softmax(random.normal(0, 3, (texts, 12)))}


def make_components(random: np.random.Generator, role: np.ndarray) -> dict[str, np.ndarray]:
    """Return two principal components of made-up states of three layers, two readers and two passages."""
    passages, places = role.shape
    points = np.full((len(READERS), passages, 3, places, 2), np.nan)
    share = np.zeros((*points.shape[:3], 2))
    for reader, n, depth in np.ndindex(*points.shape[:3]):
        length = np.flatnonzero(role[n] >= 0)[-1] + 2
        states = random.normal(0, np.arange(8, 0, -1), (length, 8))
        left, size, _ = np.linalg.svd(states - states.mean(axis=0), full_matrices=False)
        points[reader, n, depth, :length] = left[:, :2] * size[:2]
        share[reader, n, depth] = size[:2] ** 2 / np.sum(size**2)
    span = np.array([[[6, 6], [10, 11]], [[5, 6], [10, 11]]])
    return {"points": points, "share": share, "span": span}


def make_distances(random: np.random.Generator) -> dict[str, np.ndarray]:
    """Return distances between made-up states of two words in four sentences, after each of three layers."""
    states = random.normal(0, 1, (2, 3, 4, 8))
    directions = states / np.linalg.norm(states, axis=-1, keepdims=True)
    gaps = np.linalg.norm(states[:, :, :, None] - states[:, :, None], axis=-1)
    return {"euclidean": gaps, "cosine": directions @ directions.swapaxes(2, 3)}


def save_all(folder: Path, outputs: Outputs, groups: tuple[str, ...] = COMPARED_GROUPS) -> None:
    """Write what a student's notebook would leave in the work folder of its Run."""
    for group in groups:
        save_group(folder / "work" / "outputs", group, {name: outputs[group, name] for name in list_official(group)})


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
def grading(bank: Bank, key: Key, canonical: Outputs) -> Grading:
    size = canonical["saliency", "map"].shape
    pictures = np.random.default_rng(0).integers(0, 255, (*size, 3), dtype=np.uint8)
    return Grading(open_course(), bank, key, open_course().assignment, canonical, pictures, TEXTS, READERS)


@pytest.fixture
def hand_in(tmp_path: Path, grading: Grading) -> Callable[..., HandinRecord]:
    """Return a function that scores one made-up hand-in and saves it as `tmp_path/<student>/verdicts.json`."""

    def make(
        student: str, letters: dict[str, str], *, name: str = "", late: bool = False, run: Evidence | None = None
    ) -> HandinRecord:
        answers = {item: Answer("read" if chosen else "blank", frozenset(chosen)) for item, chosen in letters.items()}
        verdicts = judge_sheet(Sheet(answers), grading.key, POINTS, late=late)
        run = run or Evidence()
        readings = {
            group: read_group(tmp_path / student / "work", group, grading.canonical, most=2**20)
            for group in COMPARED_GROUPS
        }
        agreements = compare_groups(readings, grading.canonical) if run.word != "not_run" else ()
        why = list_reasons(None, run, agreements, verdicts)
        scored = HandinRecord(
            student=student,
            name=name or student,
            late=late,
            total=sum_points(verdicts),
            possible=Decimal("1.2"),
            topics={
                topic: sum_points(tuple(one for one in verdicts if one.item.startswith(topic)))
                for topic in ("lime", "saliency")
            },
            verdicts=verdicts,
            run=run,
            agreements=agreements,
            words=list_words(REFUSED if late else IN_TIME, None, run, agreements),
            needs_person=bool(why),
            why=why,
        )
        save_handin_record(tmp_path / student, scored)
        return scored

    return make


@pytest.fixture
def sound_pickle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give Dask its pickle back afterwards, which other tests of this process use."""
    core = pytest.importorskip("distributed.protocol.core")
    tcp = pytest.importorskip("distributed.comm.tcp")
    protocol = pytest.importorskip("distributed.protocol")
    for module, name in (
        (core, "pickle"),
        (core, "loads"),
        (protocol, "loads"),
        (tcp, "read_bytes_rw"),
        (tcp, "unpack_frames"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name))
