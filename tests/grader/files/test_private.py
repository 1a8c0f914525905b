"""Everything that hw9 writes for the staff is its owner's alone, whatever the umask of who starts it."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.commands.main import main
from grader.driver import drive
from grader.files.private import MASK, is_open, keep_private, make_private
from grader.runs.result import RunResult, commit_result


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def list_open(folder: Path) -> list[str]:
    """Return what below a folder others may read, but for what a notebook's own user needs, behind a closed folder."""
    every = [folder, *folder.rglob("*")]
    return [
        str(path) for path in every if path.lstat().st_mode & MASK and path.parts[-1].partition("-")[0] != "fontlist"
    ]


@pytest.mark.slow
def test_run_score_and_report_leave_nothing_that_others_may_read(
    tmp_path: Path, notebook: Callable[[Path, list[str]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def end_at_once(folder: Path) -> None:
        its = RunResult(student=folder.name, word="ran", started_at=datetime.now(UTC), notebook_sha256="x")
        commit_result(folder, its)

    monkeypatch.setattr(drive, "run_job", end_at_once)
    handins, runs = tmp_path / "handins", tmp_path / "runs"
    for name in ("a", "b"):
        notebook(handins / f"{name}.ipynb", ['answers = {"lime-1": "a"}'])
    runs.mkdir()  # by hand, so that others may enter
    main(["run", str(handins), str(runs), "--no-sandbox", "--jobs", "1", "--device", "cpu"])
    assert (runs / "a" / "result.json").exists()
    main(["score", str(handins), str(runs)])
    main(["report", str(runs)])
    written = {path.name for path in runs.rglob("*")}
    assert {"report.html", "gradebook.csv", "results.json", "verdicts.json", "plan.json", "handin.ipynb"} <= written
    assert list_open(runs) == []
    main(["decide", str(handins), "void", "lime-1", "--reason", "why"])
    (decided,) = tmp_path.glob("handins*.yaml")
    assert decided.stat().st_mode & MASK == 0
    assert os.umask(0o022) == 0o022  # it came back


def test_what_students_get_stays_readable(tmp_path: Path) -> None:
    assert main(["bundle", str(tmp_path / "dist")]) == 0
    (made,) = (tmp_path / "dist").iterdir()
    assert made.stat().st_mode & 0o777 == 0o644


def test_processes_that_are_started_meanwhile_compile_nothing_for_us_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    with keep_private():
        assert os.environ["PYTHONDONTWRITEBYTECODE"] == "1"
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ


def test_folder_that_is_there_is_closed_unless_somebody_said_who_may_enter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o755)
    assert is_open(tmp_path)
    make_private(tmp_path)
    assert (tmp_path.stat().st_mode & 0o777, is_open(tmp_path)) == (0o700, False)
    monkeypatch.setattr(os, "listxattr", lambda _: ["system.posix_acl_access"])
    tmp_path.chmod(0o770)
    assert not is_open(tmp_path)
    make_private(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o770
