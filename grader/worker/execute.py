"""One hand-in in one worker process: `python -m grader.worker RUN`; its only answer is `result.json`.

All that it is told lies in the Run's folder. It dies with its parent, and the cage dies with it.
"""

import asyncio
import hashlib
import logging
import platform
import resource
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from assignment.assignment import Limits
from assignment.fixable import FixableError
from grader.handins.beside import FOLDER
from grader.handins.notebook import parse_notebook
from grader.runs.doing import forget_cell, note_cell
from grader.runs.folder import note_unready, read_handin
from grader.runs.job import Job, load_job, read_order
from grader.runs.result import RunResult, commit_result
from grader.worker.client import MIB, Client
from grader.worker.ending import Ending
from grader.worker.place import OurFault, Place, check_health, check_start, open_place
from grader.worker.save import save_notebook, save_outputs
from grader.worker.watch import run_notebook

PAGE = 4096  # bytes: what a file takes in memory comes in such pieces
WITHOUT_GROUP = (
    "no memory group: what the notebook held was added up a few times a second, without pipes and sockets; between two"
    " looks it may have held more"
)
OWN_MIB = 512  # of memory for this process, beside a file of the largest size twice


@dataclass(frozen=True)
class Execution:
    """What came of the execution itself: how it ended, what it used, and what of its work was not taken."""

    ending: Ending
    cell_seconds: tuple[float | None, ...]
    peak_memory_mib: float
    peak_gpu_memory_mib: float | None
    output_bytes: int
    notes: tuple[str, ...]
    shared: tuple[int, ...] = ()


@dataclass(frozen=True)
class BegunRun:
    """A Run that has begun: its folder and job, when, and what was handed in."""

    folder: Path
    job: Job
    at: datetime
    begin: float
    data: bytes


def run_worker(folder: Path) -> None:
    """Execute the Run of a folder as its job says, and commit its result."""
    order, job = read_order(folder), load_job(folder)
    bound_memory(job.limits)
    logging.disable(logging.CRITICAL)  # what libraries say about a hostile kernel is of no use and has no end
    try:
        result = asyncio.run(execute_run(folder, job))
    except OurFault as error:
        if read_order(folder) == order:
            note_unready(folder, str(error))
        raise
    finally:
        forget_cell(folder)
    if read_order(folder) == order:  # else the Run is another attempt's by now
        commit_result(folder, result)


def bound_memory(limits: Limits) -> None:
    """Bound our own memory: what a kernel sends is counted only when the whole of a message is there.

    The hard limit stays, so that the cage can be given a larger one.
    """
    most, (_, hard) = (OWN_MIB + 2 * limits.file_mib) * MIB, resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


async def execute_run(folder: Path, job: Job) -> RunResult:
    """Execute the hand-in, take its outputs out of the cage once all is dead, and return the result."""
    begun = begin_run(folder, job)
    notebook, (beside, told) = parse_notebook(begun.data), find_beside(folder, job.limits)
    with open_place(folder.name, job, beside) as place:
        seen = await _execute(folder / "work", place, notebook, len(begun.data))
    await check_start(folder.name, job, seen.ending)
    return describe_run(begun, seen, place.group.kind, (*told, *describe_limits(job, place.group.kind)))


def begin_run(folder: Path, job: Job) -> BegunRun:
    """Return a Run that begins now."""
    return BegunRun(folder, job, datetime.now(UTC), time.monotonic(), read_handin(folder))


def describe_run(begun: BegunRun, seen: Execution, memory_group: str, notes: tuple[str, ...]) -> RunResult:
    """Return the result of a Run that ends now."""
    job = begun.job
    return RunResult(
        student=begun.folder.name,
        word=seen.ending.word,
        reason=seen.ending.reason,
        cell=seen.ending.cell,
        detail=seen.ending.detail,
        kept_going=seen.ending.kept_going,
        seconds=round(time.monotonic() - begun.begin, 3),
        cell_seconds=seen.cell_seconds,
        shared=seen.shared,
        peak_memory_mib=seen.peak_memory_mib,
        peak_gpu_memory_mib=seen.peak_gpu_memory_mib,
        output_bytes=seen.output_bytes,
        device="cuda" if job.gpu else "cpu",
        machine=platform.node() or None,
        gpu=job.gpu.uuid if job.gpu else None,
        gpu_driver=read_driver_version() if job.gpu else None,
        sandbox=job.sandbox,
        memory_group=memory_group,
        attempt=job.attempt,
        started_at=begun.at,
        notebook_sha256=hashlib.sha256(begun.data).hexdigest(),
        notes=(*seen.notes, *notes),
    )


async def _execute(work: Path, place: Place, notebook: Any, handin_bytes: int) -> Execution:
    try:
        kernel = await place.start()
    except (FixableError, OSError) as error:
        await check_health(work.parent.name, place.job)
        raise FixableError(f"{error} (an empty notebook was executed)") from None
    limits, meter = place.job.limits, place.open_meter(kernel)
    tell = partial(note_cell, work.parent)
    client = Client(notebook, kernel, limits, keep_going=place.job.keep_going, tell_cell=tell)
    try:
        ending = await run_notebook(client, meter)
        kept = (*save_notebook(work, limits, notebook, handin_bytes), *save_outputs(work, limits, kernel.work))
    finally:
        await kernel.kill()
        client.close()
        kernel.close()
    return Execution(
        ending=ending,
        cell_seconds=tuple(client.cell_seconds),
        peak_memory_mib=round(max(place.group.read_peak_mib(), meter.peak_mib), 1),
        peak_gpu_memory_mib=round(meter.gpu.peak_mib, 1) if meter.gpu else None,
        output_bytes=client.session.received,
        notes=(*client.list_notes(ending), *meter.list_notes(ending), *kept),
    )


def find_beside(folder: Path, limits: Limits) -> tuple[Path | None, tuple[str, ...]]:
    """Return the folder of what was handed in beside the notebook, None where there is none; and why if it is too much.

    What fits goes into the work folder, and so counts towards its limit; nothing is copied in part.
    """
    beside = folder / FOLDER
    sizes = [path.stat().st_size for path in beside.rglob("*") if path.is_file()]
    if not sizes:
        return None, ()
    needed = sum(-(-size // PAGE) * PAGE for size in sizes)
    if needed > limits.work_mib * MIB or max(sizes) > limits.file_mib * MIB:
        return None, (f"left out: the files beside the notebook, {needed // MIB} MiB, more than the work folder takes",)
    return beside, ()


def read_driver_version(file: Path = Path("/sys/module/nvidia/version")) -> str | None:
    """Return the version of this machine's NVIDIA driver; None where there is none, or it does not say."""
    try:
        return file.read_text(encoding="ascii").strip()[:40] or None
    except (OSError, ValueError):
        return None


def describe_limits(job: Job, memory_group: str) -> tuple[str, ...]:
    """Return what the notebook could do, for want of a sandbox or of a group that limits its memory."""
    if not job.sandbox:
        return ("no sandbox: the notebook could read, write and reach all that its user can",)
    if memory_group == "none":
        return (WITHOUT_GROUP,)
    return ()
