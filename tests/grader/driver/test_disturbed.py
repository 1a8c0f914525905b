"""What becomes of one hand-in between the listing of a class and its turn is that one's problem, and nobody else's."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assignment.course import open_course
from grader.driver import drive
from grader.driver.drive import run_class
from grader.driver.event import Event, TakenIn
from grader.handins.submission import Handin, open_handins
from grader.runs.folder import HANDIN_FILE, read_handin
from grader.runs.result import RunResult, commit_result

Disturb = Callable[[Path], object]


def become_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def become_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/passwd")


def become_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DISTURBED = {
    "vanishes": Path.unlink,
    "becomes {": lambda path: path.write_text("{"),
    "becomes a pipe": become_pipe,
    "becomes a link": become_link,
    "becomes a folder": become_folder,
}


@pytest.fixture
def handins(tmp_path: Path, notebook: Callable[[Path, list[str]], None]) -> Path:
    for name in ("a", "b", "c"):
        notebook(tmp_path / "handins" / f"{name}.ipynb", [f"print('{name}')"])
    return tmp_path / "handins"


@pytest.mark.parametrize("how", DISTURBED)
def test_hand_in_that_changes_after_the_class_was_listed_is_its_own_problem(handins: Path, how: str) -> None:
    listed = open_handins(handins)
    DISTURBED[how](handins / "b.ipynb")
    one, two, three = [handin.submission for handin in listed.read()]
    assert (one.problem, three.problem) == (None, None)
    problem = {"becomes {": "broken", "becomes a folder": "missing"}.get(how, "not_a_notebook")
    assert (two.student, two.problem) == ("b", problem)
    assert two.detail


def test_folder_that_is_closed_to_us_while_it_is_read_is_its_own_problem(
    handins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> list[str]:
        raise PermissionError(13, "Permission denied", str(path))

    (handins / "d").mkdir()
    (handins / "d" / "notes.txt").write_text("x")
    monkeypatch.setattr("grader.handins.submission._list_names", refuse)
    found: list[Handin] = list(open_handins(handins).read())
    assert [one.submission.problem for one in found] == [None, None, None, "not_a_notebook"]


def end_at_once(folder: Path) -> None:
    """Stand in for a worker: everything that is read before it is read, and the word is `ran`."""
    its = RunResult(student=folder.name, word="ran", started_at=datetime.now(UTC), notebook_sha256="x")
    commit_result(folder, its)


@pytest.mark.parametrize("how", DISTURBED)
def test_notebook_of_ours_that_changes_before_its_turn_loses_that_run_alone_and_not_for_ever(
    handins: Path, tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = tmp_path / "runs"
    monkeypatch.setattr(drive, "run_job", end_at_once)

    def disturb(event: Event) -> None:
        if isinstance(event, TakenIn):
            DISTURBED[how](runs / "b" / HANDIN_FILE)

    def run(observer: Callable[[Event], None]) -> dict[str, str]:
        results = run_class(handins, runs, open_course(), jobs=1, device="cpu", sandbox=False, observer=observer)
        return {one.student: f"{one.word} {one.detail or ''}" for one in results}

    first = run(disturb)
    assert (first["a"], first["c"]) == ("ran ", "ran ")
    assert first["b"].startswith("lost what was taken in was changed before its turn: ")
    assert "handin.ipynb" in first["b"] or "notebook" in first["b"]
    again = run(lambda _: None)
    assert again == dict.fromkeys("abc", "ran ")
    assert read_handin(runs / "b") == (handins / "b.ipynb").read_bytes()
