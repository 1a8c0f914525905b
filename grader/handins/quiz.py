"""The class: its hand-ins, joined with the responses to the quiz where the answers were given there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assignment.fixable import Fault, check_all, show_value
from grader.handins.ids import EXPECTED, find_spellings, fold_id, is_student
from grader.handins.submission import Submission
from questions.bank import Bank
from questions.canvas.responses import Response, Responses, load_responses
from questions.sheet import Sheet

Sheets = Mapping[str, Sheet]  # by student


@dataclass(frozen=True)
class Roster:
    """Who is scored. `sheets` are the answers to the quiz, which count in place of the notebooks'; None: no quiz."""

    submissions: tuple[Submission, ...]
    sheets: Sheets | None = None
    notes: tuple[str, ...] = ()


def load_roster(submissions: tuple[Submission, ...], bank: Bank, responses: Path | None = None) -> Roster:
    """Return who is scored: the class as it was taken in, joined with a quiz's report where there is one."""
    if responses is None:
        return Roster(submissions)
    found = load_responses(responses, bank)
    return Roster(*join_responses(submissions, found), found.notes)


def join_responses(submissions: tuple[Submission, ...], responses: Responses) -> tuple[tuple[Submission, ...], Sheets]:
    """Return the class and the Sheet of each student who answered the quiz, by the id of the hand-in.

    The time of the quiz counts in place of that of `handins.csv`. A student without a hand-in is added, one without
    a row has no Sheet. Ids are compared without regard to capitals and width where that is unambiguous. FixableError
    with every id that cannot be a student's.
    """
    known = {one.student: one for one in submissions}
    spellings = find_spellings(known)
    found: dict[str, Response] = {}
    faults = []
    for student, response in responses.by_student.items():
        name = student if student in known else spellings.get(fold_id(student), student)
        if not is_student(name):
            faults.append(Fault(response.place, f"{show_value(student)}; {EXPECTED}"))
        elif name in found:
            says = f"{show_value(student)} is {name} a second time; expected one student"
            faults.append(Fault(response.place, says))
        found[name] = response
    check_all(faults)
    everyone = [_take(one, found.get(one.student)) for one in submissions]
    everyone += [_take(Submission(student=name, problem="missing"), found[name]) for name in found if name not in known]
    return tuple(sorted(everyone, key=lambda one: one.student)), {name: one.sheet for name, one in found.items()}


def _take(submission: Submission, response: Response | None) -> Submission:
    if response is None:
        return submission
    return submission.model_copy(
        update={
            "submitted_at": response.submitted_at,
            "name": submission.name or response.name,
            "marked_late": False,
        }
    )
