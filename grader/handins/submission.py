"""A hand-in: who, when, which notebook. HANDINS holds `<student>.ipynb` files, `<student>/` folders, or both.

The names of files are the students' and are not trusted: a name that is no plain id, or a link, becomes a problem of
that entry alone, and all the others are found all the same. Each notebook is read once, and its bytes are passed on.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, field_serializer, field_validator

from assignment.assignment import Bilingual
from assignment.fixable import Fault, FixableError, show_value
from assignment.records import Record
from assignment.sheet.notebook import MOST_BYTES, parse_notebook
from grader.files.untrusted import read_untrusted
from grader.handins.ids import EXPECTED, is_student
from grader.handins.listing import (
    check_folder,
    describe_listing,
    find_notebooks,
    find_stem,
    is_empty,
    list_handins,
    show_name,
)
from grader.handins.match import Match, find_matches
from grader.handins.people import load_people

MOST_NAMED = 5  # files of one hand-in

SubmissionProblem = Literal["missing", "not_a_notebook", "two_notebooks", "broken", "bad_name"]


class Submission(Record):
    """One student's hand-in; either `notebook` is there or `problem` says why not."""

    student: str
    name: str = ""
    submitted_at: AwareDatetime | None = None
    notebook: Path | None = None
    sha256: str | None = None  # of the notebook's bytes, also of those that are broken
    beside: str | None = None  # the sha256 of the files that come along; None: there are none
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


@dataclass(frozen=True)
class Handin:
    """A hand-in with the bytes of its one notebook, which may be broken; None where there is not one notebook."""

    submission: Submission
    data: bytes | None = None


@dataclass(frozen=True)
class Handins:
    """A folder of hand-ins: everyone who has an entry or a row, not yet read, and what a person may want to know."""

    matches: tuple[Match, ...]
    notes: tuple[str, ...]

    def read(self) -> Iterator[Handin]:
        """Yield every hand-in, sorted by student, each read when it is asked for."""
        return (_read_match(match) for match in self.matches)


def open_handins(handins: Path) -> Handins:
    """Return what lies in a folder; FixableError with all faults of `handins.csv`, or where nothing is there."""
    check_folder(handins)
    people = load_people(handins)
    listing = list_handins(handins, people)
    matches = sorted(find_matches(listing.entries, people), key=lambda one: one.student)
    notes = describe_listing(handins, listing, people)
    if not matches:
        fault = Fault((str(handins),), "no hand-in; expected <student>.ipynb files or <student>/ folders")
        raise FixableError(fault, *notes)
    return Handins(tuple(matches), notes)


def find_submissions(handins: Path) -> tuple[Submission, ...]:
    """Return the class, sorted by student; FixableError with all faults of `handins.csv` at once."""
    return tuple(one.submission for one in open_handins(handins).read())


def check_notebook(student: str, path: Path, data: bytes) -> Submission:
    """Return the hand-in that the bytes of a notebook make."""
    digest = hashlib.sha256(data).hexdigest()
    try:
        parse_notebook(data)
    except FixableError as error:
        return Submission(student=student, problem="broken", detail=str(error), sha256=digest)
    return Submission(student=student, notebook=path, sha256=digest)


def _read_match(match: Match) -> Handin:
    """Return the hand-in that the entries and the row of one student make."""
    its = _read_entries(match.student, match.paths)
    person = match.person
    told: dict[str, object] = {"reasons": match.reasons, "notes": match.notes}
    if person is not None:
        told |= {"name": person.name, "submitted_at": person.submitted_at, "marked_late": person.marked_late}
    return Handin(its.submission.model_copy(update=told), its.data)


def _read_entries(student: str, paths: tuple[Path, ...]) -> Handin:
    """Return the hand-in that the entries of one student make; whatever is wrong with them is this student's alone."""
    if not paths:
        return _refuse(student, "missing")
    if student.startswith("unnamed-") and not is_student(find_stem(paths[0])):
        return _refuse(student, "bad_name", f"{show_value(show_name(paths[0].name))}; {EXPECTED}")
    try:
        notebooks = [notebook for path in paths for notebook in find_notebooks(path)]
        if len(notebooks) == 1:
            path = notebooks[0]
            data = read_untrusted(path.parent, path.name, MOST_BYTES)
            return Handin(check_notebook(student, path, data), data)
        if notebooks:
            named = ", ".join(show_value(str(path)) for path in notebooks[:MOST_NAMED])
            return _refuse(student, "two_notebooks", named)
        empty = all(is_empty(path) for path in paths)
        names = ", ".join(name for path in paths for name in _list_names(path))
        return _refuse(student, "missing" if empty else "not_a_notebook", names)
    except (FixableError, OSError) as error:  # OSError: it went away, or was closed to us, while we looked
        return _refuse(student, "not_a_notebook", str(error))


def _list_names(path: Path) -> list[str]:
    """Return the name of an entry, a folder's with what lies in it, as far as a person wants to know."""
    inner = sorted(one.name for one in path.iterdir()) if path.is_dir() and not path.is_symlink() else []
    names = [f"{path.name}/{name}" for name in inner[:MOST_NAMED]] or [path.name]
    return [show_value(show_name(name)) for name in names]


def _refuse(student: str, problem: SubmissionProblem, detail: str | None = None) -> Handin:
    return Handin(Submission(student=student, problem=problem, detail=detail))
