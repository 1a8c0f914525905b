"""Where nothing can be started the class waits, says why and ends; the hand-in is charged nothing."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from assignment.course import open_course
from assignment.fixable import FixableError
from grader.driver import drive, pause
from grader.driver.drive import run_class
from grader.driver.event import Event, Waits
from grader.driver.pause import Pause
from grader.runs.folder import is_lost, note_unready, take_unready
from grader.runs.result import RunResult, commit_result

Notebook = Callable[[Path, list[str]], None]
REASON = "sandbox: the kernel did not start: no memory"


def test_pauses_grow_and_end_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    now, one = [100.0], Pause()
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    assert [one.find_seconds(REASON) for _ in range(7)] == [1, 2, 5, 10, 20, 20, 20]
    one.forget()
    now[0] += pause.MOST_SECONDS + 1
    assert one.find_seconds(REASON) == 1  # something was started in between
    now[0] += pause.MOST_SECONDS + 1
    with pytest.raises(
        FixableError, match=r"no memory \(in 300 s no notebook could be started, and no hand-in was charged"
    ):
        one.find_seconds(REASON)


def test_start_that_was_not_the_hand_ins_fault_costs_no_attempt(tmp_path: Path) -> None:
    for _ in range(20):
        drive.begin_attempt(tmp_path)
        note_unready(tmp_path, REASON)
        assert take_unready(tmp_path) == REASON
    assert take_unready(tmp_path) is None
    assert not is_lost(tmp_path)
    for _ in range(8):
        drive.begin_attempt(tmp_path)
    assert is_lost(tmp_path)  # the control


@pytest.fixture
def broken_place(tmp_path: Path, notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A class of one, on a machine where the first starts find no place; their number is put into the list."""
    notebook(tmp_path / "handins" / "alice.ipynb", ["print(1)"])
    left = [0]

    def run(folder: Path) -> None:
        if left[0]:
            left[0] -= 1
            note_unready(folder, REASON)
        else:
            result = RunResult(student="alice", word="ran", started_at="2027-01-01T00:00:00Z")  # type: ignore[arg-type]
            commit_result(folder, result)

    monkeypatch.setattr(drive, "run_job", run)
    monkeypatch.setattr(pause, "PAUSES", (0.001,))
    return left


def test_class_waits_and_goes_on_once_notebooks_can_be_started(tmp_path: Path, broken_place: list[int]) -> None:
    broken_place[0], told = 12, list[Event]()
    class_ = (tmp_path / "handins", tmp_path / "runs", open_course())
    results = run_class(*class_, jobs=1, device="cpu", sandbox=False, observer=told.append)
    assert [result.word for result in results] == ["ran"]
    assert [event for event in told if isinstance(event, Waits)] == [Waits("alice", 0.001, REASON)] * 12


def test_class_that_can_start_nothing_ends_with_the_reason_and_resumes(
    tmp_path: Path, broken_place: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_place[0] = 10**6
    monkeypatch.setattr(pause, "MOST_SECONDS", 0.05)
    class_ = (tmp_path / "handins", tmp_path / "runs", open_course())
    with pytest.raises(FixableError, match="no memory"):
        run_class(*class_, jobs=1, device="cpu", sandbox=False)
    assert not (tmp_path / "runs" / "alice" / "result.json").exists()
    broken_place[0] = 0
    assert [result.word for result in run_class(*class_, jobs=1, device="cpu", sandbox=False)] == ["ran"]
