"""The quiz's rows under the ids of a roster: whose each row is, and which are nobody's of the class.

The join is that of `hw9 collect`: exact by the course system's id, else by login; a name joins nobody.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assignment.fixable import Fault, check_all
from grader.collect.join import SAYS, By, Index
from grader.collect.rosters import Enrolled, Enrolment
from grader.collect.say import list_some
from grader.collect.systems import Owner
from questions.canvas.responses import Response, Responses


@dataclass(frozen=True)
class Respondents:
    """The responses by the roster's ids; `strays` are the rows of nobody in the roster, under their own ids."""

    by_student: Mapping[str, Response]
    strays: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def join_enrolment(responses: Responses, enrolment: Enrolment) -> Respondents:
    """Return whose each row is; FixableError with every row that is a student's second one."""
    index = Index(enrolment.people.values())
    found: dict[str, Response] = {}
    joined: list[By] = []
    strays, faults = [], []
    for response in responses.by_student.values():
        student, by = _find_student(response, enrolment.people, index)
        if student in found:
            says = f"{student}, whose row is {': '.join(found[student].place[:-1])} too; expected one row a student"
            faults.append(Fault(response.place, says))
        found[student] = response
        joined += [by] if by else []
        strays += [] if by else [student]
    check_all(faults)
    absent = [student for student in enrolment.people if student not in found]
    notes = ". ".join(_list_joins(len(responses.by_student), joined, strays, absent))
    return Respondents(found, tuple(strays), (f"{responses.file} and {enrolment.file}: {notes}",))


def _find_student(response: Response, people: Mapping[str, Enrolled], index: Index) -> tuple[str, By | None]:
    """Return the student and by what; the row's own id where the roster has no such student."""
    logins = tuple(dict.fromkeys((response.student, *response.logins)))
    exact = next((login for login in logins if login in people), None)
    if exact is not None and response.lms_id not in index.by_id:
        return exact, "login"
    its = index.join(Owner(lms_id=response.lms_id, logins=logins))
    return (its.student, its.by) if its.by else (response.student, None)


def _list_joins(rows: int, joined: list[By], strays: list[str], absent: list[str]) -> Iterator[str]:
    counts = Counter(joined)
    parts = [f"{counts[by]} {says}" for by, says in SAYS.items() if counts[by]]
    parts += [f"{len(strays)} not in the roster ({list_some(strays)})"] if strays else []
    yield f"{rows} rows: {', '.join(parts) or 'none'}"
    if absent:
        yield f"No row of {len(absent)} students: {list_some(absent)}"
