"""The class page says how many that shared were executed whole as well, and what was not the same, harmlessly."""

import html
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from assignment.fixable import FixableError, show_text
from grader.report.pages import write_reports
from grader.runs.compared import COMPARED_FILE, FOLDER, Compared, note_compared
from grader.scoring.evidence import Evidence
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord

HandIn = Callable[..., HandinRecord]
HOSTILE = "outputs/<script>alert(1)</script>\u202e.npz"


def note(runs: Path, student: str, *differing: str, of: str = "") -> None:
    note_compared(runs, Compared(student=student, notebook_sha256=of or student * 2, differing=differing))


def report(runs: Path, grading: Grading, hand_in: HandIn, **shared: tuple[int, ...]) -> str:
    """Return the class page; each student has the cells that were taken."""
    for student, taken in shared.items():
        hand_in(student, {}, run=Evidence(word="ran", seconds=1.0, shared=taken, notebook_sha256=student * 2))
    return write_reports(runs, grading).page.read_text(encoding="utf-8")


def test_page_says_that_the_same_came_of_the_sample(tmp_path: Path, grading: Grading, hand_in: HandIn) -> None:
    note(tmp_path, "ann")
    note(tmp_path, "bob", "cell 1", of="a notebook that was replaced")
    page = report(tmp_path, grading, hand_in, ann=(0, 1), bob=(0,), cyd=(0,), dan=())
    assert "1 of 3 hand-ins that shared a run of the released notebook was executed whole as well; the same" in page
    assert "3 份繳交共用了發布 notebook 的執行結果，其中 1 份另外完整執行過，兩次結果相同。" in page
    kept = json.loads((tmp_path / "results.json").read_text())["whole"]
    assert kept == [{"student": "ann", "notebook_sha256": "annann", "differing": []}]


def test_page_says_in_both_languages_what_is_not_the_same(tmp_path: Path, grading: Grading, hand_in: HandIn) -> None:
    note(tmp_path, "bob", "word", "cell 12", HOSTILE, "4 more")
    note(tmp_path, "ann")
    page = report(tmp_path, grading, hand_in, ann=(0, 1), bob=())  # bob's result is the whole one
    assert "2 of 2 hand-ins that shared" in page
    assert "not the same came of 1: a fault of sharing, or chance. Points do not depend on it." in page
    shown = html.escape(show_text(HOSTILE))
    for lang, words in {
        "en": f"word, cell 12, {shown}, 4 more",
        "zh-Hant": f"word、第 12 格、{shown}、另有 4 處",
    }.items():
        assert f'<span lang="{lang}">{words}</span>' in page
    assert "<script>alert" not in page


def test_page_of_a_class_that_did_not_share_says_nothing_of_it(
    tmp_path: Path, grading: Grading, hand_in: HandIn
) -> None:
    assert "Shared runs" not in report(tmp_path, grading, hand_in, ann=())


def test_damaged_file_of_what_was_compared_is_named(tmp_path: Path, grading: Grading, hand_in: HandIn) -> None:
    note(tmp_path, "ann")
    (tmp_path / FOLDER / COMPARED_FILE).write_text('{"compared": 3}')
    with pytest.raises(FixableError, match=r"compared\.json: compared"):
        report(tmp_path, grading, hand_in, ann=(0,))
