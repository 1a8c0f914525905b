"""A Run: the folder of one hand-in, executed once. What is ours and what is the student's are apart.

    RUNS/runs.json             format version and the hand-ins of the class
    RUNS/<student>/plan.json   which cells are the released ones
                   attempts    one line for each start, and one for each start that ended without a word
                   work/       THEIRS: handin.ipynb, executed.ipynb, outputs/*.npz
                   result.json the word; written last, moved into place, never replaced

A Run without a result is not finished: it is executed when the same command runs again. A worker that ends without a
word, seen by its driver, is `lost`; it is tried once more and then goes to a person. A driver that was killed loses no
attempt.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime

from assignment.fixable import FixableError, parse_as
from assignment.records import Record
from grader.handins.submission import Submission

VERSION = 1
MOST_VANISHED = 2  # ends without a word, seen by a driver
MOST_STARTS = 8  # starts at all, whoever ended them

Word = Literal["ran", "failed", "timed_out", "lost"]
Reason = Literal[
    "exception",  # a cell raised
    "kernel_died",  # the kernel ended while a cell ran
    "memory",  # more memory than allowed
    "files",  # more, or larger, files than allowed
    "output",  # more output than allowed
    "message",  # the kernel sent what no kernel sends
    "cell_time",  # one cell ran too long
    "notebook_time",  # all cells together ran too long
    "cpu_time",  # more processor time than allowed
]


class Result(Record):
    """How one hand-in's execution ended: `result.json`."""

    version: Literal[1] = 1
    student: str
    word: Word
    reason: Reason | None = None
    cell: int | None = None  # 0-based index among all cells of the notebook
    detail: str | None = None  # the student's text, capped
    seconds: float = 0.0
    cell_seconds: tuple[float | None, ...] = ()  # one for each cell of the notebook; None: not executed
    peak_memory_mib: float = 0.0
    output_bytes: int = 0
    device: str = "cpu"
    sandbox: bool = True
    memory_group: str = "none"  # none: the memory limit held for each process alone
    attempt: int = 1
    started_at: AwareDatetime
    notebook_sha256: str = ""
    notes: tuple[str, ...] = ()


class RunsFile(Record):
    """The file `runs.json` of a RUNS folder."""

    version: int
    submissions: tuple[Submission, ...] = ()


def find_folder(runs: Path, submission: Submission) -> Path:
    """Return the Run folder of a hand-in."""
    return runs / submission.student


def prepare_runs(runs: Path, submissions: tuple[Submission, ...]) -> None:
    """Make the RUNS folder, or check that this version made it, and record the class in it."""
    if runs.exists() and not runs.is_dir():
        raise FixableError(f"{runs}: not a folder; expected a RUNS folder or a new name")
    if runs.is_dir() and not (runs / "runs.json").exists() and any(path.name != ".lock" for path in runs.iterdir()):
        raise FixableError(f"{runs}: a folder with other things; expected a RUNS folder, an empty one, or a new name")
    if (runs / "runs.json").exists():
        load_submissions(runs)
    runs.mkdir(parents=True, exist_ok=True)
    data = RunsFile(version=VERSION, submissions=submissions)
    write_whole(runs / "runs.json", data.model_dump_json(indent=1).encode())


def load_submissions(runs: Path) -> tuple[Submission, ...]:
    """Return the class that `run` recorded; FixableError when another version made the folder."""
    file = runs / "runs.json"
    data = _load_json(file, "the file that hw9 run writes: run `hw9 run HANDINS RUNS` first")
    version = data.get("version") if isinstance(data, dict) else None
    if version != VERSION:
        raise FixableError(f"{file}: version: {version!r}; expected {VERSION} (grade again into a new folder)")
    return parse_as(RunsFile, data, str(file)).submissions


@contextmanager
def lock_runs(runs: Path) -> Iterator[None]:
    """Keep every other driver out of a RUNS folder; the lock ends with this process, however it ends."""
    runs.mkdir(parents=True, exist_ok=True)
    with (runs / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FixableError(f"{runs}: another hw9 run works in this folder; expected only one at a time") from None
        yield


def load_result(folder: Path) -> Result | None:
    """Return a Run's result; None when it has none yet."""
    file = folder / "result.json"
    if not file.exists():
        return None
    return parse_as(Result, _load_json(file, "a result of hw9 run"), str(file))


def commit_result(folder: Path, result: Result) -> bool:
    """Put a result into place whole; the first writer wins. Tell whether this was the first."""
    aside = folder / f".result.{os.getpid()}.json"
    _write_synced(aside, (result.model_dump_json(indent=1) + "\n").encode())
    try:
        os.link(aside, folder / "result.json")
        return True
    except FileExistsError:
        return False
    finally:
        aside.unlink()
        _sync_folder(folder)


def begin_attempt(folder: Path) -> int:
    """Record on disk that the Run is started, and return which start this is, from 1."""
    _note(folder, "started")
    return _count(folder, "started")


def note_vanished(folder: Path) -> None:
    """Record that a worker ended without a word while its driver lived."""
    _note(folder, "vanished")


def is_lost(folder: Path) -> bool:
    """Tell whether the Run has had all the attempts that it gets."""
    return _count(folder, "vanished") >= MOST_VANISHED or _count(folder, "started") >= MOST_STARTS


def prepare_run(folder: Path, notebook: bytes) -> None:
    """Make the Run folder with a fresh work folder that holds the hand-in."""
    for leftover in (folder / "work", *folder.glob(".result.*.json")):
        shutil.rmtree(leftover) if leftover.is_dir() and not leftover.is_symlink() else leftover.unlink(missing_ok=True)
    (folder / "work").mkdir(parents=True)
    (folder / "work" / "handin.ipynb").write_bytes(notebook)


def set_aside(runs: Path, folder: Path) -> Path:
    """Move the Run of a hand-in that has been replaced since out of the way; return where it is."""
    (runs / ".replaced").mkdir(exist_ok=True)
    number = 1
    while (place := runs / ".replaced" / f"{folder.name}.{number}").exists():
        number += 1
    folder.rename(place)
    return place


def write_whole(path: Path, data: bytes) -> None:
    """Write a file of ours so that it is there whole or not at all."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    _write_synced(aside, data)
    aside.replace(path)
    _sync_folder(path.parent)


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _note(folder: Path, what: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "attempts").open("a") as file:
        file.write(f"{what} {datetime.now(UTC).isoformat(timespec='milliseconds')}\n")
        file.flush()
        os.fsync(file.fileno())


def _count(folder: Path, what: str) -> int:
    file = folder / "attempts"
    return sum(line.startswith(what) for line in file.read_text().splitlines()) if file.exists() else 0


def _load_json(file: Path, what: str) -> object:
    try:
        return json.loads(file.read_bytes())
    except OSError as error:
        raise FixableError(f"{file}: {error.strerror}; expected {what}") from None
    except (ValueError, RecursionError):
        raise FixableError(f"{file}: not JSON; expected {what}") from None
