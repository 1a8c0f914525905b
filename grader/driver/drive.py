"""Run a class: one worker process for each notebook, several at once, resumable at any moment.

The seam is `concurrent.futures.Executor`: to any of them `run_job` is submitted with the folder of a Run, in which
everything lies that the job is told. A student's failure is data in `result.json`; a worker that ends without it is
simply tried again. All that is decided, and all that is told, happens in the caller's thread.
"""

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assignment.assignment import Limits
from assignment.course import Course
from assignment.files.foreign import read_file
from assignment.fixable import FixableError
from assignment.profile import check_profile
from grader.driver.both_ways import compare_again, order_sample, run_both_ways
from grader.driver.event import Begun, Ended, Noted, Observer, Started, TakenIn, Waits, ignore
from grader.driver.executors import Elastic, MachineError, make_executor
from grader.driver.make_job import make_job
from grader.driver.order import order_by_time
from grader.driver.pause import Pause
from grader.driver.run_job import LOG_FILE, run_job
from grader.driver.sharing import can_share, end_hosts, list_news
from grader.driver.slot import Slot, make_slots
from grader.driver.summary import summarize_sharing
from grader.driver.whole import begin_again, choose_full, plan_class
from grader.files.whole import MOST_BYTES, to_json, write_whole
from grader.handins.notebook import parse_notebook
from grader.handins.plan import Plan, compare_notebooks
from grader.handins.submission import Submission, open_handins
from grader.runs.folder import (
    begin_attempt,
    check_course,
    is_lost,
    lock_runs,
    note_vanished,
    prepare_run,
    read_handin,
    run_folder,
    take_unready,
)
from grader.runs.intake import take_in
from grader.runs.job import Job, take_back, write_job
from grader.runs.result import RESULT_FILE, RunResult, commit_result, load_result
from grader.sandbox.cgroup import sweep_groups, try_group
from grader.sandbox.check import check_cage, check_readable
from grader.sandbox.orphans import sweep_cages

TICK = 0.2  # seconds between two looks at what comes and goes


@dataclass(frozen=True)
class Drive:
    """What all Runs of one call share."""

    runs: Path
    slots: tuple[Slot, ...]
    job: Job  # slot and attempt are each Run's own
    released: Any  # the released notebook, parsed
    tell: Observer
    pause: Pause = field(default_factory=Pause)
    share: bool = False
    full: frozenset[str] = frozenset()  # whose notebooks a person wants executed whole
    whole: frozenset[str] = frozenset()  # theirs, and whose are for another reason


def run_class(
    handins: Path,
    runs: Path,
    course: Course,
    *,
    jobs: int | None = None,
    device: str = "auto",
    sandbox: bool = True,
    without_memory_group: bool = False,
    keep_going: bool = False,
    share: bool = False,
    full: str | None = None,
    limits: Limits | None = None,
    executor: str = "local",
    elsewhere: Callable[[], Elastic] | None = None,
    observer: Observer = ignore,
) -> list[RunResult]:
    """Take in the hand-ins, execute each that has no result yet, and return all results, sorted by student.

    HANDINS is read once, before anything is executed. Hand-ins with a problem have nothing to execute and no result.

    `device` is auto, cpu or cuda; `jobs` None means one for each GPU, or for each processor; `executor` is one of
    `EXECUTORS`; `elsewhere` makes one on other machines, and then this one needs neither sandbox nor device.
    `share`: what a hand-in left as released is taken from one run of the released notebook, where that can be; `full`:
    but for a student, so many, or "all" (`choose_full`), of whom one that shared is executed again.
    `without_memory_group`: also where no group limits a whole notebook's memory. Where not even an empty notebook can
    be started any more the class waits, then ends with FixableError, and no hand-in is charged.
    FixableError as well when the hand-ins, the course, the RUNS folder or the sandbox are not as they must be;
    KeyboardInterrupt leaves everything so that the same call goes on.
    """
    slots = () if elsewhere else make_slots(device, jobs)
    open_handins(handins)  # its faults are told before the sandbox is tried and before RUNS is made
    check_profile(course.profile)
    released = parse_notebook(course.read_released())
    check_course(runs, course.mark)
    if sandbox and not elsewhere:
        check_readable(course)
        check_cage([slot.gpu for slot in slots if slot.gpu])
        try_group(without=without_memory_group)
    with lock_runs(runs):
        taken = take_in(handins, runs, course=course.mark)
        observer(TakenIn(taken.submissions, taken.notes))
        sweep_cages()
        sweep_groups()
        whole = [one for one in taken.submissions if one.problem is None]
        chosen_full = choose_full(full, whole)
        begin_again(runs, whole, chosen_full)
        job = make_job(
            *(handins, runs, slots, course, limits or course.assignment.limits),
            sandbox=sandbox,
            keep_going=keep_going,
            without_memory_group=without_memory_group,
        )
        drive = Drive(runs, slots, job, released, observer, share=share and sandbox, full=chosen_full)
        with elsewhere() if elsewhere else make_executor(executor, slots) as chosen:
            try:
                _run_all(drive, chosen, whole)
                results = [one for one in (load_result(run_folder(runs, its)) for its in whole) if one is not None]
                if share and not isinstance(chosen, Elastic):
                    run_both_ways(runs, job, lambda its: chosen.submit(run_job, its), len(slots), results, observer)
            finally:
                end_hosts()
            compare_again(runs, drive.full, results, observer)
            if share and results:
                observer(Noted(summarize_sharing(runs, whole, results, drive.full)))
        _tell_news(observer, chosen)
        return results


def _run_all(drive: Drive, executor: Executor, submissions: list[Submission]) -> None:
    """Execute until every hand-in has a result, never two on one slot; when interrupted, take back what still runs."""
    unfinished = [one for one in submissions if load_result(run_folder(drive.runs, one)) is None]
    todo = deque(order_by_time(unfinished, drive.runs))
    if todo and drive.share and (isinstance(executor, Elastic) or can_share(drive.job, drive.slots, drive.tell)):
        turns, share = plan_class(drive.runs, tuple(todo), drive.released, len(drive.slots), drive.full)
        drive = replace(drive, job=drive.job.model_copy(update={"share": share}), whole=turns.whole)
        order_sample(drive.runs, turns.sampled, drive.job)
        todo = deque(turns.todo)
    drive.tell(Begun(len(submissions), len(submissions) - len(todo)))
    free, running = deque(drive.slots), dict[Future[None], tuple[Submission, Slot]]()
    try:
        while todo or running:
            if isinstance(executor, Elastic):
                free = deque([Slot(0)] * (executor.count_places() - len(running)))  # it has places of its own
            _tell_news(drive.tell, executor)
            while todo and free:
                one = todo.popleft()
                if is_lost(run_folder(drive.runs, one)):
                    _commit_lost(drive, one, _read_log(run_folder(drive.runs, one)), one.sha256)
                elif (ready := _prepare(drive, one)) is not None:
                    slot = free.popleft()
                    running[_start(drive, executor, one, ready, slot)] = one, slot
            for future in _wait(running, looking=drive.job.share is not None or isinstance(executor, Elastic)):
                one, slot = running.pop(future)
                free.append(slot)
                if not _end(drive, one, future):
                    todo.appendleft(one) if isinstance(executor, Elastic) else todo.append(one)
    except BaseException:
        for future in running:
            future.cancel()
        for one in submissions:  # also one that was submitted and is not in `running` yet
            if not (run_folder(drive.runs, one) / RESULT_FILE).exists():
                take_back(run_folder(drive.runs, one))
        raise


def _wait(running: "dict[Future[None], tuple[Submission, Slot]]", *, looking: bool) -> "set[Future[None]]":
    """Return the jobs that have ended, once there is one; or soon, where there may be news to look for."""
    if looking and not running:
        time.sleep(TICK)
    return wait(running, timeout=TICK if looking else None, return_when=FIRST_COMPLETED).done


def _tell_news(tell: Observer, executor: Executor) -> None:
    for event in (*list_news(), *(executor.list_news() if isinstance(executor, Elastic) else ())):
        tell(event)


def _prepare(drive: Drive, submission: Submission) -> Plan | None:
    """Return the plan of a hand-in; where the notebook that was taken in is gone or another, its Run alone is lost.

    Its word is of no notebook, so that the next call takes the hand-in in anew.
    """
    try:
        return compare_notebooks(parse_notebook(read_handin(run_folder(drive.runs, submission))), drive.released)
    except FixableError as error:
        _commit_lost(drive, submission, f"what was taken in was changed before its turn: {error}", None)
        return None


def _start(drive: Drive, executor: Executor, submission: Submission, plan: Plan, slot: Slot) -> "Future[None]":
    """Prepare the Run of a hand-in, from its plan to its job, and submit it."""
    folder = run_folder(drive.runs, submission)
    take_back(folder)  # of an earlier attempt, which may still run where its driver was killed
    attempt = begin_attempt(folder)
    prepare_run(folder)
    write_whole(folder / "plan.json", to_json(plan))
    own = {"slot": slot.number, "gpu": slot.gpu, "attempt": attempt}
    own |= {"share": None} if submission.student in drive.whole or slot.gpu is not None else {}
    write_job(folder, drive.job.model_copy(update=own))
    drive.tell(Started(submission.student))
    return executor.submit(run_job, folder.resolve())


def _end(drive: Drive, submission: Submission, future: "Future[None]") -> bool:
    """Note how a job ended; tell whether it left a result. Wait where nothing can be started here.

    A machine's own fault is not the student's.
    """
    folder, error = run_folder(drive.runs, submission), future.exception()
    if error is not None and not isinstance(error, MachineError):
        raise error
    result = load_result(folder)
    if result is None and (reason := take_unready(folder)) is not None:
        seconds = drive.pause.find_seconds(reason)
        drive.tell(Waits(submission.student, seconds, reason))
        time.sleep(seconds)
        return False
    drive.pause.forget()
    if result is None and (error is None or error.counts):
        note_vanished(folder)
    drive.tell(Ended(submission.student, result, str(error or "")))
    return result is not None


def _read_log(folder: Path) -> str:
    """Return the last that a worker wrote which ended without a word."""
    try:
        return read_file(folder / LOG_FILE, MOST_BYTES).decode(errors="replace").strip()[-500:]
    except OSError:
        return ""


def _commit_lost(drive: Drive, submission: Submission, words: str, sha256: str | None) -> None:
    """Give up on a Run; a person must look. sha256: of its notebook, None where that is not there."""
    folder = run_folder(drive.runs, submission)
    lost = RunResult(
        student=submission.student,
        word="lost",
        detail=words or "the worker ended without a result",
        started_at=datetime.now(UTC),
        notebook_sha256=sha256 or "",
        sandbox=drive.job.sandbox,
    )
    commit_result(folder, lost)
    drive.tell(Ended(submission.student, lost))
