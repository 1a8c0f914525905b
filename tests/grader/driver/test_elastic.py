"""A class on places that come and go: what a machine does wrong is tried elsewhere and never laid to a student."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assignment.course import open_course
from assignment.fixable import FixableError
from grader.driver.drive import run_class
from grader.driver.event import Ended, Event, Noted, Started
from grader.driver.executors import Elastic, MachineError
from grader.driver.order import order_by_time
from grader.handins.submission import Submission
from grader.runs.folder import MOST_STARTS
from grader.runs.result import RunResult, commit_result, load_result

Notebook = Callable[[Path, list[str]], None]


class Machines(Elastic):
    """Answers what a test says for each start of a student: a result, or an error of a machine."""

    def __init__(self, places: list[int], errors: dict[str, list[MachineError]]) -> None:
        self.places, self.errors, self.order = places, errors, list[str]()
        self.running = self.most = 0

    def submit(self, fn: object, /, *args: object, **kwargs: object) -> "Future[object]":
        (folder,) = args
        assert isinstance(folder, Path)
        self.order.append(folder.name)
        future: Future[object] = Future()
        if left := self.errors.get(folder.name):
            future.set_exception(left.pop(0))
        else:
            commit_result(folder, RunResult(student=folder.name, word="ran", started_at=datetime.now(UTC)))
            future.set_result(None)
        return future

    def count_places(self) -> int:
        return self.places.pop(0) if len(self.places) > 1 else self.places[0]

    def list_news(self) -> list[Event]:
        return [Noted("gpu1 came")]


def drive(tmp_path: Path, notebook: Notebook, machines: Machines, students: tuple[str, ...]) -> list[Event]:
    for student in students:
        notebook(tmp_path / "handins" / f"{student}.ipynb", ["print(1)"])
    told: list[Event] = []
    run_class(tmp_path / "handins", tmp_path / "runs", open_course(), elsewhere=lambda: machines, observer=told.append)
    return told


def fail(*, counts: bool) -> MachineError:
    return MachineError("gpu1", "no disk", counts=counts)


def test_machines_fault_is_tried_again_first_and_is_no_attempt_of_the_students(
    tmp_path: Path, notebook: Notebook
) -> None:
    machines = Machines([1], {"b01": [fail(counts=False)] * 3})
    told = drive(tmp_path, notebook, machines, ("b01", "b02"))
    assert machines.order == ["b01", "b01", "b01", "b01", "b02"]
    assert next((one.student, one.why) for one in told if isinstance(one, Ended)) == ("b01", "gpu1: no disk")
    assert "vanished" not in (tmp_path / "runs" / "b01" / "attempts").read_text()
    assert load_result(tmp_path / "runs" / "b01") is not None
    assert Noted("gpu1 came") in told


@pytest.mark.parametrize(("counts", "starts"), [(True, 2), (False, MOST_STARTS)])
def test_notebook_that_no_machine_has_a_result_for_goes_to_a_person(
    tmp_path: Path, notebook: Notebook, counts: bool, starts: int
) -> None:
    machines = Machines([1], {"b01": [fail(counts=counts)] * 20})
    drive(tmp_path, notebook, machines, ("b01", "b02"))
    result = load_result(tmp_path / "runs" / "b01")
    assert result is not None
    assert (result.word, machines.order.count("b01")) == ("lost", starts)
    assert load_result(tmp_path / "runs" / "b02") is not None


def test_nothing_is_started_while_there_is_no_place(tmp_path: Path, notebook: Notebook) -> None:
    machines = Machines([0, 0, 2], {})
    begun = time.monotonic()
    told = drive(tmp_path, notebook, machines, ("b01", "b02"))
    assert time.monotonic() - begun > 0.3
    assert len([one for one in told if isinstance(one, Started)]) == 2
    assert "started" in (tmp_path / "runs" / "b01" / "attempts").read_text()


def test_class_that_has_no_machine_for_too_long_ends_and_goes_on_later(tmp_path: Path, notebook: Notebook) -> None:
    class Deserted(Machines):
        def count_places(self) -> int:
            raise FixableError("no worker for 1800 s; expected one")

    with pytest.raises(FixableError, match="no worker for 1800 s"):
        drive(tmp_path, notebook, Deserted([0], {}), ("b01",))
    assert not (tmp_path / "runs" / "b01" / "attempts").exists()
    drive(tmp_path, notebook, Machines([1], {}), ("b01",))
    assert load_result(tmp_path / "runs" / "b01") is not None


def test_what_is_known_to_take_long_begins_first(tmp_path: Path) -> None:
    def put(name: str, seconds: float) -> None:
        (tmp_path / ".replaced" / name).mkdir(parents=True)
        commit_result(
            tmp_path / ".replaced" / name,
            RunResult(student=name[:3], word="ran", seconds=seconds, started_at=datetime.now(UTC)),
        )

    put("b01.1", 10)
    put("b02.1", 900)
    put("b02.2", 30)
    put("b03.1", 300)
    (tmp_path / ".replaced" / "b04.1").mkdir()
    its = [Submission(student=f"b0{number}", name="x") for number in range(1, 6)]
    assert [one.student for one in order_by_time(its, tmp_path)] == ["b03", "b02", "b04", "b05", "b01"]
    assert order_by_time(its, tmp_path / "none") == its
