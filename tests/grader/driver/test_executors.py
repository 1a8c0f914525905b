"""The executor is a seam: processes of others run a class as threads of ours do, told by the Runs' folders alone."""

import os
import pickle
import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest

from assignment.course import open_course
from assignment.fixable import FixableError
from grader.driver import drive as drive_module
from grader.driver.drive import run_class as run_limited_class
from grader.driver.event import Begun, Ended, Event, Started, TakenIn
from grader.driver.executors import EXECUTORS, make_executor, make_threads
from grader.driver.run_job import run_job
from grader.driver.slot import Slot
from grader.runs.job import JOB_FILE, load_job
from grader.runs.result import RunResult, commit_result
from grader.sandbox.gpu import Gpu
from tests.patience import wait_until

run_class = partial(run_limited_class, without_memory_group=True)  # with one where there is one
SAVES = "import os\nos.makedirs('outputs'); open('outputs/lime.npz', 'w').write('1')"


@pytest.fixture
def process_pool() -> Iterator[Executor]:
    with ProcessPoolExecutor(2, get_context("spawn")) as executor:
        yield executor


@pytest.fixture
def dask() -> Iterator[Executor]:
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": None}
    with (
        distributed.LocalCluster(**options) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor(pure=False) as executor,  # pure: a second attempt would be the first one's answer
    ):
        yield executor


@pytest.fixture
def local() -> Iterator[Executor]:
    with make_threads((Slot(0), Slot(1))) as executor:
        yield executor


@pytest.mark.sandbox
@pytest.mark.slow
@pytest.mark.parametrize("name", ["local", "process_pool", "dask"])
def test_three_notebooks_are_run_the_same_by_any_executor(
    tmp_path: Path,
    name: str,
    request: pytest.FixtureRequest,
    notebook: Callable[[Path, list[str]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    executor: Executor = request.getfixturevalue(name)
    monkeypatch.setitem(EXECUTORS, name, lambda _: executor)
    for student, cells in (("alice", [SAVES]), ("bob", ["1 / 0"]), ("carol", [SAVES, "import os; os._exit(3)"])):
        notebook(tmp_path / "handins" / f"{student}.ipynb", cells)
    told: list[Event] = []
    results = run_class(
        tmp_path / "handins",
        tmp_path / "runs",
        open_course(),
        jobs=2,
        device="cpu",
        executor=name,
        observer=told.append,
    )
    assert [(one.student, one.word, one.reason, one.cell, one.attempt) for one in results] == [
        ("alice", "ran", None, None, 1),
        ("bob", "failed", "exception", 0, 1),
        ("carol", "failed", "kernel_died", 1, 1),
    ]
    assert isinstance(told[0], TakenIn)
    assert told[1] == Begun(3, 0)
    assert {one.student for one in told if isinstance(one, Started)} == {"alice", "bob", "carol"}
    assert all(one.result in results for one in told if isinstance(one, Ended))
    assert find_most_at_once(told) == 2
    for student in ("alice", "carol"):
        assert (tmp_path / "runs" / student / "work" / "outputs" / "lime.npz").read_text() == "1"
    assert {load_job(tmp_path / "runs" / one.student).slot for one in results} == {0, 1}


@pytest.mark.sandbox
@pytest.mark.slow
@pytest.mark.parametrize("name", ["local", "process_pool", "dask"])
def test_interrupted_class_takes_its_jobs_back_from_any_executor(
    tmp_path: Path,
    name: str,
    request: pytest.FixtureRequest,
    notebook: Callable[[Path, list[str]], None],
    processes: Callable[[str], list[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    executor: Executor = request.getfixturevalue(name)
    monkeypatch.setitem(EXECUTORS, name, lambda _: executor)
    endless = f"endless{os.getpid()}"
    notebook(tmp_path / "handins" / "alice.ipynb", ["print(1)"])
    notebook(tmp_path / "handins" / f"{endless}.ipynb", ["import time; time.sleep(600)"])

    def interrupt(event: Event) -> None:
        if isinstance(event, Ended):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_class(
            tmp_path / "handins",
            tmp_path / "runs",
            open_course(),
            jobs=2,
            device="cpu",
            executor=name,
            observer=interrupt,
        )
    assert wait_until(lambda: not processes(endless))
    assert not (tmp_path / "runs" / endless / JOB_FILE).exists()
    assert "vanished" not in (tmp_path / "runs" / endless / "attempts").read_text()


def test_no_two_jobs_at_once_have_the_same_slot_or_gpu(
    tmp_path: Path, notebook: Callable[[Path, list[str]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    slots = tuple(Slot(number, Gpu(f"GPU-{number}", number)) for number in range(3))
    used, seen, clashes = set[Slot](), set[Slot](), list[Slot]()

    def pretend(folder: Path) -> None:
        job = load_job(folder)
        slot = Slot(job.slot, job.gpu)
        clashes.extend({slot} & used)
        used.add(slot)
        seen.add(slot)
        time.sleep(random.Random(folder.name).uniform(0.01, 0.05))
        commit_result(folder, RunResult(student=folder.name, word="ran", started_at=datetime.now(UTC)))
        used.discard(slot)

    monkeypatch.setattr(drive_module, "run_job", pretend)
    monkeypatch.setattr(drive_module, "make_slots", lambda *_: slots)
    for number in range(12):
        notebook(tmp_path / "handins" / f"s{number}.ipynb", ["print(1)"])
    wide = ThreadPoolExecutor(12)  # more threads than slots: the driver alone keeps the number
    monkeypatch.setitem(EXECUTORS, "wide", lambda _: wide)
    results = run_class(tmp_path / "handins", tmp_path / "runs", open_course(), sandbox=False, executor="wide")
    assert len(results) == 12
    assert not clashes
    assert seen == set(slots)


def find_most_at_once(told: Sequence[Event]) -> int:
    """Return how many notebooks ran at the same time, as an observer saw it."""
    now = most = 0
    for event in told:
        now += isinstance(event, Started) - isinstance(event, Ended)
        most = max(most, now)
    return most


def test_what_is_submitted_can_be_sent_to_another_machine(tmp_path: Path) -> None:
    assert pickle.loads(pickle.dumps((run_job, tmp_path))) == (run_job, tmp_path)


def test_unknown_executor_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(FixableError, match="executor: 'slurm'; expected one of local"):
        make_executor("slurm", (Slot(0),))


class Interrupted(ThreadPoolExecutor):
    """An executor that is interrupted just after it took a job."""

    def submit(self, *job: object, **more: object) -> object:
        raise KeyboardInterrupt


def test_job_that_was_submitted_as_the_interrupt_came_is_taken_back(
    tmp_path: Path, notebook: Callable[[Path, list[str]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook(tmp_path / "handins" / "b01.ipynb", ["1"])
    monkeypatch.setitem(EXECUTORS, "interrupted", lambda slots: Interrupted(1))
    with pytest.raises(KeyboardInterrupt):
        run_class(
            tmp_path / "handins", tmp_path / "runs", open_course(), device="cpu", sandbox=False, executor="interrupted"
        )
    assert (tmp_path / "runs" / "b01" / "work").is_dir()  # it was prepared
    assert not (tmp_path / "runs" / "b01" / JOB_FILE).exists()
