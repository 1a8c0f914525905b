"""Whose each row of the quiz is: by the ids of a roster, then by the hand-ins.

The join is that of `hw9 collect`: exact, by the course system's own id, else by login as it stands, else without its
domain where that leaves one row and one person. A name joins nobody. A row that is nobody's keeps its own id.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assignment.assignment import Bilingual
from assignment.fixable import show_value
from grader.collect.join import SAYS, By, Index
from grader.collect.rosters import Enrolled, Enrolment
from grader.collect.say import list_some
from grader.collect.systems import Owner
from grader.handins.ids import fold_id, is_student, make_id
from questions.canvas.response import Claim, Response, settle

RANKS: Mapping[By | None, int] = {"id": 0, "login": 1, "login without domain": 2, None: 3}
WAY_OUT = "give --roster FILE, a table that has both (such as a gradebook exported from the course system)"


@dataclass(frozen=True)
class Respondents:
    """The responses by the ids that they were joined to; by what how many were; `strays` are the rows of nobody."""

    by_student: Mapping[str, Response]
    counts: Mapping[By, int] = field(default_factory=dict)
    strays: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Row:
    """A row, whose it may be, and by what."""

    response: Response
    student: str
    by: By | None


def join_rows(responses: Iterable[Response], people: Iterable[Enrolled]) -> Respondents:
    """Return whose each row is. Of two rows of one person the surer one counts, the other is a stray."""
    listed = {one.student: one for one in people}
    index = Index(listed.values())
    found = list(_leave_ambiguous([_find_person(one, listed, index) for one in responses]))
    taken = {fold_id(one) for one in (*listed, *(row.student for row in found))}
    usable = [_make_usable(row, taken) for row in found]
    settled = settle((Claim(row.student, RANKS[row.by], row.response) for row in usable), listed)
    joined = {(row.student, row.response.place): row.by for row in usable if row.by is not None}
    by = {student: joined.get((student, one.place)) for student, one in settled.items()}
    counts = Counter(one for one in by.values() if one is not None)
    return Respondents(settled, counts, tuple(student for student, one in by.items() if one is None))


def _find_person(response: Response, people: Mapping[str, Enrolled], index: Index) -> _Row:
    """Return the person and by what; the row's own id where there is no such person."""
    logins = tuple(dict.fromkeys((response.student, *response.logins)))
    exact = next((login for login in logins if login in people), None)
    if exact is not None and response.lms_id not in index.by_id:
        return _Row(response, exact, "login")
    its = index.join(Owner(lms_id=response.lms_id, logins=logins))
    return _Row(response, its.student if its.by else response.student, its.by)


def _leave_ambiguous(rows: Sequence[_Row]) -> Iterator[_Row]:
    """Yield the rows; those whose logins are one only without their domains keep their own id."""
    loose = Counter(row.student for row in rows if row.by == "login without domain")
    for row in rows:
        shared = row.by == "login without domain" and loose[row.student] > 1
        yield _Row(row.response, row.response.student, None) if shared else row


def _make_usable(row: _Row, taken: Container[str]) -> _Row:
    """Return the row under an id that can name a folder: its own, else the course system's, else a made-up one.

    taken: the folded ids that nobody else may get.
    """
    if is_student(row.student):
        return row
    number = row.response.lms_id
    student = number if is_student(number) else make_id(row.student, taken)
    shown = show_value(row.student)
    reason = Bilingual(
        en=f"The quiz names this student {shown}, which cannot be an id here.",
        zh=f"測驗報表稱這位學生為 {shown}，不能作為此處的學號。",
    )
    response = replace(row.response, student=student, reasons=(*row.response.reasons, reason))
    return _Row(response, student, None)


def say_roster(joined: Respondents, file: str, enrolment: Enrolment) -> str:
    """Return one line: how many rows joined by what, which are not in the roster, and who has none."""
    rows = f"{file} and {enrolment.file}: {len(joined.by_student)} rows: {_list_counts(joined)}"
    if joined.strays:
        rows += f"{', ' if joined.counts else ''}{len(joined.strays)} not in the roster ({list_some(joined.strays)})"
    absent = [student for student in enrolment.people if student not in joined.by_student]
    if not joined.counts:
        return f"{rows}; no row is of anybody in it: expected a roster with the ids of this course"
    many = f"{len(absent)} student{'s'[: len(absent) != 1]}"
    return rows + (f". No row of {many}: {list_some(absent)}" if absent else "")


def say_handins(joined: Respondents, file: str, students: Sequence[str]) -> str:
    """Return one line: how many rows joined hand-ins by what; where none did, the way out."""
    rows = f"{file}: {len(joined.by_student)} rows"
    if not joined.counts:
        both = f"({list_some(joined.strays)}) is of a hand-in ({list_some(students)})"
        return f"{rows}: none of them {both}: {WAY_OUT}"
    strays = f", {len(joined.strays)} of nobody who handed in" if joined.strays else ""
    return f"{rows}: {_list_counts(joined)}{strays}"


def _list_counts(joined: Respondents) -> str:
    return ", ".join(f"{joined.counts[by]} {says}" for by, says in SAYS.items() if joined.counts.get(by))
