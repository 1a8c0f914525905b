"""Run one job in a worker process of its own: what is submitted to an executor, and what a remote machine runs.

It knows nothing but the folder of a Run, in which its job lies. The worker dies with the process that waits for it, and
its cage dies with the worker; both end when the job is taken back. How it ended is said by `result.json` alone.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from assignment.files.foreign import read_file
from grader.driver.sharing import run_sharing
from grader.files.whole import MOST_BYTES
from grader.runs.folder import note_unready, prepare_run
from grader.runs.job import Job, is_ordered, load_job, read_order
from grader.runs.result import RESULT_FILE
from grader.sandbox.cage import to_head
from grader.sandbox.cgroup import end_groups, sweep_groups
from grader.sandbox.orphans import end_cages, sweep_cages
from grader.sandbox.subordinate import ENTER

LOG_FILE = "worker.log"
NOT_SHARED = "not shared: "  # how its first line begins where a host was asked first
MOST_WORDS = 160  # letters of a reason
SPARE_SECONDS = 180  # beyond the notebook's limit, after which a silent worker is given up
TICK = 0.2  # seconds between two looks at the job


def run_job(folder: Path) -> None:
    """Start the worker of a Run and return when it has ended; do nothing when its job was taken back before.

    FixableError when `job.json` is not what it must be. Whether there is a result, or word that nothing can be started
    here, is for the caller to see.
    """
    order = read_order(folder)
    if order is None:
        return
    job = load_job(folder)
    why = _share(folder, order, job)
    if why is not None:
        _work(folder, order, job, why)
    with contextlib.suppress(FileNotFoundError):  # another order's run_job may be at it already
        if read_order(folder) == order and not (folder / LOG_FILE).stat().st_size:
            (folder / LOG_FILE).unlink()


def _share(folder: Path, order: bytes, job: Job) -> str | None:
    """Have a Run executed by a host where it may share; return why it is a worker's, "" where nobody asked, else None.

    Only the first attempt: what ended without a word is then executed alone.
    """
    if job.share is None or job.gpu is not None or job.attempt > 1:
        return ""
    end = time.monotonic() + 2 * job.limits.notebook_seconds + SPARE_SECONDS  # the released notebook runs first
    why = run_sharing(folder, job, lambda: read_order(folder) == order and time.monotonic() < end)
    if not why or read_order(folder) != order or (folder / RESULT_FILE).exists():
        return None
    sweep_cages()
    sweep_groups()
    prepare_run(folder)
    return why


def _work(folder: Path, order: bytes, job: Job, why: str) -> None:
    """Have a worker execute a Run."""
    end = time.monotonic() + job.limits.notebook_seconds + SPARE_SECONDS
    try:
        with (folder / LOG_FILE).open("ab" if why else "wb") as log:
            log.write(f"{NOT_SHARED}{why}\n".encode() if why else b"")
            log.flush()
            worker = _start(ENTER if job.subordinate else (), to_worker(folder), log.fileno())
    except OSError as error:
        note_unready(folder, f"sandbox: no worker can be started: {error}; expected room for a process")
        return
    try:
        while not _has_ended(worker) and is_ordered(folder, order) and time.monotonic() < end:
            pass
    finally:
        _kill(worker)
        if worker.returncode:
            end_cages(worker.pid)
            end_groups(worker.pid)


def read_reason(folder: Path) -> str:
    """Return what was noted when a host did not execute a Run; "" where nothing was."""
    try:
        first = read_file(folder / LOG_FILE, MOST_BYTES).decode(errors="replace").partition("\n")[0]
    except OSError:
        return ""
    return first.removeprefix(NOT_SHARED)[:MOST_WORDS] if first.startswith(NOT_SHARED) else ""


def to_worker(folder: Path) -> list[str]:
    """Return the command that executes one Run."""
    return [sys.executable, "-P", "-m", "grader.worker", str(folder.resolve())]


def _start(entrance: Sequence[str], command: list[str], log: int) -> "subprocess.Popen[bytes]":
    packages = str(Path(__file__).resolve().parents[2])
    return subprocess.Popen(
        [*entrance, *to_head(os.getpid(), ()), *command],  # it dies with us
        env={**os.environ, "PYTHONPATH": packages},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )


def _has_ended(worker: "subprocess.Popen[bytes]") -> bool:
    """Wait a little, and tell whether the worker has ended."""
    try:
        worker.wait(TICK)
    except subprocess.TimeoutExpired:
        return False
    return True


def _kill(worker: "subprocess.Popen[bytes]") -> None:
    """End a worker that still runs, and whatever it started in its process group."""
    if worker.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
