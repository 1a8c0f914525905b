"""Reading a file that is not ours: nothing that is put there leads us elsewhere, blocks us or fills our memory.

It is opened once, without waiting and following no link, and looked at by its descriptor, so that what was looked at is
what is read: a regular file, of at most so many bytes, within so many seconds. Else OSError, whose `strerror` says what
is there instead; who asked knows the place and what was expected.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path, PurePosixPath
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar, cast

SECONDS = 60.0  # for one file, and one more for each MiB: a file system of another machine may never answer
MIB = 2**20


def _get_flags(*names: str) -> int:
    """Return these of `os` together; a system that has not one of them goes without: Windows has its own, O_BINARY."""
    return sum(getattr(os, name, 0) for name in (*names, "O_RDONLY", "O_CLOEXEC", "O_BINARY"))


_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
OPEN = _get_flags("O_NOFOLLOW", "O_NONBLOCK")
_FOLDER = _get_flags("O_DIRECTORY")

Given = TypeVar("Given")


def read_file(path: Path, most: int, *, seconds: float = SECONDS) -> bytes:
    """Return the bytes of a regular file, no link, of at most `most`; OSError says what is there instead."""
    return _within(seconds + most / MIB, lambda: b"".join(_read(open_file(path), most)))


def read_below(folder: Path | int, relative: str | PurePosixPath, most: int, *, seconds: float = SECONDS) -> bytes:
    """Return the bytes of a regular file below `folder` (a path, or an open descriptor), of at most `most`.

    No component below `folder` may be a link, and none leads up. OSError says what is there instead.
    """
    return _within(seconds + most / MIB, lambda: b"".join(_read(open_below(folder, relative), most)))


def digest_below(folder: Path | int, relative: str | PurePosixPath, most: int) -> tuple[int, str]:
    """Return how many bytes a file has that `read_below` reads, and their sha256, without holding them all."""

    def digest() -> tuple[int, str]:
        size, found = 0, hashlib.sha256()
        for piece in _read(open_below(folder, relative), most, MIB):
            size += len(piece)
            found.update(piece)
        return size, found.hexdigest()

    return _within(SECONDS + most / MIB, digest)


def open_file(path: Path, folder: int | None = None) -> BufferedReader:
    """Return a regular file, opened to be read in parts by who bounds them; OSError says what is there instead.

    folder: an open descriptor of the folder that `path` is seen from.
    """
    descriptor = _open(path, OPEN, folder)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    raise OSError(errno.EINVAL, "not a regular file")


def open_below(folder: Path | int, relative: str | PurePosixPath) -> BufferedReader:
    """Return a file below a folder as `open_file` does, where no component is a link and none leads up."""
    parts = PurePosixPath(relative).parts
    if not parts or ".." in parts or parts[0] == "/":
        raise OSError(errno.EINVAL, "not a path below the folder, a relative one without '..'")
    if os.open not in os.supports_dir_fd and not isinstance(folder, int):  # Windows: by names, one after the other
        for count in range(1, len(parts) + 1):
            if folder.joinpath(*parts[:count]).is_symlink():
                raise OSError(errno.ELOOP, "a link")
        return open_file(folder.joinpath(*parts))
    parent = open_folder(folder, parts[:-1])
    try:
        return open_file(Path(parts[-1]), parent)
    finally:
        os.close(parent)


def open_folder(folder: Path | int, parts: tuple[str, ...]) -> int:
    """Return a descriptor of a folder below `folder`, opened component by component."""
    here = os.open(".", _FOLDER, dir_fd=folder) if isinstance(folder, int) else _open(folder, _FOLDER)
    for part in parts:
        above = here
        try:
            here = _open(part, _FOLDER | OPEN, above)
        finally:
            os.close(above)
    return here


def _open(path: Path | str, flags: int, folder: int | None = None) -> int:
    try:
        return os.open(path, flags, dir_fd=folder)
    except ValueError as error:  # a name with a null byte, or no Unicode
        raise OSError(errno.EINVAL, str(error)) from None
    except OSError as error:
        says = {errno.ELOOP: "a link", errno.ENXIO: "not a regular file"}  # ENXIO: a socket
        if error.errno in says and flags & _NO_LINK:
            raise OSError(error.errno, says[error.errno]) from None
        raise


def _read(opened: BufferedReader, most: int, chunk: int = 0) -> Iterator[bytes]:
    """Yield what is in a file, and close it; one that grows while it is read is read no further than `most`.

    chunk: bytes a piece; 0: all that it has when it is opened in one.
    """
    with opened as file:
        size, left = os.fstat(file.fileno()).st_size, most
        if size > most:
            raise OSError(errno.EFBIG, f"more than {most} bytes")
        while piece := file.read(min(left + 1, chunk or max(size + 1, MIB))):
            left -= len(piece)
            if left < 0:
                raise OSError(errno.EFBIG, f"more than {most} bytes")
            yield piece


def _within(seconds: float, read: Callable[[], Given]) -> Given:
    """Return what a reading gives; one that takes too long is left to itself, and does not keep us from ending."""
    done = SimpleQueue[tuple[Given | None, BaseException | None]]()

    def work() -> None:
        try:
            done.put((read(), None))
        except BaseException as error:
            done.put((None, error))

    reader = Thread(target=work, daemon=True)
    reader.start()
    try:
        given, error = done.get(timeout=seconds)
    except Empty:
        raise OSError(errno.ETIMEDOUT, f"not read within {seconds:.0f} seconds") from None
    reader.join()
    if error is not None:
        raise error
    return cast("Given", given)
