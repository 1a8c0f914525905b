"""One order on a worker's machine: fetched, executed as the driver's own machine would, sent back, and forgotten.

What is done for one notebook stays behind `run_job`; here only its folder is made and emptied.
"""

import asyncio
import json
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from assignment.fixable import FixableError, parse_as
from grader.cluster.parcel import list_returned, read_log, read_piece
from grader.cluster.wire import GIVEN_UP, REFUSED, Line
from grader.driver.run_job import run_job
from grader.runs.folder import take_unready
from grader.runs.job import Job, write_job
from grader.runs.result import RESULT_FILE


@dataclass(frozen=True)
class Bound:
    """What of an order is the machine's to say."""

    machine: str  # its secret
    own: dict[str, Any]  # fields of a Job: slot, gpu, threads, fonts, hidden, course, group, users
    folder: Path  # where Runs of this place lie


async def bring(line: Line, order: dict[str, Any], bound: Bound) -> Path:
    """Fetch an order into a Run's folder and return it; FixableError where it is none."""
    folder = bound.folder / check_inside(order["student"])
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "work").mkdir(parents=True)
    for name, size in order["files"].items():
        path = folder / check_inside(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            while file.tell() < size:
                asked = {"ticket": order["ticket"], "name": name, "offset": file.tell()}
                answer = await line.call("read", machine=bound.machine, **asked)
                if not answer.get("data"):
                    raise FixableError(f"{name}: {answer.get(REFUSED, 'cut short')}; expected {size} bytes")
                file.write(answer["data"])
    job = parse_as(Job, json.loads(order["job"]), "job")
    write_job(folder, job.model_copy(update=bound.own))
    return folder


async def execute(folder: Path) -> str:
    """Execute the Run of a folder; return why there is no result, '' where there is one."""
    try:
        await asyncio.to_thread(run_job, folder)
    except FixableError as error:
        return str(error)
    if (reason := take_unready(folder)) is not None:
        return reason
    if (folder / RESULT_FILE).exists():
        return ""
    return " ".join(read_log(folder).decode(errors="replace").split())[-400:] or "its worker ended without a word"


async def send_back(line: Line, folder: Path, ticket: str, bound: Bound) -> str:
    """Send what a Run saved and its result; return why the driver took it not, '' where it did."""
    for name in list_returned(folder):
        offset, size = 0, (folder / name).stat().st_size
        while offset < size:
            data = await asyncio.to_thread(read_piece, folder / name, offset)
            piece = {"ticket": ticket, "name": name, "offset": offset, "data": data}
            answer = await line.call("piece", machine=bound.machine, **piece)
            if answer:
                return str(answer.get(REFUSED, GIVEN_UP))
            offset += len(data)
    result = (folder / RESULT_FILE).read_bytes()
    answer = await line.call("done", machine=bound.machine, ticket=ticket, result=result)
    return str(answer.get(REFUSED, ""))


def check_inside(name: object) -> PurePosixPath:
    """Return a path that stays inside a folder; FixableError for any other."""
    path = PurePosixPath(name) if isinstance(name, str) else PurePosixPath("..")
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise FixableError(f"{str(name)[:60]!r}; expected a path inside the Run's folder")
    return path
