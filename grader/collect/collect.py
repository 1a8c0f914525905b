"""Collect HANDINS: read the downloads, join their owners with a roster, choose the attempts, write the folder whole.

Nothing is written into HANDINS before everything is ready: the new folder is made beside it and moved into place. The
same downloads and roster give the same folder, byte for byte, but for what a person wrote into `handins.csv`.
"""

import errno
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from assignment.fixable import Fault, FixableError, check_all
from grader.collect.attempts import Owned, choose_attempts
from grader.collect.download import Taken, read_download
from grader.collect.join import Index, Joined, hold_doubtful, join_without_roster
from grader.collect.place import HELD, place_notice, place_student
from grader.collect.record import Collected, Download, NotTaken, Student, check_unchanged, hash_file
from grader.collect.rosters import Enrolment, load_enrolment
from grader.collect.rows import One, is_marked_late, keep_written, list_people, to_roster
from grader.collect.systems import Owner
from grader.files.whole import to_json
from grader.handins.ids import make_id
from grader.handins.listing import RECORD
from grader.handins.people import FILE, load_people

OURS_TO_MEND = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)
MOST_LEFT = 1000  # names of what was left out that the record keeps


def collect(downloads: Sequence[Path], handins: Path, roster: Path | None = None) -> Collected:
    """Make the folder HANDINS out of downloads; returns its record.

    FixableError where a download or the roster cannot be read, or HANDINS holds what this did not write.
    """
    check_all(_find_overlaps(downloads, handins))
    enrolment = load_enrolment(roster) if roster is not None else None
    try:
        with _work_beside(handins.resolve()) as work:
            before = check_unchanged(handins)
            written = load_people(handins).rows if before is not None else {}
            record = _make(work, downloads, enrolment, roster)
            if before is not None and before.rows is not None:
                people, kept = keep_written(written, before, record)
                (work / "new" / FILE).write_bytes(to_roster(people))
                record = record.model_copy(update={"kept": kept})
            _move_into_place(work / "new", handins.resolve(), work)
        return record
    except OSError as error:
        if error.errno not in OURS_TO_MEND:
            raise
        where = str(error.filename or handins)
        raise FixableError(Fault((where,), f"{error.strerror}; expected room to write")) from None


def _make(work: Path, downloads: Sequence[Path], enrolment: Enrolment | None, roster: Path | None) -> Collected:
    """Make the folder `work/new`; returns its record."""
    index = Index(enrolment.people.values()) if enrolment is not None else None
    (work / "aside").mkdir()
    (work / "new").mkdir()
    taken = []
    for number, path in enumerate(downloads):
        (work / "aside" / str(number)).mkdir()
        taken.append(read_download(path, work / "aside" / str(number), index.known if index else frozenset()))
    for its in taken:
        hold_doubtful(its, index)
    return _write(work / "new", _sort_by_student(taken, index), taken, enrolment, roster)


def _find_overlaps(downloads: Sequence[Path], handins: Path) -> Iterator[Fault]:
    target = handins.resolve()
    names = [path.name for path in downloads]
    for path in downloads:
        whole = path.resolve()
        if whole == target or whole in target.parents or target in whole.parents:
            yield Fault((str(handins),), f"one of it and {path} lies in the other; expected a folder elsewhere")
        if names.count(path.name) > 1:
            yield Fault((str(path),), f"another download is called {path.name} too; expected other names")


def _sort_by_student(taken: Sequence[Taken], index: Index | None) -> dict[str, One]:
    """Return everyone who handed in, by id. A notebook that is nobody's is there under a made-up id."""
    everyone: dict[str, One] = {}

    def find(owner: Owner, source: str) -> One:
        joined = index.join(owner) if index is not None else join_without_roster(owner)
        alike = index.find_alike(source) if index is not None and owner == Owner() else ""
        student = joined.student or alike or make_id(source)
        one = everyone.setdefault(student, One(joined if joined.student else Joined(student, owner.name, None)))
        one.others |= index.find_others(owner, joined) if index is not None else set()
        return one

    for piece in (piece for its in taken for piece in its.pieces):
        for owner in piece.owners or (Owner(),):
            find(owner, piece.source).owned.append(Owned(owner, piece))
    for held in (held for its in taken for held in its.held):
        for owner in held.owners:
            find(owner, held.source).held.append(held)
    if not any(piece.owners for its in taken for piece in its.pieces) and not any(
        one.held for one in everyone.values()
    ):
        names = ", ".join(its.name for its in taken)
        says = (
            "no name in it is as Canvas, NTU COOL, Moodle or Gradescope write it, nor a student's id of a roster; "
            "expected a download of hand-ins (for files called <student>.ipynb give --roster)"
        )
        raise FixableError(Fault((names,), says))
    return everyone


def _write(
    new: Path, everyone: Mapping[str, One], taken: Sequence[Taken], enrolment: Enrolment | None, roster: Path | None
) -> Collected:
    """Write the folder; returns its record."""
    students, late = [], set()
    chosen = {student: choose_attempts(everyone[student].owned) for student in sorted(everyone)}
    for student, its in chosen.items():
        one = everyone[student]
        files, earlier = place_student(new, student, its)
        if not its.taken:
            place_notice(new, student, [f"{held.source}: {held.why}" for held in one.held])
        if is_marked_late(its, one):
            late.add(student)
        students.append(
            Student(
                student=student,
                name=one.joined.name,
                joined=one.joined.by,
                lms_id=_find_number(one),
                files=files,
                earlier=earlier,
            )
        )
    people = list_people(everyone, chosen, late, enrolment)
    (new / FILE).write_bytes(to_roster(people))
    record = Collected(
        downloads=tuple(Download(name=_show(its.name), system=its.system) for its in taken),
        roster=None if roster is None else _show(roster.name),
        students=tuple(students),
        absent=tuple(person.student for person in people if person.student not in everyone),
        held=tuple(_list_held(everyone, taken)),
        left_out=tuple(sorted(name for its in taken for name in its.left)[:MOST_LEFT]),
        notes=enrolment.notes if enrolment is not None else (),
        hashes=_list_hashes(new, students),
        rows=tuple(load_people(new).rows.values()),
    )
    (new / RECORD).write_bytes(to_json(record))
    return record


def _find_number(one: One) -> str:
    """Return the course system's number in the names of a student's files, "" where they have none or several."""
    numbers = {owned.owner.lms_id for owned in one.owned if owned.owner.lms_id}
    return next(iter(numbers)) if len(numbers) == 1 else ""


def _list_held(everyone: Mapping[str, One], taken: Sequence[Taken]) -> Iterator[NotTaken]:
    whose = {held: student for student, one in everyone.items() for held in one.held}
    for held in sorted((held for its in taken for held in its.held), key=lambda held: (held.source, held.why)):
        yield NotTaken(source=held.source, why=held.why, student=whose.get(held))


def _list_hashes(new: Path, students: Sequence[Student]) -> dict[str, str]:
    """Return the hash of every file in the folder; those of copies are known."""
    hashes = {file.path: file.sha256 for one in students for file in (*one.files, *one.earlier)}
    ours = [FILE, *(f"{one.student}/{HELD}" for one in students if not one.files)]
    return dict(sorted((hashes | {name: hash_file(new / name) for name in ours}).items()))


def _show(name: str) -> str:
    return name.encode("utf-8", "replace").decode()


@contextmanager
def _work_beside(handins: Path) -> Iterator[Path]:
    """Give a folder beside HANDINS to work in; it goes in the end, and so do those of processes that were killed."""
    handins.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{handins.name}.collecting-"
    for left in handins.parent.glob(f"{prefix}*"):
        if not _is_another_alive(left.name.removeprefix(prefix)):
            _put_back(left, handins)
    work = handins.parent / f"{prefix}{os.getpid()}"
    work.mkdir()
    try:
        yield work
    finally:
        _put_back(work, handins)


def _is_another_alive(number: str) -> bool:
    """Tell whether a process other than this one has a number."""
    if not number.isdecimal() or int(number) == os.getpid():
        return not number.isdecimal()
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _put_back(left: Path, handins: Path) -> None:
    """Remove a folder that was worked in; a HANDINS that was moved away and not yet replaced comes back first."""
    if (left / "old").exists() and not handins.exists():
        (left / "old").rename(handins)
    shutil.rmtree(left, ignore_errors=True)


def _move_into_place(new: Path, handins: Path, work: Path) -> None:
    """Put the new folder in HANDINS' place, unless it is the same."""
    if hash_file(handins / RECORD) == hash_file(new / RECORD):
        return
    if handins.exists():
        handins.rename(work / "old")
    new.rename(handins)
