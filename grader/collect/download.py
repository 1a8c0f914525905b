"""A download: its files, copied aside one after the other, each with its owner as far as the names say.

A student's own zip is opened too, where a notebook is in it. Limits hold for each file, each submission and the whole
download, and small files come first, so that one that swells takes no room from the others.
"""

import itertools
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from assignment.fixable import Fault, FixableError
from grader.collect.gradescope import FILE as METADATA
from grader.collect.gradescope import MOST_BYTES as MOST_METADATA
from grader.collect.gradescope import parse_metadata
from grader.collect.members import bound_members, find_outer, may_matter, split_doubtful, take_off_outer
from grader.collect.room import Room, copy_member
from grader.collect.source import READ_ERRORS, Member, find_outer_folder, list_folder, list_zip, open_zip
from grader.collect.systems import SYSTEMS, Owner, Submissions, System, find_claim, find_system, is_within_submission
from grader.handins.ids import fold_id
from grader.handins.listing import DEEPEST as DEEPEST_NOTEBOOK

DEEPEST = 4  # archives within one another, the download itself counted
MOST_OF_ONE = 256 * 2**20  # bytes of one submission
MOST_FILES_OF_ONE = 1000
LEAST_OF_ALL = 2**30  # bytes that any download may have unpacked,
MOST_SWELLING = 100  # and how many times its own size
MOST_FILES = 100_000
MOST_FAULTS = 20  # of a student's own archive, after which nothing of it is taken
MOST_PARTS = DEEPEST_NOTEBOOK - 1  # of a path within a submission; in HANDINS two folders may come before it,
LONGEST_PATH = 1000  # and its bytes


@dataclass(frozen=True)
class Piece:
    """One file that was copied aside. `source` is where it came from, `inner` its path within the submission."""

    owners: tuple[Owner, ...]
    download: str
    source: str
    inner: tuple[str, ...]
    path: Path
    size: int
    sha256: str


@dataclass(frozen=True)
class Held:
    """One file that was not taken, and why."""

    owners: tuple[Owner, ...]
    source: str
    why: str


@dataclass
class Taken:
    """What was found in one download."""

    name: str
    system: str | None = None
    pieces: list[Piece] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Below:
    """Where the reading is: in an archive or folder called `label`; within a submission, whose it is and its place."""

    label: str
    depth: int
    room: Room
    owners: tuple[Owner, ...] | None = None
    inner: tuple[str, ...] = ()


def read_download(path: Path, aside: Path, known: frozenset[str]) -> Taken:
    """Copy the files of a download (a folder or a zip file) to the folder `aside`.

    known: the folded ids of the roster, under which a file may also stand without a system's name.
    """
    reading = _Reading(Taken(path.name), aside, known)
    if path.is_dir():
        room = Room(2**62, MOST_FILES)
        members = bound_members(list_folder(path), str(path), find_outer_folder(path))
        reading.read_members(members, _Below(path.name, 0, room))
    elif path.is_file():
        room = Room(max(LEAST_OF_ALL, MOST_SWELLING * path.stat().st_size), MOST_FILES)
        try:
            reading.read_archive(path, _Below(path.name, 1, room))
        except FixableError as error:
            raise error.within(str(path)) from None
    else:
        says = "no such file or folder; expected what a course system's download gave"
        raise FixableError(Fault((str(path),), says))
    return reading.taken


class _Reading:
    def __init__(self, taken: Taken, aside: Path, known: frozenset[str]) -> None:
        self.taken, self.aside, self.known = taken, aside, known
        self.numbers = itertools.count()
        self.rooms: dict[tuple[str, ...], Room] = {}

    def read_archive(self, path: Path, below: _Below) -> None:
        with open_zip(path, whole=below.depth <= 1) as archive:
            listed, owned = list_zip(archive), below.owners is not None
            outer = find_outer(member.parts for member in listed)
            self.read_members(bound_members(listed, below.label, outer, owned=owned), below)

    def read_members(self, members: list[Member], below: _Below) -> None:
        """Copy the members; where it is no submission yet, their names say whose they are."""
        faulty = sum(member.fault is not None for member in members)
        if below.owners is not None and faulty > MOST_FAULTS:
            why = f"{faulty} of its files cannot be taken; expected the notebook itself"
            self.taken.held.append(Held(below.owners, below.label, why))
            return
        if below.owners is None:
            members, doubtful = split_doubtful(take_off_outer(members))
            for one, user, why in doubtful:
                self.taken.held.append(Held((Owner(user),) if user else (), f"{below.label}: {one.name}", why))
        submissions = self._read_submissions(members, below)
        name = None if below.owners is not None else find_system((one.parts for one in members), submissions)
        self.taken.system = self.taken.system or name
        for member in sorted(members, key=lambda one: (not may_matter(one.name), one.size, one.parts)):
            if not _is_metadata(member, below):
                self._read_member(member, below, SYSTEMS.get(name or ""), submissions)

    def _read_submissions(self, members: list[Member], below: _Below) -> Submissions:
        """Return what Gradescope's own file says, where there is one."""
        found: dict[str, tuple[Owner, ...]] = {}
        for member in members:
            if _is_metadata(member, below) and member.fault is None and member.size <= MOST_METADATA:
                try:
                    with member.open() as stream:
                        data = stream.read(MOST_METADATA)
                except READ_ERRORS as error:
                    says = f"{error}; expected Gradescope's metadata"
                    raise FixableError(Fault((below.label, member.name), says)) from None
                found.update(parse_metadata(data, below.label, member.name))
        return found

    def _read_member(self, member: Member, below: _Below, system: System | None, submissions: Submissions) -> None:
        source = f"{below.label}: {member.name}"
        owners, inner = self._find_owners(member, below, system, submissions)
        archive = bool(inner) and inner[-1].lower().endswith(".zip")
        if member.fault is not None:
            self.taken.held.append(Held(owners, source, member.fault))
        elif len(inner) > MOST_PARTS or len("/".join(inner).encode()) > LONGEST_PATH:
            most = f"expected at most {MOST_PARTS} parts and {LONGEST_PATH} bytes"
            why = f"too many folders deep, or too long a path: {len(inner)} parts; {most}"
            if may_matter(member.name):
                self.taken.held.append(Held(owners, source[:200], why))
            else:
                self.taken.left.append(source[:200])
        elif not owners and not may_matter(inner[-1]):
            self.taken.left.append(source)
        else:
            self._copy(member, source, owners, inner, self._find_room(owners, below), below, archive=archive)

    def _find_owners(
        self, member: Member, below: _Below, system: System | None, submissions: Submissions
    ) -> tuple[tuple[Owner, ...], tuple[str, ...]]:
        """Return whose a member is, () where no name says it, and its path within the submission."""
        if below.owners is not None:
            return below.owners, (*below.inner, *member.parts)
        found = None if system is None else find_claim(system, member.parts, submissions)
        if found is not None:
            return found[0].owners, found[1]
        for place, part in enumerate(member.parts):
            last = place == len(member.parts) - 1
            stem = part.rpartition(".")[0] if last and "." in part else part
            if fold_id(stem) in self.known:
                owner = Owner(logins=(stem,), attempt=part)
                return (owner,), member.parts[place + 1 :] or (part,)
        return (), member.parts

    def _find_room(self, owners: tuple[Owner, ...], below: _Below) -> Room:
        """Return the room of a submission, or that of all where it is nobody's."""
        if not owners or below.owners is not None:
            return below.room
        names = tuple(f"{one.lms_id} {one.logins}" for one in owners)
        return self.rooms.setdefault(names, Room(MOST_OF_ONE, MOST_FILES_OF_ONE, below.room))

    def _copy(
        self,
        member: Member,
        source: str,
        owners: tuple[Owner, ...],
        inner: tuple[str, ...],
        room: Room,
        below: _Below,
        *,
        archive: bool,
    ) -> None:
        path = self.aside / str(next(self.numbers))
        try:
            size, digest = copy_member(member, path, room)
        except FixableError as error:
            path.unlink(missing_ok=True)
            self.taken.held.append(Held(owners, source, str(error)))
            return
        if archive and self._read_inner(path, source, owners, inner, room, below):
            path.unlink()
            return
        if not owners and archive:
            self.taken.left.append(source)
            return
        self.taken.pieces.append(Piece(owners, self.taken.name, source, inner, path, size, digest))

    def _read_inner(
        self,
        path: Path,
        source: str,
        owners: tuple[Owner, ...],
        inner: tuple[str, ...],
        room: Room,
        below: _Below,
    ) -> bool:
        """Read an archive within the download; False where a submission has it as a file like any other."""
        if owners and not _has_notebook(path):
            return False
        if below.depth >= DEEPEST:
            why = f"more than {DEEPEST} archives within one another; expected the notebook itself"
            self.taken.held.append(Held(owners, source, why))
            return True
        try:
            place = _Below(source, below.depth + 1, room, owners or None, inner[:-1])
            self.read_archive(path, place)
        except FixableError as error:
            self.taken.held.append(Held(owners, source, str(error)))
        return True


def _is_metadata(member: Member, below: _Below) -> bool:
    """Tell whether a file is Gradescope's own, and no student's who called it so."""
    named = below.owners is None and below.depth <= 1 and member.parts[-1:] == (METADATA,)
    return named and not is_within_submission(member.parts)


def _has_notebook(path: Path) -> bool:
    """Tell whether an archive is worth opening: it has a notebook, or another archive, or cannot be listed."""
    try:
        with open_zip(path) as archive:
            names = [name.lower() for name in archive.namelist()]
    except (FixableError, zipfile.BadZipFile):
        return True
    return any(name.endswith((".ipynb", ".zip")) for name in names)
