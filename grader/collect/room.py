"""Room: how much may still come out of a download, and the copying that takes of it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from assignment.fixable import FixableError
from grader.collect.source import MOST_BYTES, READ_ERRORS, Member

CHUNK = 2**20


@dataclass
class Room:
    """How many bytes and files may still come; what is within another's room takes of both."""

    bytes: int
    files: int
    whole: "Room | None" = None

    def take(self, size: int, files: int = 0) -> bool:
        """Take room, or tell that there is none."""
        if size > self.bytes or files > self.files or (self.whole is not None and not self.whole.take(size, files)):
            return False
        self.bytes -= size
        self.files -= files
        return True


def copy_member(member: Member, path: Path, room: Room) -> tuple[int, str]:
    """Copy a member's bytes; returns how many there were and their sha256. FixableError where it cannot be read."""
    if not room.take(0, 1):
        raise FixableError("one file too many; expected fewer files in one submission and one download")
    size, digest = 0, hashlib.sha256()
    with path.open("wb") as file:
        for chunk in _read_chunks(member):
            size += len(chunk)
            if size > MOST_BYTES or not room.take(len(chunk)):
                raise FixableError(f"more than {size} bytes in all; expected less in one submission and one download")
            digest.update(chunk)
            file.write(chunk)
    return size, digest.hexdigest()


def _read_chunks(member: Member) -> Iterator[bytes]:
    """Yield a member's bytes; only what goes wrong in reading is the member's fault."""
    try:
        stream: IO[bytes] = member.open()
    except READ_ERRORS as error:
        raise FixableError(f"{error}; expected a file that can be read") from None
    with stream:
        while True:
            try:
                chunk = stream.read(CHUNK)
            except READ_ERRORS as error:
                raise FixableError(f"{error}; expected a file that can be read") from None
            if not chunk:
                return
            yield chunk
