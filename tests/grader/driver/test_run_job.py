"""One job: its worker ends when it is taken back, replaced or interrupted, and dies with whoever waits for it."""

import os
import signal
import threading
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import pytest

from assignment.course import open_course
from assignment.fixable import FixableError
from grader.driver import run_job as run_job_module
from grader.driver.run_job import LOG_FILE, run_job
from grader.runs.folder import prepare_run, take_unready, write_handin
from grader.runs.job import JOB_FILE, Job, order_course, take_back, write_job
from grader.runs.result import load_result
from grader.sandbox import cage
from tests.patience import PATIENCE, wait_until

JOB = Job(course=order_course(open_course()), limits=open_course().assignment.limits)
Notebook = Callable[[Path, list[str]], None]
Processes = Callable[[str], list[int]]


@pytest.fixture
def endless(tmp_path: Path, notebook: Notebook) -> Path:
    """A Run that is ordered and would take ten minutes; its name is nobody else's."""
    notebook(tmp_path / "n.ipynb", ["import time; time.sleep(600)"])
    folder = tmp_path / f"endless{os.getpid()}"
    write_handin(folder, (tmp_path / "n.ipynb").read_bytes())
    prepare_run(folder)
    write_job(folder, JOB)
    return folder


def has_kernel(processes: Processes, folder: Path) -> bool:
    """Tell whether the kernel of a Run has started, which the worker alone does not show."""
    for pid in processes(folder.name):
        try:
            if cage.KERNEL.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                return True
        except OSError:
            continue
    return False


@pytest.mark.sandbox
@pytest.mark.parametrize("how", ["taken back", "replaced"])
def test_job_that_is_no_longer_ordered_ends(endless: Path, processes: Processes, how: str) -> None:
    waiting = threading.Thread(target=run_job, args=(endless,))
    waiting.start()
    assert wait_until(lambda: has_kernel(processes, endless))
    if how == "taken back":
        take_back(endless)
    else:
        write_job(endless, JOB.model_copy(update={"attempt": 2}))
    waiting.join(PATIENCE)
    assert not waiting.is_alive()
    assert wait_until(lambda: not processes(endless.name))
    assert load_result(endless) is None


@pytest.mark.sandbox
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_worker_dies_with_the_process_that_waits_for_it(endless: Path, processes: Processes, number: int) -> None:
    waiting = get_context("spawn").Process(target=run_job, args=(endless,))
    waiting.start()
    assert wait_until(lambda: has_kernel(processes, endless))
    assert waiting.pid is not None
    os.kill(waiting.pid, number)
    waiting.join(PATIENCE)
    assert waiting.exitcode not in (0, None)
    assert wait_until(lambda: not processes(endless.name))
    assert load_result(endless) is None


def test_job_that_was_taken_back_before_starts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_job_module, "to_worker", lambda _: pytest.fail("a worker was started"))
    run_job(tmp_path)
    assert not list(tmp_path.iterdir())


def test_job_that_cannot_be_read_says_where(tmp_path: Path) -> None:
    (tmp_path / JOB_FILE).write_text('{"version": 1}')
    with pytest.raises(FixableError, match=r"job\.json: limits: missing"):
        run_job(tmp_path)


def test_silent_worker_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_job_module, "to_worker", lambda _: ["sleep", "600"])
    monkeypatch.setattr(run_job_module, "SPARE_SECONDS", 0)
    write_job(tmp_path, JOB.model_copy(update={"limits": JOB.limits.model_copy(update={"notebook_seconds": 1})}))
    run_job(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [JOB_FILE]


def test_worker_for_which_there_is_no_process_left_is_nobodys_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    write_job(tmp_path, JOB)
    monkeypatch.setattr("subprocess.Popen", refuse)
    run_job(tmp_path)
    assert "no worker can be started: [Errno 11]" in (take_unready(tmp_path) or "")


def test_what_a_worker_says_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_job_module, "to_worker", lambda _: ["sh", "-c", "echo no disk >&2; exit 3"])
    write_job(tmp_path, JOB)
    run_job(tmp_path)
    assert (tmp_path / LOG_FILE).read_text() == "no disk\n"


def test_job_that_was_replaced_leaves_the_next_attempts_log_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_job(tmp_path, JOB)
    monkeypatch.setattr(run_job_module, "to_worker", lambda _: ["sleep", "600"])

    def replace(worker: object) -> bool:
        write_job(tmp_path, JOB.model_copy(update={"attempt": 2}))
        (tmp_path / LOG_FILE).write_bytes(b"")  # the next attempt's, still empty
        return False

    monkeypatch.setattr(run_job_module, "_has_ended", replace)
    run_job(tmp_path)
    assert (tmp_path / LOG_FILE).exists()
    monkeypatch.setattr(run_job_module, "_has_ended", lambda worker: (tmp_path / LOG_FILE).unlink() or True)
    run_job(tmp_path)  # and one whose log is gone by then ends without an error
