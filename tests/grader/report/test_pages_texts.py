"""The texts on a student's page: whole in both languages, the worst place named, and what was not saved said."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from assignment.cells.palette import ROLE_COLOURS
from assignment.outputs import Outputs
from grader.report.pages import write_reports
from grader.scoring.evidence import Evidence
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord
from questions.handout.environment import load_own

HandIn = Callable[..., HandinRecord]
Save = Callable[..., None]


@pytest.fixture
def page(tmp_path: Path, grading: Grading, hand_in: HandIn, save_outputs: Save) -> str:
    """Return the page of a student with wrong points of reader 1 on passage 0, and without cosines."""
    points, maps = (np.array(grading.canonical[name]) for name in (("embedding_pca", "points"), ("attention", "map")))
    points[1, 0] += 1
    maps[2] = maps[2].swapaxes(2, 3)
    arrays = dict(grading.canonical) | {("embedding_pca", "points"): points, ("attention", "map"): maps}
    save_outputs(tmp_path / "ann", Outputs(arrays))
    rest = {name: grading.canonical["embedding_distance", name] for name in ("euclidean",)}
    np.savez(tmp_path / "ann" / "work" / "outputs" / "embedding_distance.npz", **rest)
    hand_in("ann", {}, run=Evidence(word="ran", seconds=12.0, sandbox=True))
    write_reports(tmp_path, grading)
    return (tmp_path / "ann" / "report.html").read_text(encoding="utf-8")


def test_the_worst_place_is_named_in_both_languages(page: str) -> None:
    for place in ("reader 1, passage 0", "閱讀模型 1，短文 0", "sentence 2", "句子 2"):
        assert f">{place}</span>" in page


def test_an_array_that_was_not_saved_is_named_and_the_other_one_drawn(page: str) -> None:
    assert "outputs/embedding_distance.npz: cosine: missing; expected cosine similarity" in page
    assert "Outputs of embedding_distance.cosine were not saved." in page
    assert page.count('class="none"') == 2
    assert page.count('alt="Euclidean distance of the states of bat by layer: yours"') == 1
    assert page.count('alt="Cosine similarity of the states of bat by layer: yours"') == 0
    assert page.count('alt="Cosine similarity of the states of bat by layer: reference"') == 0


def test_texts_are_shown_with_their_marks_and_without_their_brackets(page: str) -> None:
    assert '<span class="also">Ann</span> said that <span class="asked">she</span> ran.' in page
    assert 'Bo bought <span class="asked">a pie</span>.' in page


def test_every_drawing_of_topic_two_is_told_apart_by_its_alternative_text(page: str) -> None:
    said = re.findall(r'alt="((?:Attention|Principal|Euclidean|Cosine)[^"]*)"', page)
    assert len(said) == 2 * (3 * 2 + 2 * 2 + 2 * 2 - 2)
    assert len(set(said)) == len(said)


def test_headings_and_notes_come_in_both_languages(page: str) -> None:
    for en, zh in (("Attention", "注意力"), ("Principal components", "主成分"), ("Distances", "距離")):
        assert f'<h2><span lang="en">{en}</span><span lang="zh-Hant">{zh}</span></h2>' in page
    assert page.count('<span lang="en"') == page.count('<span lang="zh-Hant"')


def test_a_run_without_outputs_has_no_pictures_of_topic_two(tmp_path: Path, grading: Grading, hand_in: HandIn) -> None:
    hand_in("ann", {}, run=Evidence(word="failed", reason="exception", cell=1))
    write_reports(tmp_path, grading)
    text = (tmp_path / "ann" / "report.html").read_text(encoding="utf-8")
    assert ": yours" not in text
    assert ': reference"' not in text


def test_legend_has_the_colours_of_the_points() -> None:
    style = load_own("grader.report", "page.css")
    legend = {int(role): colour.lower() for role, colour in re.findall(r"\.role(\d) \{ color: (#\w+); \}", style)}
    assert legend == {role: colour.lower() for role, colour in ROLE_COLOURS.items()}
