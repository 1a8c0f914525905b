"""Reading files that students made: nothing that they plant may lead us elsewhere, block us or fill our memory."""

import os
import stat
from pathlib import Path, PurePosixPath

from assignment.fixable import FixableError


def read_untrusted(folder: Path | int, relative: str | PurePosixPath, max_bytes: int) -> bytes:
    """Return the bytes of a regular file of at most `max_bytes` below `folder` (a path, or an open descriptor).

    No component below `folder` may be a symbolic link. FixableError says what is there instead.
    """
    parts = PurePosixPath(relative).parts
    if not parts or ".." in parts or parts[0] == "/":
        raise FixableError(f"{relative}: not a path below the folder; expected a relative one without '..'")
    try:
        return _read_at(folder, parts, max_bytes)
    except FixableError as error:
        raise error.within(str(relative)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FixableError(f"{relative}: {reason}; expected a regular file, no link") from None


def list_untrusted(folder: Path | int, relative: str | PurePosixPath = ".", most: int = 1000) -> tuple[str, ...]:
    """Return the sorted names in a folder of theirs, `most` of them at the most; () when it is no real folder."""
    parts = PurePosixPath(relative).parts
    try:
        descriptor = _open_folder(folder, parts)
    except OSError:
        return ()
    try:
        with os.scandir(descriptor) as entries:
            return tuple(sorted(entry.name for entry, _ in zip(entries, range(most), strict=False)))
    finally:
        os.close(descriptor)


def _get_flags() -> int:
    """Return how a file is opened; asked when one is, since Windows has none of these."""
    return os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def _read_at(folder: Path | int, parts: tuple[str, ...], max_bytes: int) -> bytes:
    parent = _open_folder(folder, parts[:-1])
    try:
        descriptor = os.open(parts[-1], _get_flags(), dir_fd=parent)
    finally:
        os.close(parent)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FixableError("not a regular file; expected one")
        data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise FixableError(f"more than {max_bytes} bytes; expected at most that")
    return data


def _open_folder(folder: Path | int, parts: tuple[str, ...]) -> int:
    """Return a descriptor of a folder below `folder`, opened component by component."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    here = os.open(".", flags, dir_fd=folder) if isinstance(folder, int) else os.open(folder, flags)
    for part in parts:
        above = here
        try:
            here = os.open(part, _get_flags() | os.O_DIRECTORY, dir_fd=above)
        finally:
            os.close(above)
    return here
