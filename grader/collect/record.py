"""The record `collected.json`: where each hand-in came from, which attempts do not count, and what was not taken.

It has no time and no path of this machine in it, so the same downloads give the same record. By its hashes a folder is
known to be one that `hw9 collect` made and nobody changed since, but for the rows of `handins.csv`.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from assignment.files.foreign import open_file, read_file
from assignment.fixable import Fault, FixableError
from assignment.records import Record
from grader.handins.listing import RECORD
from grader.handins.people import FILE, Person

MOST_NAMED = 10
NO_FILE = "no regular file"
CANVASES = ("canvas", "ntu_cool")


MOST_RECORD = 64 * 2**20  # bytes of `collected.json`


class File(Record):
    """One file in HANDINS, and the download's member that it is a copy of."""

    path: str
    source: str
    bytes: int
    sha256: str


class Student(Record):
    """One student's files. `joined`: by what the roster's row was found; None: no row is this student's."""

    student: str
    name: str = ""
    joined: str | None = None
    lms_id: str = ""  # the course system's number in the names of the files, where all have the same
    files: tuple[File, ...] = ()
    earlier: tuple[File, ...] = ()


class NotTaken(Record):
    """A file that was not taken, and whose it would have been."""

    source: str
    why: str
    student: str | None = None


class Download(Record):
    """A download by its name, and the course system whose names its files have."""

    name: str
    system: str | None = None


class Collected(Record):
    """The file `collected.json`."""

    version: Literal[1] = 1
    downloads: tuple[Download, ...]
    roster: str | None = None
    students: tuple[Student, ...] = ()
    absent: tuple[str, ...] = ()  # of the roster, without a file
    held: tuple[NotTaken, ...] = ()
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    hashes: dict[str, str] = Field(default_factory=dict)  # of every file in HANDINS but this one
    rows: tuple[Person, ...] | None = None  # of handins.csv as they were made; None: an earlier version's record
    kept: str = Field(default="", exclude=True)  # what of a person's handins.csv was kept: said, not recorded


def load_lms_ids(handins: Path | None) -> Mapping[str, str]:
    """Return what `find_lms_ids` finds for a folder of hand-ins; none are known without a readable record."""
    try:
        return {} if handins is None else find_lms_ids(load_record(handins))
    except (OSError, ValidationError):
        return {}


def find_lms_ids(record: Collected) -> Mapping[str, str]:
    """Return the course system's number of each student whose files a record has.

    Only Canvas's count: its gradebook and its quiz's report have the same numbers.
    """
    if not all(one.system in CANVASES for one in record.downloads):
        return {}
    return {one.student: one.lms_id for one in record.students if one.lms_id}


def load_record(folder: Path) -> Collected:
    """Return the record of a folder of hand-ins; OSError where it cannot be read, ValidationError where it is none."""
    return Collected.model_validate_json(read_file(folder / RECORD, MOST_RECORD))


def hash_files(folder: Path) -> dict[str, str]:
    """Return the sha256 of every file below a folder but the record, by path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    named = ((path.relative_to(folder).as_posix(), path) for path in paths)
    return {name: hash_file(path) for name, path in named if name != RECORD}


def check_unchanged(folder: Path) -> Collected | None:
    """Return the record of a folder, None of a new one; FixableError where it holds what `hw9 collect` did not write.

    The rows of `handins.csv` may be others: they are the person's too.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    try:
        record = load_record(folder)
    except (OSError, ValidationError):
        says = "holds other things than hw9 collect wrote; expected an empty folder, or a new name"
        raise FixableError(Fault((str(folder),), says)) from None
    found = hash_files(folder)
    if record.rows is not None and found.get(FILE, NO_FILE) != NO_FILE:
        found[FILE] = record.hashes.get(FILE, "")
    changed = sorted(name for name in found.keys() | record.hashes.keys() if found.get(name) != record.hashes.get(name))
    if changed:
        more = f" and {len(changed) - MOST_NAMED} more" if len(changed) > MOST_NAMED else ""
        named = ", ".join(changed[:MOST_NAMED]).encode("utf-8", "replace").decode()
        says = "changed since hw9 collect wrote it; expected a new name"
        raise FixableError(Fault((str(folder), f"{named}{more}"), says))
    return record


def hash_file(path: Path) -> str:
    """Return the sha256 of a regular file, or what is no hash."""
    try:
        with open_file(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return NO_FILE
