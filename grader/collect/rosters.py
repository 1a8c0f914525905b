"""Rosters: the tables that say which student a course system's number or login is. A kind is an entry of KINDS.

The student's id, which names the hand-in, is the first that is filled of the columns `students`; the points of a quiz
report are found by the same. Rows of no person (Canvas's "Points Possible", its test student) are left out.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from assignment.fixable import Fault, FixableError, check_all, show_value
from grader.handins.ids import EXPECTED, ROUNDED, is_student
from questions.moment import require_moment
from questions.table import Form, Row, Table, check_faults, load_table

NO_PERSON = ("points possible", "manual posting")
TEST_STUDENTS = ("student, test", "test student", "測試學生", "測驗學生")
PARTICIPANT = re.compile(r"(?:Participant|參與者|参与者)?\s*(\d{1,18})")


@dataclass(frozen=True)
class Kind:
    """Which columns a kind of table has. `needed` are those by which it is known, each a choice of names."""

    says: str
    needed: tuple[tuple[str, ...], ...]
    students: tuple[str, ...]
    lms_id: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    time: str | None = None


KINDS: dict[str, Kind] = {
    "gradebook": Kind(
        says="a gradebook exported from Canvas or NTU COOL",
        needed=(("student",), ("id",), ("sis login id", "sis user id")),
        students=("sis user id", "sis login id", "id"),
        lms_id=("id",),
        logins=("sis user id", "sis login id"),
        names=("student",),
    ),
    "worksheet": Kind(
        says="a grading worksheet from Moodle",
        needed=(("identifier", "識別碼"),),
        students=("id number", "username", "email address", "學號", "電子郵件信箱", "identifier", "識別碼"),
        lms_id=("identifier", "識別碼"),
        logins=("id number", "username", "email address", "學號", "電子郵件信箱"),
        names=("full name", "全名"),
    ),
    "plain": Kind(
        says="a CSV file with the columns student and, as far as they are known, id, login, email, name, submitted_at",
        needed=(("student",),),
        students=("student",),
        lms_id=("id", "lms_id"),
        logins=("student", "login", "email"),
        names=("name",),
        time="submitted_at",
    ),
    "report": Kind(
        says="a quiz's Student Analysis report",
        needed=(("id",), ("sis_id", "name", "名稱")),
        students=("sis_id", "login_id", "login", "id"),
        lms_id=("id",),
        logins=("sis_id", "login_id", "login"),
        names=("name", "名稱"),
    ),
    "gradescope": Kind(
        says="a roster from Gradescope",
        needed=(("sid",),),
        students=("sid", "email"),
        logins=("sid", "email"),
        names=("name", "full name", "last name"),
    ),
}


@dataclass(frozen=True)
class Enrolled:
    """One student: the id, the numbers that the course system may have given, what he or she logs in as."""

    student: str
    name: str = ""
    lms_ids: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    submitted_at: datetime | None = None


@dataclass(frozen=True)
class Enrolment:
    """Everyone of a roster, by student; what was left out of it; the file as it came."""

    kind: str
    people: Mapping[str, Enrolled] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    file: str = ""
    data: bytes = field(default=b"", repr=False)


def load_enrolment(path: Path, file: str | None = None) -> Enrolment:
    """Return who is in a roster of any kind, called `file` in messages; FixableError with every fault of the file."""
    columns = {name for kind in KINDS.values() for its in (*kind.needed, kind.students, kind.logins) for name in its}
    expected = "a roster: a gradebook, a quiz report or a CSV file with a column student"
    table = load_table(path, Form(tuple(sorted(columns)), expected, "row", lines_in_cells=True), file or path.name)
    name = find_kind(table)
    if name is None:
        listed = "; ".join(kind.says for kind in KINDS.values())
        raise FixableError(Fault(table.heading.place, f"no columns of a roster; expected one of: {listed}"))
    kind = KINDS[name]
    known = {*kind.students, *kind.lms_id, *kind.logins, *kind.names, *([kind.time] if kind.time else [])}
    check_all(table.find_doubled(sorted(known)))
    people, notes, faults = _read_people(table, kind, table.find_columns(sorted(known)))
    check_faults([*faults, *_find_shared(people.values(), table.file)], table.file)
    if not people:
        raise FixableError(Fault((table.file,), f"no student; expected {kind.says}"))
    return Enrolment(name, people, (*table.notes, *notes), table.file, table.data)


def find_kind(table: Table) -> str | None:
    """Return which kind of roster a table is, None where it is none."""
    return next(
        (name for name, kind in KINDS.items() if all(table.find_columns(names) for names in kind.needed)),
        None,
    )


def _read_people(
    table: Table, kind: Kind, columns: Mapping[str, int]
) -> tuple[dict[str, Enrolled], list[str], list[Fault]]:
    """Return the students, what was left out and the faults. Several rows of one student (attempts) are one."""
    people: dict[str, Enrolled] = {}
    notes: list[str] = []
    faults: list[Fault] = []
    for row in table.rows:
        cells = {
            name: unicodedata.normalize("NFC", row.cells[at].strip()) for name, at in columns.items() if not row.fault
        }
        said = _find_odd(cells, kind)
        if row.fault:
            faults.append(row.fault)
        elif said is not None:
            notes += [f"{': '.join(row.place)}: {said}; left out"] if said else []
        else:
            try:
                one = _find_enrolled(row, cells, kind)
                people[one.student] = _merge(people.get(one.student), one, row.place)
            except FixableError as error:
                faults += error.faults
    return people, notes, faults


def _find_odd(cells: Mapping[str, str], kind: Kind) -> str | None:
    """Return why a row is no student, "" where that needs no word; None where it is one."""
    name = _first(cells, kind.names)
    if name.lower() in TEST_STUDENTS:
        return f"{show_value(name)} is the course system's own"
    if _first(cells, kind.students):
        return None
    return "" if name.lower() in ("", *NO_PERSON) else f"{show_value(name)} has no id"


def _find_enrolled(row: Row, cells: Mapping[str, str], kind: Kind) -> Enrolled:
    number = PARTICIPANT.fullmatch(_first(cells, kind.lms_id))
    candidates = [cells[name] for name in kind.students if cells.get(name)]
    fit = [number[1] if number and one == number[0] else one for one in candidates]
    student = next((one for one in fit if is_student(one)), None)
    if student is None:
        says = f"{', '.join(map(show_value, candidates))}; {EXPECTED} in a student's id"
        raise FixableError(Fault(row.place, says))
    moment = None
    if kind.time and cells.get(kind.time):
        try:
            moment = require_moment(cells[kind.time])
        except FixableError as error:
            raise error.within(*row.place, kind.time) from None
    if "." in student and ROUNDED.fullmatch(student):
        says = f"{show_value(student)} was rounded by a spreadsheet; expected the file as the course system exported it"
        raise FixableError(Fault(row.place, says))
    logins = tuple(dict.fromkeys(cells[name] for name in kind.logins if cells.get(name)))
    return Enrolled(student, _first(cells, kind.names), (number[1],) if number else (), logins, moment)


def _merge(before: Enrolled | None, one: Enrolled, place: tuple[str, ...]) -> Enrolled:
    if before is None:
        return one
    if before.lms_ids and one.lms_ids and before.lms_ids != one.lms_ids:
        says = f"{one.student} stands in another row with id {before.lms_ids[0]}, here with {one.lms_ids[0]}"
        expected = "expected one person for each student's id: take the row out that is another account's"
        raise FixableError(Fault(place, f"{says}; {expected}"))
    ids = tuple(dict.fromkeys((*before.lms_ids, *one.lms_ids)))
    logins = tuple(dict.fromkeys((*before.logins, *one.logins)))
    return Enrolled(one.student, before.name or one.name, ids, logins, one.submitted_at or before.submitted_at)


def _find_shared(people: Iterable[Enrolled], file: str) -> list[Fault]:
    """Return a fault for each of the system's numbers that two students have."""
    seen: dict[str, str] = {}
    faults = []
    for one in people:
        for lms_id in one.lms_ids:
            if seen.setdefault(lms_id, one.student) != one.student:
                both = f"{seen[lms_id]} and {one.student}"
                faults.append(Fault((file,), f"id {lms_id} is that of {both}; expected one student for each"))
    return faults


def _first(cells: Mapping[str, str], names: Iterable[str]) -> str:
    return next((cells[name] for name in names if cells.get(name)), "")
