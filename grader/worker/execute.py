"""One hand-in in one worker process: `python -m grader.worker RUN_FOLDER ...`; its only answer is `result.json`.

The driver starts it and waits; a cluster engine would start the same line. It dies with its parent, and the cage dies
with it.
"""

import argparse
import asyncio
import hashlib
import json
import logging
import resource
import secrets
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grader
from assignment.assignment import Limits
from assignment.fixable import FixableError
from grader.files.untrusted import list_untrusted, read_untrusted
from grader.handins.notebook import parse_notebook
from grader.runs.folder import Result, commit_result
from grader.sandbox import cage
from grader.sandbox.cgroup import Group, open_group
from grader.sandbox.gpu import Gpu
from grader.worker.client import MIB, Client
from grader.worker.ending import Ending, clean_text
from grader.worker.kernel import Kernel, make_temporary, start_bare, start_caged
from grader.worker.watch import run_notebook

OUTPUTS = "outputs"
MOST_FILES = 64
OWN_MIB = 512  # of memory for this process, beside a file of the largest size twice


def main(argv: list[str] | None = None) -> int:
    """Execute one Run and commit its result; the exit code means nothing."""
    job = parse_job(sys.argv[1:] if argv is None else argv)
    bound_memory(job.limits)
    logging.disable(logging.CRITICAL)  # what libraries say about a hostile kernel is of no use and has no end
    commit_result(job.folder, asyncio.run(execute_run(job)))
    return 0


def parse_job(argv: list[str]) -> argparse.Namespace:
    """Return what the driver asked for."""
    parser = argparse.ArgumentParser(prog="python -m grader.worker", description=__doc__)
    parser.add_argument("folder", type=Path, help="the Run folder; work/handin.ipynb lies in it")
    parser.add_argument("--limits", type=lambda text: Limits.model_validate_json(text), required=True)
    parser.add_argument("--slot", type=int, default=0, help="0, 1, ...; no two at once")
    parser.add_argument("--attempt", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--gpu", type=_parse_gpu, default=None, metavar="UUID,MINOR")
    parser.add_argument("--fonts", type=Path, default=None)
    parser.add_argument("--hide", type=Path, action="append", default=[])
    parser.add_argument("--no-sandbox", dest="sandbox", action="store_false")
    return parser.parse_args(argv)


def bound_memory(limits: Limits) -> None:
    """Bound our own memory: what a kernel sends is counted only when the whole of a message is there.

    The hard limit stays, so that the cage can be given a larger one.
    """
    most, (_, hard) = (OWN_MIB + 2 * limits.file_mib) * MIB, resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


async def execute_run(job: argparse.Namespace) -> Result:
    """Execute the hand-in, take its outputs out of the cage once all is dead, and return the result."""
    started_at, begin = datetime.now(UTC), time.monotonic()
    data = (job.folder / "work" / "handin.ipynb").read_bytes()
    notebook = parse_notebook(data)
    view = _make_view(job)
    group = open_group(view.token, job.limits.memory_mib, job.limits.processes) if job.sandbox else Group("none")
    try:
        seen = await _execute(job, view, group, notebook)
    finally:
        group.close()
    notes = (*seen.pop("notes"), *_describe_limits(job, group))
    return Result(
        student=job.folder.name,
        seconds=round(time.monotonic() - begin, 3),
        device="cuda" if job.gpu else "cpu",
        sandbox=job.sandbox,
        memory_group=group.kind,
        attempt=job.attempt,
        started_at=started_at,
        notebook_sha256=hashlib.sha256(data).hexdigest(),
        notes=notes,
        **seen,
    )


async def _execute(job: argparse.Namespace, view: cage.View, group: Group, notebook: Any) -> dict[str, Any]:
    """Return the fields of the result that the execution itself gives."""
    kernel = await (start_caged(view, group) if job.sandbox else _start_bare(view))
    group.follow(kernel.outer.pid)
    client = Client(notebook, kernel, job.limits)
    try:
        ending = await run_notebook(client, group)
        notes = _save_work(job, kernel, notebook)
    finally:
        await kernel.kill()
        client.close()
        kernel.close()
    return {
        **_ending_fields(ending),
        "cell_seconds": tuple(client.cell_seconds),
        "peak_memory_mib": round(max(group.find_peak_mib(), kernel.peak_seen), 1),
        "output_bytes": client.session.received,
        "notes": notes,
    }


def _save_work(job: argparse.Namespace, kernel: Kernel, notebook: Any) -> tuple[str, ...]:
    """Write the executed notebook and the outputs into the Run's work folder; return what was not taken, and why."""
    work = job.folder / "work"
    notes = _save_notebook(work, notebook, 4 * job.limits.output_mib * MIB)
    (work / OUTPUTS).mkdir(exist_ok=True)
    left = job.limits.work_mib * MIB
    names = list_untrusted(kernel.work, OUTPUTS, MOST_FILES + 1)
    for name in names[:MOST_FILES]:
        try:
            data = read_untrusted(kernel.work, f"{OUTPUTS}/{name}", min(left, job.limits.file_mib * MIB))
            left -= len(data)
            (work / OUTPUTS / name).write_bytes(data)
        except (FixableError, OSError, UnicodeError) as error:
            notes.append(clean_text(f"not taken: {error}", 300))
    if len(names) > MOST_FILES:
        notes.append(f"not taken: more than {MOST_FILES} files in {OUTPUTS}/")
    return tuple(notes)


def _save_notebook(work: Path, notebook: Any, most_outputs: int) -> list[str]:
    """Write the executed notebook, without outputs where these are too large; return what is to note.

    One output that is shown in a thousand places came once and would be written a thousand times.
    """
    most = 2 * (work / "handin.ipynb").stat().st_size + most_outputs
    data, notes = dump_notebook(notebook, most), []
    if data is None:
        notes = [f"not kept: the outputs in the notebook, more than {most_outputs // MIB} MiB or nested too deeply"]
        bare = [{**cell, "outputs": []} if cell.cell_type == "code" else cell for cell in notebook.cells]
        data = dump_notebook({**notebook, "cells": bare}, most)
    if data is not None:
        (work / "executed.ipynb").write_bytes(data)
    return notes


def dump_notebook(notebook: Any, most: int) -> bytes | None:
    r"""Return a notebook as JSON; None when that is more than `most` bytes, or nested too deeply.

    >>> dump_notebook({"cells": []}, 20), dump_notebook({"cells": []}, 10)
    (b'{\n "cells": []\n}', None)
    """
    data = bytearray()
    try:
        for part in json.JSONEncoder(indent=1).iterencode(notebook):
            data += part.encode("ascii")
            if len(data) > most:
                return None
    except RecursionError:
        return None
    return bytes(data)


def _make_view(job: argparse.Namespace) -> cage.View:
    return cage.View(
        token=secrets.token_hex(8),
        run=job.folder.name,
        limits=job.limits,
        uid=cage.find_uid(job.slot),
        gpu=job.gpu,
        threads=job.threads,
        fonts=job.fonts,
        hidden=tuple(job.hide),
    )


async def _start_bare(view: cage.View) -> Kernel:
    packages = str(Path(grader.__file__).resolve().parents[1])
    names = (
        "CUDA_VISIBLE_DEVICES",
        "HW9_DEVICE",
        "HW9_RUN",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
    )
    environment = {name: value for name, value in cage.find_environment(view).items() if name in names}
    return await start_bare(make_temporary(), view, {**environment, "PYTHONPATH": packages})


def _ending_fields(ending: Ending) -> dict[str, Any]:
    return {"word": ending.word, "reason": ending.reason, "cell": ending.cell, "detail": ending.detail}


def _describe_limits(job: argparse.Namespace, group: Group) -> tuple[str, ...]:
    if not job.sandbox:
        return ("no sandbox: the notebook could read, write and reach all that its user can",)
    if group.kind == "none":
        return ("no memory group on this machine: the memory limit held for each process alone",)
    return ()


def _parse_gpu(text: str) -> Gpu:
    uuid, minor = text.rsplit(",", 1)
    return Gpu(uuid, int(minor))
