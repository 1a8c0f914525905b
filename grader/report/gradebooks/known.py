"""What RUNS and `collected.json` know of the students' ids in the course system, beside the ids of the results."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from assignment.fixable import FixableError
from grader.collect.record import Collected, Student, find_lms_ids
from grader.collect.rosters import Enrolled, Enrolment, load_enrolment
from grader.collect.systems import canvas
from grader.handins.ids import fold_id
from grader.quiz.kept import RESPONSES_FILE, ROSTER_FILE, load_names
from grader.report.gradebooks.format import Known


def load_known(runs: Path, collected: Collected | None = None) -> Known:
    """Return what the quiz's report and its roster, which RUNS keeps, and a collected class say of the students.

    A report that is no roster is passed over: scoring said what is wrong with it. Where there is no roster either, a
    note says so.
    """
    names, notes = load_names(runs), []
    people: list[Enrolled] = list(_list_collected(collected))
    roster: Enrolment | None = None
    if names is not None and names.roster is not None:
        roster = load_enrolment(runs / ROSTER_FILE, names.roster)
        people += roster.people.values()
    if names is not None:
        try:
            people += load_enrolment(runs / RESPONSES_FILE, names.responses).people.values()
        except FixableError as error:
            if roster is None:
                notes.append(f"{names.responses}: no ids taken from it ({error.faults[0].says})")
    students = frozenset(map(fold_id, roster.people)) if roster is not None else None
    return Known(_merge(people), students, tuple(notes))


def _merge(people: Iterable[Enrolled]) -> dict[str, Enrolled]:
    """Return everyone once, with all ids; what two tables call one student's number is that of both."""
    merged: dict[str, Enrolled] = {}
    for one in people:
        key = fold_id(one.student)
        before = merged.get(key, one)
        ids = tuple(dict.fromkeys((*before.lms_ids, *one.lms_ids)))
        merged[key] = Enrolled(one.student, "", ids, tuple(dict.fromkeys((*before.logins, *one.logins))))
    return merged


def _list_collected(collected: Collected | None) -> Iterator[Enrolled]:
    """Yield the students of a class that `hw9 collect` made, with the number that its record has of them.

    The record of an earlier version has none: then that in the names of their files.
    """
    if collected is None:
        return
    recorded = find_lms_ids(collected)
    for student in collected.students:
        its = recorded.get(student.student)
        found = dict.fromkeys([its] if its else _list_numbers(student))
        yield Enrolled(student.student, lms_ids=tuple(found) if len(found) == 1 else ())


def _list_numbers(student: Student) -> Iterator[str]:
    for file in student.files:
        parts = (part for piece in file.source.split(": ")[1:] for part in piece.split("/"))
        claims = (canvas(part, {}) for part in parts)
        yield from (owner.lms_id for claim in claims if claim for owner in claim.owners if not owner.rivals)
