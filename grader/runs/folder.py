"""A Run: the folder of one hand-in, executed once. What is ours and what is the student's are apart.

    RUNS/runs.json               format version, the course, and the hand-ins of the class
    RUNS/<student>/handin.ipynb  the bytes that were handed in, read once (`intake.py`)
                   job.json      what the worker is told
                   plan.json     which cells are the released ones
                   attempts      one line for each start, and one for each start that ended without a word
                   unready       why a start failed that is not the hand-in's fault; gone once the driver has read it
                   work/         THEIRS: executed.ipynb, outputs/*.npz
                   result.json   the word; written last, moved into place, never replaced

A Run without a result is not finished: it is executed when the same command runs again. A worker that ends without a
word, seen by its driver, is `lost`; it is tried once more and then goes to a person. A driver that was killed loses no
attempt.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from assignment.course import CourseMark
from assignment.files.foreign import read_file
from assignment.fixable import Fault, FixableError, load_file, parse_as
from assignment.records import Record
from assignment.sheet.notebook import MOST_BYTES as MOST_NOTEBOOK
from grader.files.private import make_private
from grader.files.told_path import find_path, tell_path
from grader.files.whole import MOST_BYTES, find_leftovers, load_json, to_json, write_whole
from grader.handins.submission import Submission

VERSION = 1
HANDIN_FILE = "handin.ipynb"
UNREADY_FILE = "unready"
MOST_VANISHED = 2  # ends without a word, seen by a driver
MOST_STARTS = 8  # starts at all, whoever ended them


class RunsFile(Record):
    """The file `runs.json` of a RUNS folder."""

    version: int
    submissions: tuple[Submission, ...] = ()
    handins: str | None = None  # where they were read last,
    handins_seen: str | None = None  # and as seen from RUNS
    course: CourseMark | None = None  # None: made before courses had a digest


def run_folder(runs: Path, submission: Submission) -> Path:
    """Return the Run folder of a hand-in."""
    return runs / submission.student


def check_runs(runs: Path) -> tuple[Submission, ...]:
    """Return the class of a RUNS folder, () for one that is still to be made; FixableError where it is none."""
    if runs.exists() and not runs.is_dir():
        raise FixableError(f"{runs}: not a folder; expected a RUNS folder or a new name")
    if (runs / "runs.json").exists():
        return load_submissions(runs)
    if runs.is_dir() and {path.name for path in runs.iterdir()} - {
        ".lock",
        *(its.name for its in find_leftovers(runs)),
    }:
        raise FixableError(f"{runs}: a folder with other things; expected a RUNS folder, an empty one, or a new name")
    return ()


def begin_runs(runs: Path, course: CourseMark) -> None:
    """Make a RUNS folder into which no notebook was taken in; one that is there stays as it is."""
    if not (runs / "runs.json").exists():
        check_runs(runs)
        with lock_runs(runs):
            record_class(runs, check_runs(runs), course=course)


def check_course(runs: Path, course: CourseMark) -> None:
    """Raise a FixableError where a RUNS folder says that it was made with another course."""
    its = _find_course(runs)
    if its is not None and its.digest != course.digest:
        says = f"made with course {its}, not with {course}; expected the same: give --course DIR, or a new RUNS folder"
        raise FixableError(Fault((str(runs / "runs.json"), "course"), says))


def _find_course(runs: Path) -> CourseMark | None:
    file = runs / "runs.json"
    data = load_json(file, "the file that hw9 run writes") if file.exists() else None
    its = data.get("course") if isinstance(data, dict) else None
    return parse_as(CourseMark, its, str(file), "course") if its is not None else None


def record_class(
    runs: Path, submissions: tuple[Submission, ...], handins: Path | None = None, course: CourseMark | None = None
) -> None:
    """Write `runs.json`; without a course that of an earlier one stays."""
    make_private(runs)
    whole, seen = (None, None) if handins is None else tell_path(handins.resolve(), runs)
    its = course or _find_course(runs)
    data = RunsFile(version=VERSION, submissions=submissions, handins=whole, handins_seen=seen, course=its)
    write_whole(runs / "runs.json", to_json(data))


def load_submissions(runs: Path) -> tuple[Submission, ...]:
    """Return the class that `run` recorded; FixableError when another version made the folder."""
    file = runs / "runs.json"
    first = "run `hw9 run HANDINS RUNS` first, or `hw9 score --responses FILE.csv RUNS` of a quiz"
    data = load_json(file, f"the file that hw9 run writes: {first}")
    version = data.get("version") if isinstance(data, dict) else None
    if version != VERSION:
        raise FixableError(f"{file}: version: {version!r}; expected {VERSION} (grade again into a new folder)")
    return parse_as(RunsFile, data, str(file)).submissions


def find_handins(runs: Path) -> Path | None:
    """Return where the class of a RUNS folder was taken from last; None where it came from no folder, or is new.

    What lies where it lay as seen from RUNS comes before what lies where it lay: a copied class has its own.
    """
    if not runs.exists():
        return None
    file = runs / "runs.json"
    data = parse_as(RunsFile, load_json(file, "the file that hw9 run writes"), str(file))
    return None if data.handins is None else find_path(data.handins, data.handins_seen, runs)


@contextmanager
def lock_runs(runs: Path) -> Iterator[None]:
    """Keep every other driver out of a RUNS folder; the lock ends with this process, however it ends."""
    import fcntl  # here: Windows has none

    with _open_lock(runs) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FixableError(f"{runs}: another hw9 run works in this folder; expected only one at a time") from None
        yield


def _open_lock(runs: Path) -> IO[str]:
    try:
        make_private(runs)
        return (runs / ".lock").open("a")
    except OSError as error:
        said = "not a folder" if runs.exists() and not runs.is_dir() else error.strerror
        raise FixableError(f"{runs}: {said}; expected a RUNS folder, or a new name where one can be made") from None


def begin_attempt(folder: Path) -> int:
    """Record on disk that the Run is started, and return which start this is, from 1."""
    _note(folder, "started")
    return _count(folder, "started")


def note_vanished(folder: Path) -> None:
    """Record that a worker ended without a word while its driver lived."""
    _note(folder, "vanished")


def note_unready(folder: Path, reason: str) -> None:
    """Leave word for the driver that nothing can be executed here, which is not the hand-in's fault."""
    write_whole(folder / UNREADY_FILE, reason.encode(errors="replace"))


def take_unready(folder: Path) -> str | None:
    """Return why nothing could be executed, and count that start for nothing; None where no such word was left."""
    try:
        reason = read_file(folder / UNREADY_FILE, MOST_BYTES).decode(errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        says = f"{error.strerror}; expected a file that can be read (the same command goes on)"
        raise FixableError(f"{folder / UNREADY_FILE}: {says}") from None
    _note(folder, "unready")
    (folder / UNREADY_FILE).unlink()
    return reason


def is_lost(folder: Path) -> bool:
    """Tell whether the Run has had all the attempts that it gets."""
    charged = _count(folder, "started") - _count(folder, "unready")
    return _count(folder, "vanished") >= MOST_VANISHED or charged >= MOST_STARTS


def write_handin(folder: Path, data: bytes) -> None:
    """Keep the bytes that were handed in, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / HANDIN_FILE, data)


def read_handin(folder: Path) -> bytes:
    """Return the bytes that were handed in; FixableError where a Run folder lost them."""
    expected = "the notebook that was taken in: run `hw9 run HANDINS RUNS` again"
    return load_file(folder / HANDIN_FILE, MOST_NOTEBOOK, expected)


def prepare_run(folder: Path) -> None:
    """Make the Run's work folder afresh."""
    for leftover in (folder / "work", *find_leftovers(folder)):
        shutil.rmtree(leftover) if leftover.is_dir() and not leftover.is_symlink() else leftover.unlink(missing_ok=True)
    (folder / UNREADY_FILE).unlink(missing_ok=True)
    (folder / "work").mkdir(parents=True)


def set_aside(runs: Path, folder: Path) -> Path:
    """Move the Run of a hand-in that has been replaced since out of the way; return where it is."""
    place = find_aside(runs, folder)
    place.parent.mkdir(exist_ok=True)
    folder.rename(place)
    return place


def find_aside(runs: Path, folder: Path) -> Path:
    """Return where the Run of a hand-in goes when it is replaced."""
    number = 1
    while (place := runs / ".replaced" / f"{folder.name}.{number}").exists():
        number += 1
    return place


def list_aside(runs: Path, student: str) -> list[Path]:
    """Return the Runs of a student that were set aside, the last one first."""
    found = (path for path in (runs / ".replaced").glob(f"{student}.*") if path.stem == student)
    return sorted((path for path in found if path.suffix[1:].isdigit()), key=lambda path: -int(path.suffix[1:]))


def _note(folder: Path, what: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "attempts").open("a") as file:
        file.write(f"{what} {datetime.now(UTC).isoformat(timespec='milliseconds')}\n")
        file.flush()
        os.fsync(file.fileno())


def _count(folder: Path, what: str) -> int:
    file = folder / "attempts"
    lines = load_file(file, MOST_BYTES, "what hw9 run notes").decode(errors="replace") if file.exists() else ""
    return sum(line.startswith(what) for line in lines.splitlines())
