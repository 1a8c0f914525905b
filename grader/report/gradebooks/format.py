"""What a course system's gradebook is made from and what comes of it. A format is a module here with a FORMAT.

`fill` is a pure function: of the results, of what is known of the students' ids, and of the file that the course
system exported, where one was given.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.collect.join import Index
from grader.collect.rosters import Enrolled
from grader.collect.say import list_some
from grader.collect.systems import Owner
from grader.handins.ids import fold_id
from grader.report.class_record import ClassRecord
from grader.report.gradebook import EXCUSED
from grader.scoring.handin_record import HandinRecord
from questions.table import Table

ADVICE = " (where ids differ: a --roster when scoring, or --collected, says whose is whose)"


@dataclass(frozen=True)
class Known:
    """What is known of the students' ids, by the folded id; `roster`: who is of the class, where that is known."""

    people: Mapping[str, Enrolled] = field(default_factory=dict)
    roster: frozenset[str] | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exported:
    """The file that the course system exported. column: which one to fill, as the user named it."""

    table: Table
    column: str | None = None


@dataclass(frozen=True)
class Filled:
    """A file for the course system's import, how many students have their points in it, and what a person must know."""

    data: bytes
    students: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Format:
    """A course system. columns, expected: of its export; needs_export: nothing can be made without one."""

    system: str
    columns: tuple[str, ...]
    expected: str
    needs_export: bool
    fill: Callable[[ClassRecord, Known, Exported | None], Filled]


@dataclass(frozen=True)
class Joined:
    """Whose points go into which row, by the row's place among those given; and what a person must know."""

    marks: Mapping[int, HandinRecord]
    notes: tuple[str, ...]


def join_rows(results: ClassRecord, known: Known, people: Sequence[Enrolled], file: str) -> Joined:
    """Return whose each row is: exactly by the course system's id, else by login; a name joins nobody.

    people: one for each row, in their order, each under a name of its own that is no student's id. A row that is two
    students' is nobody's.
    """
    index, places = Index(people), {one.student: at for at, one in enumerate(people)}
    rows: dict[int, list[HandinRecord]] = {}
    absent = []
    for handin in results.handins:
        row = _find_row(handin.student, known.people.get(fold_id(handin.student)), index)
        if row is None:
            absent.append(handin.student)
        else:
            rows.setdefault(places[row], []).append(handin)
    notes = [f"{file}: no row of {count_students(absent)}, whose points are not in it{ADVICE}"] if absent else []
    for its in rows.values():
        if len(its) > 1:
            names = " and ".join(one.student for one in its)
            notes.append(f"{file}: one row is that of {names}; it is as it was")
    return Joined({at: its[0] for at, its in rows.items() if len(its) == 1}, tuple(notes))


def to_row(at: int, lms_id: str = "", logins: Iterable[str] = ()) -> Enrolled:
    """Return a row as one of a roster, under a name that is no student's id."""
    return Enrolled(f"row {at}", lms_ids=(lms_id,) if lms_id else (), logins=tuple(filter(None, logins)))


def _find_row(student: str, person: Enrolled | None, index: Index) -> str | None:
    """Return the name of a student's row. Only what a table says is a number of the course system's is one."""
    rows = {index.by_id[one].student for one in (person.lms_ids if person else ()) if one in index.by_id}
    if rows:
        return rows.pop() if len(rows) == 1 else None
    found = index.join(Owner(logins=(student, *(person.logins if person else ()))))
    return found.student if found.by else None


def show_points(handin: HandinRecord, excused: str = EXCUSED) -> str:
    """Return what stands in a student's cell, exactly as in `results.json`."""
    return excused if handin.excused else str(handin.total)


def count_students(students: Iterable[str]) -> str:
    """Return how many and who.

    >>> count_students(["b01"]), count_students(["b01", "b02"])
    ('1 student (b01)', '2 students (b01, b02)')
    """
    listed = list(students)
    return f"{len(listed)} student{'s'[: len(listed) > 1]} ({list_some(listed)})"
