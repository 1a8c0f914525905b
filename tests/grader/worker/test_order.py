"""A worker commits what it was ordered to do: not the result of a Run that is another attempt's by now."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assignment.course import open_course
from grader.runs.job import Job, order_course, take_back, write_job
from grader.runs.result import RunResult, load_result
from grader.worker import execute

JOB = Job(course=order_course(open_course()), limits=open_course().assignment.limits)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], RunResult | None]:
    """Return a function that runs a worker during whose work something happens, and returns what it committed."""
    monkeypatch.setattr(execute, "bound_memory", lambda limits: None)
    monkeypatch.setattr(execute.logging, "disable", lambda level: None)
    write_job(tmp_path, JOB)

    def run_during(happens: Callable[[], object]) -> RunResult | None:
        async def run_nothing(folder: Path, job: Job) -> RunResult:
            happens()
            return RunResult(student=folder.name, word="ran", started_at=datetime.now(UTC))

        monkeypatch.setattr(execute, "execute_run", run_nothing)
        execute.run_worker(tmp_path)
        return load_result(tmp_path)

    return run_during


def test_result_of_an_order_that_stands_is_committed(run: Callable[..., RunResult | None]) -> None:
    assert run(lambda: None) is not None


def test_result_of_an_order_that_was_taken_back_is_not(run: Callable[..., RunResult | None], tmp_path: Path) -> None:
    assert run(lambda: take_back(tmp_path)) is None


def test_result_of_an_order_that_was_replaced_is_not(run: Callable[..., RunResult | None], tmp_path: Path) -> None:
    assert run(lambda: write_job(tmp_path, JOB.model_copy(update={"attempt": 2}))) is None
