"""A course on its way to a machine that lacks it: the files that notebooks see, by sha256, once a host, resumed.

The bank, the proofs and the canonical Outputs are no part of it: a worker never holds a key.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, NonNegativeInt

from assignment.course import NOTEBOOK_NAME, SETTINGS_NAME, Course, CourseMark, open_course
from assignment.files.foreign import digest_below
from assignment.fixable import Fault, FixableError, show_value
from assignment.profile import MANIFEST_NAME, AssetPath, Sha256
from assignment.records import Record

Ask = Callable[[str, int], Awaitable[bytes]]  # a file's name and an offset -> the piece that begins there
MOST_FILES = 10_000


def _check_name(name: str) -> str:
    if name in ("", ".", "..") or "/" in name or name.startswith("."):
        raise ValueError(f"{show_value(name)}; expected the name of a folder")
    return name


class Listed(Record):
    """One file of a course."""

    path: AssetPath
    bytes: NonNegativeInt
    sha256: Sha256


class Shipment(Record):
    """What a machine must have to take work: a course by its mark, its released notebook, and its files.

    No files: the embedded course, which the package holds.
    """

    mark: CourseMark
    folder: Annotated[str, AfterValidator(_check_name)]
    notebook_sha256: Sha256
    files: tuple[Listed, ...] = Field(default=(), max_length=MOST_FILES)

    @property
    def digest(self) -> str:
        """What names the course on a machine: of all its files."""
        parts = [(one.path, one.sha256) for one in self.files]
        return hashlib.sha256(json.dumps([self.folder, parts]).encode()).hexdigest()[:32]


def list_course(course: Course) -> dict[str, Path]:
    """Return the files of a course that a machine needs, by their paths in it; none of the embedded one."""
    if course.embedded:
        return {}
    named = {SETTINGS_NAME: course.settings, MANIFEST_NAME: course.folder / MANIFEST_NAME}
    assets = {asset.path: course.folder / asset.path for asset in course.manifest.assets}
    return {**named, NOTEBOOK_NAME: course.released, **assets}


def describe_course(course: Course) -> Shipment:
    """Return what a machine must have of a course."""
    files = tuple(
        Listed(path=name, bytes=path.stat().st_size, sha256=_digest(path)) for name, path in list_course(course).items()
    )
    return Shipment(mark=course.mark, folder=course.name, notebook_sha256=_digest(course.released), files=files)


async def obtain_course(shipment: Shipment, cache: Path, ask: Ask) -> Course:
    """Return the course on this machine; what it lacks is asked for. FixableError where it is another."""
    if not shipment.files:
        course = open_course()
    else:
        place = cache / shipment.digest / shipment.folder
        place.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(_wait_for, cache / f"{shipment.digest}.lock")
        with _hold(cache / f"{shipment.digest}.lock"):
            for one in shipment.files:
                await _obtain_file(one, place / one.path, ask)
        course = open_course(place)
    if course.mark != shipment.mark:
        raise FixableError(f"course {course.mark}; expected {shipment.mark}, the driver's")
    if (found := _digest(course.released)) != shipment.notebook_sha256:
        raise FixableError(f"released notebook {found[:12]}; expected {shipment.notebook_sha256[:12]}, the driver's")
    return course


async def _obtain_file(listed: Listed, path: Path, ask: Ask) -> None:
    """Have a file here, whole: what came before, of a transfer that broke off, is not asked for again."""
    if path.is_file() and path.stat().st_size == listed.bytes and _digest(path) == listed.sha256:
        return
    part = path.with_name(f".{path.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("ab") as file:
        while (begin := file.tell()) < listed.bytes:
            data = await ask(listed.path, begin)
            if not data or begin + len(data) > listed.bytes:
                break
            file.write(data)
    if _digest(part) != listed.sha256:
        part.unlink()
        raise FixableError(f"{listed.path}: not what was announced; expected sha256 {listed.sha256[:12]}")
    part.chmod(0o644)  # notebooks may run as another user
    part.replace(path)


def _wait_for(lock: Path) -> None:
    """Wait until no other worker of this host brings the course."""
    with _hold(lock):
        pass


@contextmanager
def _hold(lock: Path) -> Iterator[None]:
    import fcntl  # here: Windows has none

    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _digest(path: Path) -> str:
    """Return the sha256 of a file of a course; FixableError where it is no regular one."""
    try:
        return digest_below(path.parent, path.name, path.stat().st_size)[1]
    except OSError as error:
        raise FixableError(Fault((str(path),), f"{error.strerror}; expected a file of the course")) from None
