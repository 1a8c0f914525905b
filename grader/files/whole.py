"""Files of ours: there whole or not at all, on disk before what follows, and read with their place in errors.

A file is written aside, as `.<name>.<twelve digits>`, and moved into place. Its writer holds a lock on it, which ends
with the writer, however it ends: so what is there without a lock was left by one that was killed, and the next writer
of the same file removes it.
"""

import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from pydantic import BaseModel

from assignment.fixable import UNSEEN, FixableError, load_file

MOST_BYTES = 256 * 2**20  # of a file of ours, which others may have changed
DIGITS = re.compile("[0-9a-f]{12}")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file, or replace it; a reader sees the old bytes or the new ones."""
    with open_aside(path) as (aside, file):
        _write(file, data)
        aside.replace(path)
    _sync_folder(path.parent)


def to_json(record: BaseModel, indent: int = 1) -> bytes:
    """Return a record as JSON in which nothing acts on a terminal; it is read as what it was."""
    text = UNSEEN.sub(lambda sign: json.dumps(sign[0])[1:-1], record.model_dump_json(indent=indent))
    return f"{text}\n".encode()


def create_whole(path: Path, data: bytes) -> bool:
    """Write a file unless there is one; the first of several writers wins. Tell whether this was the first."""
    with open_aside(path) as (aside, file):
        _write(file, data)
        try:
            os.link(aside, path)
            return True
        except FileExistsError:
            return False
        finally:
            aside.unlink()
            _sync_folder(path.parent)


@contextmanager
def open_aside(path: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """Give a file beside `path`, with its own path, to be written and moved there; an error removes it."""
    _sweep(path)
    aside, file = _create_locked(path)
    with file:
        try:
            yield aside, file
        except BaseException:
            aside.unlink(missing_ok=True)
            raise


def find_leftovers(folder: Path) -> tuple[Path, ...]:
    """Return what writers that were killed left in a folder, of JSON files and of notebooks."""
    return tuple(sorted((*folder.glob(".*.json*"), *folder.glob(".*.ipynb.*"))))


def load_json(path: Path, expected: str) -> object:
    """Return what a JSON file holds; FixableError, with what was expected, where it cannot be read or is not JSON."""
    try:
        return json.loads(load_file(path, MOST_BYTES, expected))
    except (ValueError, RecursionError):
        raise FixableError(f"{path}: not JSON; expected {expected}") from None


def _create_locked(path: Path) -> tuple[Path, IO[bytes]]:
    import fcntl  # here: Windows has none, and `look` and `check` run there

    while True:
        aside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")  # machines may share the folder
        file = aside.open("x+b")
        with suppress(OSError):  # a file system without locks: there nothing is swept either
            fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            return aside, file
        file.close()  # it was swept before it was locked


def _sweep(path: Path) -> None:
    """Remove what writers of a file left that were killed."""
    import fcntl

    start = f".{path.name}."
    for name in os.listdir(path.parent):
        if name.startswith(start) and DIGITS.fullmatch(name.removeprefix(start)):
            left = path.parent / name
            with suppress(OSError), left.open("r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink()


def _write(file: IO[bytes], data: bytes) -> None:
    file.write(data)
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
