"""A source of files: a zip archive or a folder, listed before anything is read. Nothing in it is believed.

What a member's own entry shows to be wrong (a link, a path that leads elsewhere, a size or a compression that nobody
needs) is its fault and no other's. An archive whose directory cannot be read has no members.
"""

import os
import stat
import struct
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from assignment.files.foreign import open_file
from assignment.fixable import FixableError
from grader.collect.names import LITTER, find_name, is_litter, split_name

MOST_BYTES = 128 * 2**20  # of one file
MOST_RATIO = 200  # of a file larger than UNSUSPECTED to what it takes in the archive
UNSUSPECTED = 64 * 2**20
MOST_ENTRIES = 20_000  # of a student's archive,
MOST_ENTRIES_OF_ALL = 100_000  # and of a download
ADVICE = " (unpack it, and collect the folder)"
MOST_DIRECTORY = 4 * 2**20  # bytes of an archive's own list of its members, each of which takes a KiB of our memory,
MOST_DIRECTORY_OF_ALL = 16 * 2**20  # and of a download's
END, END_64, LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others can ask for gigabytes of memory
READ_ERRORS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


@dataclass(frozen=True)
class Member:
    """One file: the parts of its path, its size as the source says it, how it is opened, or why it is not."""

    name: str
    parts: tuple[str, ...]
    size: int
    open: Callable[[], IO[bytes]]
    fault: str | None = None
    crc: int | None = None


def list_folder(folder: Path) -> Iterator[Member]:
    """Yield the files below a folder; links, and folders that cannot be listed, are there with a fault."""
    unlisted: list[Member] = []

    def note(error: OSError) -> None:
        unlisted.append(replace(_look_at(Path(error.filename), folder), fault=f"{error.strerror}; expected a folder"))

    for where, folders, files in os.walk(folder, onerror=note, followlinks=False):
        folders[:] = sorted(name for name in folders if name.lower() not in LITTER)
        links = [name for name in folders if Path(where, name).is_symlink()]
        for name in sorted([*files, *links]):
            yield _look_at(Path(where, name), folder)
    yield from unlisted


def find_outer_folder(folder: Path) -> tuple[str, ...]:
    """Return the folders that everything below a folder lies in."""
    found: list[str] = []
    while True:
        here = folder.joinpath(*found)
        try:
            names = [name for name in os.listdir(here) if not is_litter((name,))]
        except OSError:
            return tuple(found)
        if len(names) != 1 or (here / names[0]).is_symlink() or not (here / names[0]).is_dir():
            return tuple(found)
        found.append(names[0])


def list_zip(archive: zipfile.ZipFile) -> list[Member]:
    """Return the files in an archive; of several with one name but other contents none can be taken."""
    found = [_look_at_info(archive, info) for info in archive.infolist() if not info.filename.endswith("/")]
    same: dict[tuple[str, ...], list[Member]] = defaultdict(list)
    for member in found:
        same[member.parts].append(member)
    return [one for parts, its in same.items() for one in (_settle_doubled(its) if parts and len(its) > 1 else its)]


def open_zip(path: Path, *, whole: bool = False) -> zipfile.ZipFile:
    """Return an archive, opened; FixableError where it is none, or one whose list alone would fill the memory.

    whole: it is the download itself and no student's.
    """
    most, advice = (MOST_DIRECTORY_OF_ALL, ADVICE) if whole else (MOST_DIRECTORY, "")
    try:
        size = read_directory_size(path)
        if size > most:
            raise FixableError(f"its list of members has {size} bytes; expected at most {most}{advice}")
        archive = zipfile.ZipFile(open_file(path))
    except UnicodeDecodeError:
        raise FixableError("a name in it is marked as UTF-8 and is not; expected it unpacked, as a folder") from None
    except READ_ERRORS as error:
        raise FixableError(f"{error}; expected a whole zip file") from None
    many, most = len(archive.filelist), MOST_ENTRIES_OF_ALL if whole else MOST_ENTRIES
    if many > most:
        archive.close()
        raise FixableError(f"{many} members; expected at most {most}{advice}")
    return archive


def read_directory_size(path: Path) -> int:
    """Return how many bytes an archive's list of members has, as its end says: the most of all that may be its end."""
    with open_file(path) as file:
        start = max(0, file.seek(0, os.SEEK_END) - 2**16 - 22 - 20 - 56)
        file.seek(start)
        tail = file.read()
        sizes = [0]
        for at in {len(tail) - 22, tail.rfind(END)}:
            if at < 0 or tail[at : at + 4] != END or len(tail) < at + 22:
                continue
            (size,) = struct.unpack("<L", tail[at + 12 : at + 16])
            sizes += [] if size == 2**32 - 1 else [int(size)]
            if at >= 20 and tail[at - 20 : at - 16] == LOCATOR:
                (told,) = struct.unpack("<Q", tail[at - 12 : at - 4])
                for place in (int(told), start + at - 20 - 56):  # where it says that its end is, and where it should be
                    file.seek(max(0, min(place, start + at)))
                    record = file.read(56)
                    sizes += [struct.unpack("<Q", record[40:48])[0]] if record[:4] == END_64 else []
    return max(sizes)


def _look_at(path: Path, folder: Path) -> Member:
    name, fault, size = os.fsencode(path.relative_to(folder)).decode(errors="replace"), None, 0
    parts: tuple[str, ...] = ()
    try:
        parts, state = split_name(name), path.lstat()
        size = state.st_size
        fault = None if stat.S_ISREG(state.st_mode) else "a link or no regular file; expected a file"
    except (OSError, ValueError) as error:
        fault = str(getattr(error, "strerror", None) or error)
    return Member(_show(name), parts, size, lambda: open_file(path), fault or _find_size_fault(size, size))


def _show(name: str) -> str:
    """Return a name on one line, whatever is in it."""
    return "".join(one if one.isprintable() else "\ufffd" for one in name)


def _look_at_info(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    name = find_name(info)
    parts: tuple[str, ...] = ()
    try:
        parts = split_name(name)
        fault = _find_fault(info)
    except ValueError as error:
        fault = str(error)
    return Member(_show(name), parts, info.file_size, lambda: archive.open(info), fault, info.CRC)


def _find_fault(info: zipfile.ZipInfo) -> str | None:
    mode = info.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "a link or no regular file; expected a file"
    if info.flag_bits & 1:
        return "encrypted; expected a file without a password"
    if info.compress_type not in METHODS:
        return f"compression method {info.compress_type}; expected a zip file as systems make it (stored or deflated)"
    return _find_size_fault(info.file_size, info.compress_size)


def _find_size_fault(size: int, packed: int) -> str | None:
    if size > MOST_BYTES:
        return f"{size} bytes; expected at most {MOST_BYTES}"
    if size > UNSUSPECTED and size > MOST_RATIO * packed:
        return f"{size} bytes out of {packed}; expected at most {MOST_RATIO} times as many"
    return None


def _settle_doubled(members: list[Member]) -> Iterable[Member]:
    """Return one of several members with one name where they are the same file, else all, each with a fault."""
    if len({(one.size, one.crc, one.fault) for one in members}) == 1:
        return members[:1]
    fault = f"{len(members)} members have this name and differ; expected one"
    return [replace(one, fault=one.fault or fault) for one in members]
