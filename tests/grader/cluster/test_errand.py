"""One order on a worker's machine: what went wrong there is said as the machine's doing, and a path stays inside."""

import asyncio
import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assignment.course import open_course
from grader.cluster.devices import LocalPlace
from grader.cluster.errand import Bound, Stay, find_result
from grader.cluster.host import Service, Worker
from grader.cluster.machine import Place
from grader.runs.folder import note_unready
from grader.runs.job import Job, load_job
from tests.grader.cluster.conftest import open_ordered_parcel

ORDER = {"ticket": "t", "student": "b01"}


class MadeLine:
    """A driver that gives the files of a Run; its connection breaks at one of the calls."""

    def __init__(self, folder: Path, breaks_at: str = "") -> None:
        self.folder, self.breaks_at = folder, breaks_at
        self.comm: object | None = object()

    async def call(self, op: str, **asked: Any) -> dict[str, Any]:
        if op == self.breaks_at:
            self.comm = None
            raise OSError("the connection broke")
        return {"data": (self.folder / asked["name"]).read_bytes()} if op == "read" else {}


def find(tmp_path: Path, breaks_at: str = "", own: dict[str, Any] | None = None, **changed: object) -> tuple[str, bool]:
    parcel = open_ordered_parcel(tmp_path, "b01")
    order = {**ORDER, "job": parcel.order, "files": parcel.sent, **changed}
    stay = Stay("m", open_course(), 1.0, False, running={"t": None})
    line: Any = MadeLine(parcel.folder, breaks_at)
    return asyncio.run(find_result(stay, line, order, Bound("m", own or {"slot": 3}, tmp_path / "here")))


def say(monkeypatch: pytest.MonkeyPatch, work: Callable[[Path], None]) -> None:
    monkeypatch.setattr("grader.cluster.errand.run_job", work)


def test_machine_that_can_execute_nothing_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    say(monkeypatch, lambda folder: note_unready(folder, "no memory group"))
    assert find(tmp_path) == ("no memory group", True)


def test_full_disk_is_the_machines_doing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    say(monkeypatch, fill)
    why, ours = find(tmp_path)
    assert "No space left on device" in why
    assert ours


def test_worker_that_ends_without_a_word_may_be_the_notebooks_doing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(monkeypatch, lambda folder: (folder / "worker.log").write_text("Killed\n") and None)
    assert find(tmp_path) == ("Killed", False)


def test_connection_that_breaks_is_no_result(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="the connection broke"):
        find(tmp_path, breaks_at="read")


def test_order_is_executed_as_this_machine_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    say(monkeypatch, lambda folder: seen.append(load_job(folder).slot))
    find(tmp_path)
    assert seen == [3]


def test_order_without_the_sandbox_is_refused_whoever_gives_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Path] = []
    say(monkeypatch, started.append)
    job = json.loads(open_ordered_parcel(tmp_path, "b01").order) | {"sandbox": False}
    why, ours = find(tmp_path, job=json.dumps(job).encode())
    assert why == "job: sandbox: False; expected True: a worker executes in its sandbox alone"
    assert not ours
    assert not started


def test_no_option_that_protects_this_machine_is_the_orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Job] = []
    say(monkeypatch, lambda folder: seen.append(load_job(folder)))
    asked = {"without_memory_group": True, "hidden": ["/nothing"], "subordinate": True, "fonts": "/etc"}
    job = json.loads(open_ordered_parcel(tmp_path, "b01").order) | asked
    (tmp_path / "scratch").mkdir()
    service = Service("here:1", None, (LocalPlace(Place()),), tmp_path / "cache")
    worker = Worker(service, tmp_path / "scratch", (5,), lambda _: None)
    own = worker._make_own(Stay("m", open_course(), 1.0, False), 0)
    find(tmp_path, own=own, job=json.dumps(job).encode())
    (its,) = seen
    assert not its.without_memory_group
    assert not its.subordinate
    assert (tmp_path / "cache").resolve() in its.hidden
    assert its.fonts == worker.fonts


@pytest.mark.parametrize(
    "changed", [{"student": "../b02"}, {"student": "/etc"}, {"files": {"../x": 1}}, {"student": 7}]
)
def test_order_that_leads_out_of_the_folder_is_refused(tmp_path: Path, changed: dict[str, object]) -> None:
    why, _ = find(tmp_path, **changed)
    assert "expected a path inside the Run's folder" in why
    assert not (tmp_path / "x").exists()
