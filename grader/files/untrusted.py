"""Reading files that students made, as `assignment/files/foreign.py` reads; what is wrong is said with its place."""

import errno
import os
from pathlib import Path, PurePosixPath

from assignment.files.foreign import open_folder, read_below
from assignment.fixable import Fault, FixableError


def read_untrusted(folder: Path | int, relative: str | PurePosixPath, max_bytes: int) -> bytes:
    """Return the bytes of a regular file of at most `max_bytes` below `folder` (a path, or an open descriptor).

    No component below `folder` may be a symbolic link. FixableError says what is there instead.
    """
    try:
        return read_below(folder, relative, max_bytes)
    except OSError as error:
        wanted = "at most that" if error.errno == errno.EFBIG else "a regular file, no link"
        raise FixableError(Fault((str(relative),), f"{error.strerror}; expected {wanted}")) from None


def list_untrusted(folder: Path | int, relative: str | PurePosixPath = ".", most: int = 1000) -> tuple[str, ...]:
    """Return the sorted names in a folder of theirs, `most` of them at the most; () when it is no real folder."""
    try:
        descriptor = open_folder(folder, PurePosixPath(relative).parts)
    except OSError:
        return ()
    try:
        with os.scandir(descriptor) as entries:
            return tuple(sorted(entry.name for entry, _ in zip(entries, range(most), strict=False)))
    finally:
        os.close(descriptor)
