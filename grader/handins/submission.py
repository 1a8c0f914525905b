"""A hand-in: who, when, which notebook. HANDINS holds `<student>.ipynb` files, `<student>/` folders, or both.

The names of files are the students' and are not trusted: a name that is no plain id, or a link, becomes a problem of
that entry alone, and all the others are found all the same.
"""

import hashlib
import os
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, field_serializer, field_validator

from assignment.assignment import Bilingual
from assignment.fixable import Fault, FixableError, show_value
from assignment.records import Record
from assignment.sheet.notebook import MOST_BYTES, parse_notebook
from grader.files.untrusted import read_untrusted
from grader.handins.ids import EXPECTED, is_student
from grader.handins.listing import check_folder, find_notebooks, find_stem, is_empty, list_handins, show_name
from grader.handins.match import Match, find_matches
from grader.handins.people import load_people

SubmissionProblem = Literal["missing", "not_a_notebook", "two_notebooks", "broken", "bad_name"]


class Submission(Record):
    """One student's hand-in; either `notebook` is there or `problem` says why not."""

    student: str
    name: str = ""
    submitted_at: AwareDatetime | None = None
    notebook: Path | None = None
    sha256: str | None = None  # of the notebook
    problem: SubmissionProblem | None = None
    detail: str | None = None
    marked_late: bool = False  # by the course system, which did not say when it came
    reasons: tuple[Bilingual, ...] = ()  # why a person must look whose hand-in this is
    notes: tuple[Bilingual, ...] = ()

    @field_validator("detail")
    @classmethod
    def _escape_detail(cls, detail: str | None) -> str | None:
        return None if detail is None else detail.encode("utf-8", "backslashreplace").decode()

    @field_serializer("notebook", when_used="json")
    def _show_notebook(self, notebook: Path | None) -> str | None:
        return None if notebook is None else os.fsencode(notebook).decode(errors="backslashreplace")


def find_submissions(handins: Path) -> tuple[Submission, ...]:
    """Return the class, sorted by student; FixableError with all faults of `handins.csv` at once."""
    check_folder(handins)
    people = load_people(handins)
    found = [_make_submission(match) for match in find_matches(list_handins(handins, people).entries, people)]
    if not found:
        raise FixableError(Fault((str(handins),), "no hand-in; expected <student>.ipynb files or <student>/ folders"))
    return tuple(sorted(found, key=lambda one: one.student))


def read_notebook(submission: Submission) -> bytes:
    """Return the bytes of a hand-in's notebook."""
    assert submission.notebook is not None
    return read_untrusted(submission.notebook.parent, submission.notebook.name, MOST_BYTES)


def _make_submission(match: Match) -> Submission:
    """Return the hand-in that the entries and the row of one student make."""
    its = _read_entries(match.student, match.paths)
    person = match.person
    told = {} if person is None else {"name": person.name, "submitted_at": person.submitted_at}
    late = person is not None and person.marked_late
    return its.model_copy(update=told | {"marked_late": late, "reasons": match.reasons, "notes": match.notes})


def _read_entries(student: str, paths: tuple[Path, ...]) -> Submission:
    """Return the hand-in that the entries of one student make; whatever is wrong with them is this student's alone."""
    if not paths:
        return Submission(student=student, problem="missing")
    if student.startswith("unnamed-") and not is_student(find_stem(paths[0])):
        return Submission(
            student=student, problem="bad_name", detail=f"{show_value(show_name(paths[0].name))}; {EXPECTED}"
        )
    try:
        notebooks = [notebook for path in paths for notebook in find_notebooks(path)]
    except FixableError as error:
        return Submission(student=student, problem="not_a_notebook", detail=str(error))
    if len(notebooks) > 1:
        names = ", ".join(show_value(str(path)) for path in notebooks[:5])
        return Submission(student=student, problem="two_notebooks", detail=names)
    if not notebooks:
        empty = all(is_empty(path) for path in paths)
        shown = ", ".join(show_value(path.name) for path in paths)
        return Submission(student=student, problem="missing" if empty else "not_a_notebook", detail=shown)
    return _check_notebook(student, notebooks[0])


def _check_notebook(student: str, path: Path) -> Submission:
    try:
        data = read_untrusted(path.parent, path.name, MOST_BYTES)
    except FixableError as error:
        return Submission(student=student, problem="not_a_notebook", detail=str(error))
    try:
        parse_notebook(data)
    except FixableError as error:
        return Submission(student=student, problem="broken", detail=str(error))
    return Submission(student=student, notebook=path, sha256=hashlib.sha256(data).hexdigest())
