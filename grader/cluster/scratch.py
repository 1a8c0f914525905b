"""A worker's own folder on its machine, and the numbers of its places, which no other worker of the machine has.

Both are held by locks that end with the worker, however it ends: what a killed one left is removed by the next.
"""

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from assignment.fixable import FixableError

MOST_NUMBERS = 4000
LOCK = ".lock"


def find_base() -> Path:
    """Return where this user's workers have their folders on this machine."""
    return Path(tempfile.gettempdir()) / f"hw9-worker-{os.getuid()}"


@contextmanager
def open_scratch(base: Path) -> Iterator[Path]:
    """Give a new folder for one worker, and remove it with all in it; FixableError where none can be made."""
    try:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        if base.stat().st_uid != os.getuid() or base.is_symlink():
            raise FixableError(f"{base}: another user's; expected a folder of your own (TMPDIR says where)")
        with _sweep_alone(base):
            folder = base / f"worker.{secrets.token_hex(6)}"
            folder.mkdir(mode=0o700)
            lock = _lock(folder / LOCK)
    except OSError as error:
        raise FixableError(f"{base}: {error.strerror}; expected a folder that can be written (TMPDIR)") from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            lock.close()


@contextmanager
def hold_numbers(base: Path, count: int) -> Iterator[tuple[int, ...]]:
    """Give so many numbers that no other worker of this user has on this machine: as root they decide the user."""
    with contextlib.ExitStack() as held:
        numbers: list[int] = []
        for number in range(MOST_NUMBERS):
            lock = _lock(base / f"place.{number}")
            if lock is not None:
                held.enter_context(lock)
                numbers.append(number)
            if len(numbers) == count:
                break
        yield tuple(numbers)


def _lock(path: Path) -> IO[str] | None:
    import fcntl  # here: Windows has none

    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


@contextmanager
def _sweep_alone(base: Path) -> Iterator[None]:
    """Remove the folders of workers that were killed; nobody else does while one's own is made and not yet locked."""
    import fcntl

    with (base / LOCK).open("a") as file:
        with contextlib.suppress(OSError):  # a file system without locks: there nothing is swept either
            fcntl.flock(file, fcntl.LOCK_EX)
        for folder in base.glob("worker.*"):
            if (folder / LOCK).exists() and (lock := _lock(folder / LOCK)) is not None:
                with lock:
                    shutil.rmtree(folder, ignore_errors=True)
        yield
