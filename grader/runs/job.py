"""A Job: all that a worker is told about one Run, beside the hand-in itself. It is `job.json` in the Run's folder.

The file is an order. While it lies there unchanged, whoever runs the Run may go on; once it is taken back, or replaced
by the order of a later attempt, the Run is to be ended. It holds no secret: no key, no answer, no password.
"""

import errno
import hashlib
from pathlib import Path
from typing import Literal

from pydantic import NonNegativeInt, PositiveInt, StrictBool

from assignment.assignment import Limits
from assignment.course import Course, CourseMark, open_course
from assignment.files.foreign import read_file
from assignment.fixable import MOST_YAML, Fault, FixableError, load_file, parse_as
from assignment.profile import MANIFEST_NAME, check_profile
from assignment.records import Record
from grader.files.whole import MOST_BYTES, load_json, to_json, write_whole
from grader.handins.sharing import Sharing
from grader.sandbox.gpu import Gpu

JOB_FILE = "job.json"
FOR_NOW = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EINTR)


class OrderedCourse(Record):
    """Which course a Run executes, and where it lies; no folder: the embedded one."""

    folder: Path | None
    mark: CourseMark
    files: str = ""  # a digest of its manifest's and its settings' bytes, which a mark takes long to read


class Job(Record):
    """How one hand-in is to be executed: `job.json`."""

    version: Literal[1] = 1
    course: OrderedCourse
    limits: Limits
    sandbox: StrictBool = True
    keep_going: StrictBool = False  # after a cell that raised
    without_memory_group: StrictBool = False  # whether it may run where there is none
    subordinate: StrictBool = False  # whether its worker is root of the user's subordinate ids
    attempt: PositiveInt = 1
    slot: NonNegativeInt = 0  # no two Runs of a driver have one at the same time
    gpu: Gpu | None = None  # that of the slot
    gpu_memory_mib: PositiveInt | None = None  # of it for this slot; None: a whole device, which bounds itself
    threads: PositiveInt = 1
    fonts: Path | None = None  # the folder of a matplotlib font list made beforehand
    hidden: tuple[Path, ...] = ()  # folders that the notebook must not see
    share: Sharing | None = None  # None: the whole notebook is executed by a kernel of its own


def write_job(folder: Path, job: Job) -> None:
    """Order a Run."""
    write_whole(folder / JOB_FILE, to_json(job))


def load_job(folder: Path) -> Job:
    """Return what was ordered; FixableError with the place of every fault."""
    file = folder / JOB_FILE
    return parse_as(Job, load_json(file, "the file that hw9 run writes before a worker starts"), str(file))


def order_course(course: Course) -> OrderedCourse:
    """Return what a job says of a course."""
    return OrderedCourse(folder=None if course.embedded else course.folder, mark=course.mark, files=_hash_files(course))


def open_ordered(job: Job) -> Course:
    """Return the course of a job; FixableError where what lies there now is another than was ordered."""
    course = open_course(job.course.folder)
    check_profile(course.profile)
    if _hash_files(course) != job.course.files and course.mark != job.course.mark:
        says = f"course {course.mark}; expected {job.course.mark}, which was ordered: it changed since (run again)"
        raise FixableError(Fault((str(course.folder),), says))
    return course


def _hash_files(course: Course) -> str:
    parts = (
        load_file(path, MOST_YAML, "a readable YAML file") for path in (course.folder / MANIFEST_NAME, course.settings)
    )
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def read_order(folder: Path) -> bytes | None:
    """Return the order as it lies there now, to be compared later; None when there is none any more."""
    try:
        return read_file(folder / JOB_FILE, MOST_BYTES)
    except OSError:
        return None


def is_ordered(folder: Path, order: bytes) -> bool:
    """Tell whether an order lies there unchanged; where it cannot be read just now, it still counts as there."""
    try:
        return read_file(folder / JOB_FILE, MOST_BYTES) == order
    except OSError as error:
        return error.errno in FOR_NOW


def take_back(folder: Path) -> None:
    """Take an order back: who runs the Run ends it."""
    (folder / JOB_FILE).unlink(missing_ok=True)
