"""One order on a worker's machine: fetched, executed as the driver's own machine would, sent back, and forgotten.

What is done for one notebook stays behind `run_job`; here only its folder is made and emptied.
"""

import asyncio
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from assignment.course import Course
from assignment.fixable import FixableError, parse_as
from grader.cluster.parcel import list_returned, read_log, read_piece
from grader.cluster.wire import GIVEN_UP, REFUSED, Line
from grader.driver.run_job import run_job
from grader.runs.folder import take_unready
from grader.runs.job import Job, take_back, write_job
from grader.runs.result import RESULT_FILE

PAUSE = 1.0  # seconds between two tries to reach a driver


class UnreadyError(FixableError):
    """Nothing can be executed on this machine, which is no notebook's fault."""


@dataclass(frozen=True)
class Bound:
    """What of an order is the machine's to say."""

    machine: str  # its secret
    own: dict[str, Any]  # fields of a Job: slot, gpu, threads, fonts, hidden, course, group, users
    folder: Path  # where Runs of this place lie


@dataclass
class Stay:
    """One stay with a driver, from the hello to the last word."""

    machine: str
    course: Course
    beat: float
    subordinate: bool  # whether its notebooks have users of their own
    running: dict[str, Path | None] = field(default_factory=dict)  # ticket -> its Run's folder, once there is one
    over: str = ""  # why it ended: "end", "stop", "unknown", "late", "silent", "stopped"

    def drop(self, tickets: Any) -> None:
        """End the execution of orders."""
        for ticket in tickets:
            folder = self.running.pop(ticket, None)
            if folder is not None:
                take_back(folder)


async def bring(line: Line, order: dict[str, Any], bound: Bound) -> Path:
    """Fetch an order into a Run's folder and return it; FixableError where it is none, or one without the sandbox.

    Whoever has the class's certificate may answer in the driver's place: what protects this machine is not theirs.
    """
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
    if not job.sandbox:
        raise FixableError("job: sandbox: False; expected True: a worker executes in its sandbox alone")
    write_job(folder, job.model_copy(update=bound.own))
    return folder


async def execute(folder: Path) -> str:
    """Execute the Run of a folder; return why there is no result, '' where there is one.

    UnreadyError where nothing can be started here, not even an empty notebook.
    """
    try:
        await asyncio.to_thread(run_job, folder)
    except FixableError as error:
        return str(error)
    if (reason := take_unready(folder)) is not None:
        raise UnreadyError(reason)
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


async def find_result(stay: Stay, line: Line, order: dict[str, Any], bound: Bound) -> tuple[str, bool]:
    """Execute an order, send its result back; return why there is none, and whether that is this machine's doing.

    OSError where the connection broke before there was one.
    """
    ticket, why = str(order["ticket"]), ""
    try:
        folder = await bring(line, order, bound)
        if ticket in stay.running:
            stay.running[ticket] = folder
            why = await execute(folder)
        if ticket in stay.running and not why:
            why = await _send_until_taken(stay, line, folder, ticket, bound)
    except OSError as error:
        if line.comm is None:
            raise
        return f"{type(error).__name__}: {error}", True  # its disk
    except (FixableError, KeyError, ValueError) as error:
        return str(error), isinstance(error, UnreadyError)
    return why, False


async def _send_until_taken(stay: Stay, line: Line, folder: Path, ticket: str, bound: Bound) -> str:
    """Send a result until the driver has it or does not want it; a connection that breaks is made again."""
    while True:
        try:
            return await send_back(line, folder, ticket, bound)
        except OSError:
            if stay.over or ticket not in stay.running:
                return ""
            await asyncio.sleep(PAUSE)


def check_inside(name: object) -> PurePosixPath:
    """Return a path that stays inside a folder; FixableError for any other."""
    path = PurePosixPath(name) if isinstance(name, str) else PurePosixPath("..")
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise FixableError(f"{str(name)[:60]!r}; expected a path inside the Run's folder")
    return path
