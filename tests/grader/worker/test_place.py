"""What keeps a notebook from starting is told apart: nothing starts here, or only this one did not."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from assignment.course import CourseMark, open_course
from assignment.fixable import FixableError
from grader.driver.run_job import run_job
from grader.runs.folder import UNREADY_FILE, prepare_run, take_unready, write_handin
from grader.runs.job import Job, order_course, write_job
from grader.runs.result import load_result
from grader.sandbox.cgroup import Cgroup
from grader.worker import place
from grader.worker.ending import Ending
from grader.worker.execute import execute_run
from grader.worker.place import OurFault, check_start, open_place
from tests.grader.sandboxed import SMALL

JOB = Job(course=order_course(open_course()), limits=SMALL, without_memory_group=True)
EMPTY = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


def order(folder: Path, job: Job) -> Path:
    write_handin(folder, EMPTY)
    prepare_run(folder)
    write_job(folder, job)
    return folder


@pytest.mark.sandbox
def test_limits_in_which_no_kernel_starts_are_nobodys_fault(tmp_path: Path) -> None:
    small = SMALL.model_copy(update={"memory_mib": 8})
    folder = order(tmp_path / "alice", JOB.model_copy(update={"limits": small}))
    run_job(folder)
    assert load_result(folder) is None
    reason = take_unready(folder)
    assert reason is not None
    assert reason.startswith("sandbox: ")
    assert "expected" in reason


@pytest.mark.sandbox
def test_kernel_that_did_not_start_where_an_empty_notebook_does_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, refused = place.start_caged, [FixableError("sandbox: the kernel did not start: exit 96; expected it to")]

    async def start(*arguments: Any) -> Any:
        if refused:
            raise refused.pop()
        return await real(*arguments)

    monkeypatch.setattr(place, "start_caged", start)
    folder = order(tmp_path / "alice", JOB)
    with pytest.raises(FixableError, match="exit 96") as caught:
        asyncio.run(execute_run(folder, JOB))
    assert not isinstance(caught.value, OurFault)
    assert not (folder / UNREADY_FILE).exists()
    assert asyncio.run(execute_run(folder, JOB)).word == "ran"


@pytest.mark.parametrize("healthy", [True, False])
def test_only_what_ended_before_the_first_cell_is_asked_about(monkeypatch: pytest.MonkeyPatch, healthy: bool) -> None:
    asked = []

    async def check_health(run: str, job: Job) -> None:
        asked.append(run)
        if not healthy:
            raise OurFault("sandbox: no memory; expected some")

    monkeypatch.setattr(place, "check_health", check_health)
    for ending in (Ending("ran"), Ending("failed", "memory", 0), Ending("timed_out", "cell_time", 3)):
        asyncio.run(check_start("alice", JOB, ending))
    assert not asked
    silent, early = Ending("failed", "kernel_died", None, "the kernel did not answer"), Ending("failed", "memory", None)
    with pytest.raises(FixableError, match="did not answer; expected" if healthy else "no memory"):
        asyncio.run(check_start("alice", JOB, silent))
    if healthy:  # what was measured, and which an empty notebook does not do, stays: files beside it can
        asyncio.run(check_start("alice", JOB, early))
    assert asked == ["alice"] * (1 + healthy)


def test_place_without_a_group_is_our_fault_unless_the_class_may_do_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "open_group", lambda *_: Cgroup("none"))
    with open_place("alice", JOB, None) as found:
        assert found.group.kind == "none"
    with (
        pytest.raises(OurFault, match="--without-memory-group"),
        open_place("alice", JOB.model_copy(update={"without_memory_group": False}), None),
    ):
        pass


def test_course_that_changed_since_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    other = JOB.course.model_copy(update={"mark": CourseMark(name="mini", digest="0" * 64), "files": "0" * 64})
    with (
        pytest.raises(OurFault, match="it changed since"),
        open_place("a", JOB.model_copy(update={"course": other}), None),
    ):
        pass
