"""Old work stays readable: a RUNS folder that version 0.1.0 made is scored and reported by today's code."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assignment import course
from grader.commands.main import main

OLD = Path(__file__).with_name("version-0.1")


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what version 0.1.0 left, since scoring writes into RUNS; the course asks what it asked then."""
    embedded = course._open_embedded
    monkeypatch.setattr(course, "_open_embedded", lambda: replace(embedded(), bank=OLD / "bank"))
    shutil.copytree(OLD, tmp_path / "old")
    return tmp_path / "old"


def describe(results: dict[str, Any]) -> list[dict[str, Any]]:
    """Return of each hand-in all but the figures of its arrays, whose last digits are a processor's.

    Version 1 had its sentences in English alone, and what was found in a broken file among its notes.
    """
    return [
        one
        | {"agreements": [(group["group"], group["word"]) for group in one["agreements"]], "version": 2}
        | {"verdicts": [verdict | {"reason": find_english(verdict["reason"])} for verdict in one["verdicts"]]}
        | {"notes": (), "why": list_said(one)}
        for one in results["handins"]
    ]


def list_said(one: dict[str, Any]) -> list[str]:
    """Return every sentence about a hand-in in English, reasons and notes."""
    reasons = [reason["en"].removeprefix("Found: ") for reason in one["why"]]
    return sorted(reasons + [find_english(note).removeprefix("In detail: ") for note in one["notes"]])


def keep_known(now: Any, then: Any) -> Any:
    """Return today's values without the fields that there were not then."""
    if isinstance(now, list):
        return [keep_known(one, other) for one, other in zip(now, then, strict=True)]
    return {name: keep_known(now[name], then[name]) for name in then} if isinstance(now, dict) else now


def find_english(said: str | dict[str, str]) -> str:
    return said if isinstance(said, str) else said["en"]


@pytest.mark.slow
def test_runs_of_version_0_1_are_scored_and_reported_as_they_were_then(old: Path) -> None:
    assert main(["score", str(old / "handins"), str(old / "runs")]) == 1  # some need a person, as then
    assert main(["report", str(old / "runs")]) == 0
    now = json.loads((old / "runs" / "results.json").read_text(encoding="utf-8"))
    then = json.loads((OLD / "results.json").read_text(encoding="utf-8"))
    assert keep_known(describe(now), describe(then)) == describe(then)
    assert now["questions"] == then["questions"]
    pages = [old / "runs" / "report.html", *(old / "runs" / one["student"] / "report.html" for one in then["handins"])]
    assert all(page.stat().st_size > 10_000 for page in pages)


def test_class_of_version_0_1_has_nothing_left_to_run(old: Path) -> None:
    """What was run then is not run again: only hand-ins without a result would be."""
    before = {path.name: path.read_bytes() for path in (old / "runs").glob("*/result.json")}
    assert len(list((old / "runs").glob("*/result.json"))) == 3
    assert main(["run", str(old / "handins"), str(old / "runs"), "--device", "cpu", "--no-sandbox"]) == 0
    assert {path.name: path.read_bytes() for path in (old / "runs").glob("*/result.json")} == before
    assert not (old / "runs" / ".replaced").exists()
