"""Run a class: one worker process for each notebook, several at once, resumable at any moment.

The seam is `concurrent.futures.Executor`: a student's failure is data in `result.json`, and a worker that ends without
it is simply still missing and goes into the next round. A slot is a thread, with a GPU of its own where there are any,
and as root with a user of its own. A driver that dies takes its workers along, and they their cages.
"""

import hashlib
import os
import subprocess
import sys
import threading
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from rich.console import Console

import grader
from assignment.assignment import NOTEBOOK_FILE, Limits, load_assignment
from grader.driver.progress import Observer, ShownProgress, Silence
from grader.driver.slot import Slot, count_processors, find_slots, make_font_list
from grader.handins.notebook import parse_notebook
from grader.handins.plan import find_plan
from grader.handins.submission import Submission, find_submissions, read_notebook
from grader.runs.folder import (
    Result,
    begin_attempt,
    commit_result,
    find_folder,
    is_lost,
    load_result,
    lock_runs,
    note_vanished,
    prepare_run,
    prepare_runs,
    set_aside,
    write_whole,
)
from grader.sandbox.cage import to_head
from grader.sandbox.cgroup import sweep_groups
from grader.sandbox.check import check_cage

MOST_THREADS = 16  # for a notebook: several libraries start as many each, and all count as processes
SPARE_SECONDS = 180  # beyond the notebook's limit, after which a silent worker is given up


@dataclass
class Drive:
    """What all jobs of one call share."""

    handins: Path
    runs: Path
    limits: Limits
    sandbox: bool
    slots: tuple[Slot, ...]
    observer: Observer
    fonts: Path | None = None
    free: "SimpleQueue[Slot]" = field(default_factory=SimpleQueue)
    workers: "set[subprocess.Popen[bytes]]" = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    stopping: bool = False


def run_class(
    handins: Path,
    runs: Path,
    *,
    jobs: int | None = None,
    device: str = "auto",
    sandbox: bool = True,
    limits: Limits | None = None,
    console: Console | None = None,
    observer: Observer | None = None,
) -> list[Result]:
    """Execute every hand-in that has no result yet, and return all results, sorted by student.

    Hand-ins with a problem (`find_submissions`) have nothing to execute and no result. Progress goes to the observer,
    else it is shown on the console, else nowhere.

    `device` is auto, cpu or cuda; `jobs` None means one for each GPU, or for each processor. FixableError when the
    hand-ins, the RUNS folder or the sandbox are not as they must be; KeyboardInterrupt leaves everything so that the
    same call goes on.
    """
    slots = find_slots(device, jobs)
    submissions = find_submissions(handins)
    if sandbox:
        check_cage([slot.gpu for slot in slots if slot.gpu])
    with lock_runs(runs):
        prepare_runs(runs, submissions)
        sweep_groups()
        told = observer or (ShownProgress(console) if console else Silence())
        drive = Drive(handins, runs, limits or load_assignment().limits, sandbox, slots, told)
        drive.fonts = make_font_list(runs / ".fonts")
        for slot in slots:
            drive.free.put(slot)
        whole = [one for one in submissions if one.problem is None]
        try:
            _run_rounds(drive, whole)
        finally:
            drive.observer.close()
        results = (load_result(find_folder(runs, one)) for one in whole)
        return [result for result in results if result is not None]


def _run_rounds(drive: Drive, submissions: list[Submission]) -> None:
    """Execute rounds until every hand-in has a result."""
    todo = [one for one in submissions if _is_open(drive, one)]
    drive.observer.begin(len(submissions), len(submissions) - len(todo))
    with ThreadPoolExecutor(max_workers=len(drive.slots)) as executor:
        while todo:
            lost = [one for one in todo if is_lost(find_folder(drive.runs, one))]
            for one in lost:
                _commit_lost(drive, one)
            _run_round(drive, executor, [one for one in todo if one not in lost])
            todo = [one for one in todo if load_result(find_folder(drive.runs, one)) is None]


def _run_round(drive: Drive, executor: Executor, submissions: list[Submission]) -> None:
    """Execute each hand-in once; on Ctrl-C end all workers before the interrupt goes on."""
    futures: set[Future[None]] = {executor.submit(_run_one, drive, one) for one in submissions}
    try:
        while futures:
            done, futures = wait(futures, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
    except BaseException:
        drive.stopping = True
        for future in futures:
            future.cancel()
        with drive.lock:
            for worker in drive.workers:
                worker.kill()
        raise


def _is_open(drive: Drive, submission: Submission) -> bool:
    """Tell whether a hand-in is still to be executed; the Run of another notebook is set aside first."""
    folder = find_folder(drive.runs, submission)
    result = load_result(folder)
    if result is None:
        return True
    if result.notebook_sha256 == hashlib.sha256(read_notebook(submission)).hexdigest():
        return False
    set_aside(drive.runs, folder)
    return True


def _run_one(drive: Drive, submission: Submission) -> None:
    """Execute one hand-in in a worker of its own, on the next free slot."""
    if drive.stopping:
        return
    slot = drive.free.get()
    folder = find_folder(drive.runs, submission)
    try:
        with drive.lock:
            drive.observer.start(submission.student)
        attempt = begin_attempt(folder)
        _prepare(folder, read_notebook(submission))
        _wait_for_worker(drive, folder, to_worker(drive, folder, slot, attempt))
        result = load_result(folder)
        if result is None and not drive.stopping:
            note_vanished(folder)
        with drive.lock:
            drive.observer.end(submission.student, result)
    finally:
        drive.free.put(slot)


def _prepare(folder: Path, data: bytes) -> None:
    prepare_run(folder, data)
    if NOTEBOOK_FILE.exists():
        plan = find_plan(parse_notebook(data), parse_notebook(NOTEBOOK_FILE.read_bytes()))
        write_whole(folder / "plan.json", (plan.model_dump_json(indent=1) + "\n").encode())


def to_worker(drive: Drive, folder: Path, slot: Slot, attempt: int) -> list[str]:
    """Return the command that executes one Run."""
    threads = max(1, min(MOST_THREADS, count_processors() // len(drive.slots)))
    options = [
        *["--limits", drive.limits.model_dump_json(), "--slot", str(slot.number), "--attempt", str(attempt)],
        *["--threads", str(threads)],
        *["--hide", str(drive.handins.resolve()), "--hide", str(drive.runs.resolve())],
    ]
    options += ["--gpu", f"{slot.gpu.uuid},{slot.gpu.minor}"] if slot.gpu else []
    options += ["--fonts", str(drive.fonts.resolve())] if drive.fonts else []
    options += [] if drive.sandbox else ["--no-sandbox"]
    return [sys.executable, "-P", "-m", "grader.worker", str(folder.resolve()), *options]


def _wait_for_worker(drive: Drive, folder: Path, command: list[str]) -> None:
    """Start a worker and wait for its end, which its exit code says nothing about."""
    packages = str(Path(grader.__file__).resolve().parents[1])
    environment = {**os.environ, "PYTHONPATH": packages}
    with (folder / "worker.log").open("wb") as log, drive.lock:
        if drive.stopping:
            return
        streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
        head = to_head(os.getpid(), ())  # it dies with us
        worker = subprocess.Popen([*head, *command], env=environment, start_new_session=True, **streams)
        drive.workers.add(worker)
    try:
        worker.wait(drive.limits.notebook_seconds + SPARE_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
    finally:
        with drive.lock:
            drive.workers.discard(worker)
    log_file = folder / "worker.log"
    if not log_file.stat().st_size:
        log_file.unlink()


def _commit_lost(drive: Drive, submission: Submission) -> None:
    """Give up on a Run whose workers ended without a word; a person must look."""
    folder = find_folder(drive.runs, submission)
    log = folder / "worker.log"
    words = log.read_text(errors="replace").strip()[-500:] if log.exists() else ""
    digest = hashlib.sha256(read_notebook(submission)).hexdigest()
    detail = words or "the worker ended without a word"
    lost = Result(
        student=submission.student,
        word="lost",
        detail=detail,
        started_at=datetime.now(UTC),
        notebook_sha256=digest,
        sandbox=drive.sandbox,
    )
    commit_result(folder, lost)
    drive.observer.start(submission.student)
    drive.observer.end(submission.student, lost)
