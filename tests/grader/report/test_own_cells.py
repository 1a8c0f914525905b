"""The class page tells staff where a student's own cells stand; no student's page does, and nothing is scored by it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from assignment.assignment import Bilingual
from grader.handins.own_cells import OwnCell
from grader.report.own_cells import MOST_NAMED, OwnCells, make_own_cells
from grader.report.pages import write_reports
from grader.scoring.evidence import Evidence
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord

HandIn = Callable[..., HandinRecord]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
RIGHT = {"lime-1": "bd", "lime-2": "a", "saliency-1": "acd", "saliency-2": "c"}
BEFORE = OwnCell(cell=0, kind="added", place="before_setup", after=None)
BEHIND = OwnCell(cell=8, kind="changed", place="after_official", after="lime")
SCRATCH = OwnCell(cell=10, kind="changed", place="scratch", after="lime")


def test_what_may_override_comes_first_and_scratch_work_is_a_number() -> None:
    assert make_own_cells(None) is None
    assert make_own_cells((SCRATCH, SCRATCH)) == OwnCells(
        0, 2, (Bilingual(en="at a scratch place: 2", zh="在 scratch 的位置：2 個"),)
    )
    own = make_own_cells((SCRATCH, BEHIND, BEFORE))
    assert own is not None
    assert (own.overriding, own.count) == (2, 3)
    assert [line.en for line in own.lines] == [
        "before the set-up: cell 0 (added)",
        "directly after an official cell: cell 8 (changed, after lime)",
        "at a scratch place: 1",
    ]
    assert own.lines[1].zh == "緊接在官方儲存格之後：第 8 格（改過，在 lime 之後）"


def test_a_thousand_own_cells_are_a_short_line() -> None:
    own = make_own_cells([BEFORE] * 1000)
    assert own is not None
    assert own.lines[0].en.endswith(f"; and {1000 - MOST_NAMED} more")


@pytest.fixture
def runs(tmp_path: Path, grading: Grading, hand_in: HandIn) -> Path:
    """Return a reported class: one overrides, one works in the scratch cells, one is as released, one was not run."""
    cells: dict[str, tuple[OwnCell, ...]] = {"ann": (BEFORE, BEHIND, SCRATCH), "bob": (SCRATCH,) * 3, "cyd": ()}
    for student, its in cells.items():
        hand_in(student, RIGHT, run=Evidence(word="ran", seconds=12.0, sandbox=True, own_cells=its))
    hand_in("zoe", RIGHT)
    write_reports(tmp_path, grading)
    return tmp_path


def test_own_cells_cost_nothing_and_need_nobody(hand_in: HandIn) -> None:
    run = Evidence(word="ran", seconds=12.0, sandbox=True)
    plain = hand_in("ann", RIGHT, run=run)
    own = hand_in("ann", RIGHT, run=run.model_copy(update={"own_cells": (BEFORE, BEHIND)}))
    assert own.model_copy(update={"run": run}) == plain


def test_student_is_told_nothing_of_own_cells(runs: Path) -> None:
    assert "set-up: cell 0" in (runs / "report.html").read_text(encoding="utf-8")
    assert "set-up: cell 0" not in (runs / "ann" / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("width", [1200, 360])
def test_column_is_sorted_by_what_may_override_and_fits(runs: Path, browser: Any, width: int) -> None:
    context = browser.new_context(offline=True, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto((runs / "report.html").as_uri())
    cell = "#students tbody tr:nth-child({}) td:nth-child(7)"
    page.locator("#students th button:has-text('Own cells')").click()
    assert page.locator(cell.format(1)).inner_text().startswith("2 to read")
    assert [page.locator(cell.format(row)).inner_text() for row in (2, 3, 4)] == ["3", "0", "–"]
    page.locator(f"{cell.format(1)} summary").click()
    assert page.locator(f"{cell.format(1)} li").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().run(page, options={"runOnly": RULES}).response["violations"] == []
    if folder := os.environ.get("HW9_SCREENSHOTS"):
        page.locator(cell.format(2) + " summary").click()
        page.screenshot(path=Path(folder) / f"own-{width}.png", full_page=True)
    context.close()
