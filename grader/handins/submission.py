"""A hand-in: who, when, which notebook. HANDINS holds `<student>.ipynb` files, `<student>/` folders, or both.

The names of files are the students' and are not trusted: a name that is no plain id, or a link, becomes a problem of
that entry alone, and all the others are found all the same.
"""

import csv
import hashlib
import os
import re
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, field_serializer, field_validator

from assignment.fixable import Fault, FixableError, check_all, show_value
from assignment.records import Record
from assignment.sheet.notebook import MOST_BYTES, parse_notebook
from grader.files.untrusted import read_untrusted

DEEPEST = 4  # folders below a student's own
LONGEST = 200  # bytes of an id, which names a folder beside which others with a longer name are made
STUDENT = re.compile(r"\w[\w@+.-]{0,63}")
RESERVED = (".json", ".csv", ".html", ".lock")  # names of our own files beside the Runs
IGNORED = ("handins.csv", "__MACOSX")
COLUMNS = ("student", "name", "submitted_at")

Problem = Literal["missing", "not_a_notebook", "two_notebooks", "broken", "bad_name"]


class Submission(Record):
    """One student's hand-in; either `notebook` is there or `problem` says why not."""

    student: str
    name: str = ""
    submitted_at: AwareDatetime | None = None
    notebook: Path | None = None
    sha256: str | None = None  # of the notebook
    problem: Problem | None = None
    detail: str | None = None

    @field_validator("detail")
    @classmethod
    def _escape_detail(cls, detail: str | None) -> str | None:
        return None if detail is None else detail.encode("utf-8", "backslashreplace").decode()

    @field_serializer("notebook", when_used="json")
    def _show_notebook(self, notebook: Path | None) -> str | None:
        return None if notebook is None else os.fsencode(notebook).decode(errors="backslashreplace")


def find_submissions(handins: Path) -> tuple[Submission, ...]:
    """Return the class, sorted by student; FixableError with all faults of `handins.csv` at once."""
    if not handins.is_dir():
        raise FixableError(f"{handins}: no such folder; expected a folder of hand-ins")
    if (handins / "runs.json").exists():
        raise FixableError(f"{handins}: a RUNS folder; expected a folder of hand-ins")
    people = load_people(handins / "handins.csv")
    entries: dict[str, list[Path]] = {}
    for path in sorted(handins.iterdir()):
        if not _is_litter(path.name):
            entries.setdefault(_find_student(path), []).append(path)
    found = [_find_one(student, paths) for student, paths in entries.items()]
    found += [Submission(student=student, problem="missing") for student in people if student not in entries]
    if not found:
        raise FixableError(f"{handins}: no hand-in; expected <student>.ipynb files or <student>/ folders")
    named = (one.model_copy(update=people.get(one.student, {})) for one in found)
    return tuple(sorted(named, key=lambda one: one.student))


def read_notebook(submission: Submission) -> bytes:
    """Return the bytes of a hand-in's notebook."""
    assert submission.notebook is not None
    return read_untrusted(submission.notebook.parent, submission.notebook.name, MOST_BYTES)


def load_people(file: Path) -> dict[str, dict[str, object]]:
    """Return the rows of `handins.csv` by student, {} without the file; FixableError with every fault."""
    if not file.exists():
        return {}
    try:
        reader = csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines())
        rows, header = list(reader), reader.fieldnames or ()
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FixableError(f"{file}: {error}; expected a CSV file in UTF-8") from None
    expected = f"expected the columns {', '.join(COLUMNS)}"
    place = (str(file),)
    faults = [Fault(place, f"unknown column {show_value(name)}; {expected}") for name in header if name not in COLUMNS]
    if "student" not in header:
        check_all([*faults, Fault(place, f"no column 'student'; {expected}")])
    people: dict[str, dict[str, object]] = {}
    for number, row in enumerate(rows, start=2):
        faults += (fault.within(*place, f"line {number}") for fault in _take_row(row, people))
    check_all(faults)
    return people


def _take_row(row: dict[str, str], people: dict[str, dict[str, object]]) -> list[Fault]:
    """Add one row to the people, or return its faults, by column."""
    student, time = (
        unicodedata.normalize("NFC", (row.get("student") or "").strip()),
        (row.get("submitted_at") or "").strip(),
    )
    faults: list[Fault] = []
    moment = None
    if None in row:
        faults.append(Fault((), "more fields than columns; expected one for each (quote a comma)"))
    if not is_student(student):
        faults.append(Fault(("student",), f"{show_value(student)}; expected letters, digits and . _ - @ +"))
    if student in people:
        faults.append(Fault(("student",), f"{show_value(student)} a second time; expected one line for each"))
    if time:
        try:
            moment = datetime.fromisoformat(time)
        except ValueError:
            says = f"{show_value(time)}; expected ISO 8601, as 2026-12-01T23:59:00+08:00"
            faults.append(Fault(("submitted_at",), says))
    if moment is not None and moment.tzinfo is None:
        says = f"{show_value(time)} has no time zone; expected one, as {time}+08:00"
        faults.append(Fault(("submitted_at",), says))
    people.setdefault(student, {"name": (row.get("name") or "").strip(), "submitted_at": moment})
    return faults


def _is_litter(name: str) -> bool:
    """Tell whether a name is a system's own (a hidden notebook is a student's, but macOS puts `._` before a copy)."""
    hidden = name.startswith("._") or (name.startswith(".") and not name.endswith(".ipynb"))
    return hidden or name in IGNORED


def is_student(name: str) -> bool:
    """Tell whether a name can be a student's id, which names a Run folder."""
    return bool(STUDENT.fullmatch(name)) and len(name.encode()) <= LONGEST and not name.lower().endswith(RESERVED)


def _find_student(path: Path) -> str:
    """Return the id that an entry's name stands for; a name that cannot be one gets a made-up id."""
    real_folder = path.is_dir() and not path.is_symlink()
    name = unicodedata.normalize("NFC", path.name if real_folder else path.stem)
    if is_student(name):
        return name
    return f"unnamed-{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:8]}"


def _find_one(student: str, paths: list[Path]) -> Submission:
    """Return the hand-in that the entries of one student make."""
    if student.startswith("unnamed-") and not is_student(paths[0].stem):
        said = show_value(os.fsencode(paths[0].name).decode(errors="replace"))
        return Submission(student=student, problem="bad_name", detail=f"{said}; expected letters, digits and . _ - @ +")
    notebooks = [notebook for path in paths for notebook in _find_notebooks(path)]
    if len(notebooks) > 1:
        names = ", ".join(show_value(str(path)) for path in notebooks[:5])
        return Submission(student=student, problem="two_notebooks", detail=names)
    if not notebooks:
        empty = all(path.is_dir() and not path.is_symlink() and not any(path.iterdir()) for path in paths)
        shown = ", ".join(show_value(path.name) for path in paths)
        return Submission(student=student, problem="missing" if empty else "not_a_notebook", detail=shown)
    return _check_notebook(student, notebooks[0])


def _find_notebooks(path: Path) -> list[Path]:
    """Return the notebooks of one entry; links to folders are not followed."""
    if path.is_symlink() or not path.is_dir():
        return [path] if path.suffix.lower() == ".ipynb" else []
    found = []
    for folder, folders, files in os.walk(path, followlinks=False):
        depth = len(Path(folder).relative_to(path).parts)
        folders[:] = [name for name in sorted(folders) if not name.startswith((".", "__MACOSX")) and depth < DEEPEST]
        found += [
            Path(folder, name) for name in sorted(files) if name.lower().endswith(".ipynb") and not name.startswith(".")
        ]
    return found


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
