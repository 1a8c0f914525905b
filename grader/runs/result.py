"""How one hand-in's execution ended: `result.json`, a worker's only answer, written last and never replaced."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, PositiveInt

from assignment.fixable import FixableError, parse_as
from assignment.records import Record
from grader.files.whole import create_whole, load_json, to_json

RESULT_FILE = "result.json"

ResultWord = Literal["ran", "failed", "timed_out", "lost"]
Reason = Literal[
    "exception",  # a cell raised
    "kernel_died",  # the kernel ended while a cell ran
    "memory",  # more memory than allowed
    "gpu_memory",  # more of the GPU's memory than its share, or than there was
    "files",  # more, or larger, files than allowed
    "output",  # more output than allowed
    "message",  # the kernel sent what no kernel sends
    "cell_time",  # one cell ran too long
    "notebook_time",  # all cells together ran too long
    "cpu_time",  # more processor time than allowed
]


Seconds = Annotated[float, Field(ge=0, le=1e8, allow_inf_nan=False)]  # up to three years
Mib = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
CellIndex = Annotated[int, Field(ge=0, le=1_000_000)]
Moment = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(3000, 1, 1, tzinfo=UTC))]


class RunResult(Record):
    """How one hand-in's execution ended: `result.json`."""

    version: Literal[1] = 1
    student: str
    word: ResultWord
    reason: Reason | None = None
    cell: CellIndex | None = None  # 0-based index among all cells of the notebook
    detail: str | None = None  # the student's text, capped
    kept_going: bool = False  # after the cell that failed, to the notebook's end
    seconds: Seconds = 0.0
    cell_seconds: tuple[Seconds | None, ...] = ()  # one for each cell of the notebook; None: not executed
    shared: tuple[CellIndex, ...] = ()  # cells not executed: what they gave is the released notebook's
    peak_memory_mib: Mib = 0.0
    peak_gpu_memory_mib: Mib | None = None  # None: not watched
    output_bytes: int = Field(default=0, ge=0, le=2**50)
    device: str = "cpu"
    machine: str | None = None  # on which it ran
    gpu: str | None = None  # its name where that is known, and its UUID
    gpu_driver: str | None = None
    sandbox: bool = True
    memory_group: str = "none"  # none: a watcher added up what it held
    attempt: PositiveInt = 1
    started_at: Moment
    notebook_sha256: str = ""
    notes: tuple[str, ...] = ()


def load_result(folder: Path) -> RunResult | None:
    """Return a Run's result; None when it has none yet."""
    file = folder / RESULT_FILE
    if not file.exists():
        return None
    return parse_as(RunResult, load_json(file, "a result of hw9 run"), str(file))


def commit_result(folder: Path, result: RunResult) -> bool:
    """Put a result into place whole; the first writer wins. Tell whether this was the first."""
    return create_whole(folder / RESULT_FILE, to_bytes(result))


def to_bytes(result: RunResult) -> bytes:
    """Return what `result.json` will hold; FixableError where that would not be read as the same result."""
    try:
        data = to_json(result)
        same = parse_as(RunResult, json.loads(data), RESULT_FILE) == result
    except ValueError as error:  # half a character, a number that JSON has not
        raise FixableError(f"{RESULT_FILE}: {error}; expected text and numbers that can be written") from None
    if not same:
        raise FixableError(f"{RESULT_FILE}: is read as another than was written; expected the same")
    return data
