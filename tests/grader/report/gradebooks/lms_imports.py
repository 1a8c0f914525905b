"""What course systems take, read as strictly as their own import reads it, after its source (read in 2026-11).

Canvas: `lib/gradebook_importer.rb` and the page that sends what changed. NTU COOL: its public fork of the same. Moodle:
`grade/import/csv/classes/load_data.php`.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.report.class_record import ClassRecord
from grader.report.gradebooks.format import Filled, Known
from grader.report.gradebooks.registry import load_formats
from grader.report.gradebooks.write import load_export

RIGHT = {"lime-1": "bd", "lime-2": "a", "saliency-1": "acd", "saliency-2": "c"}
THIS, OTHER = 123, 122  # the assignment that is filled, and another
Grades = dict[int, dict[int, str]]  # student -> assignment -> what is set: points, EX, "" to clear
STUDENT_COLUMNS = {"Student", "LastName", "FirstName", "ID", "SIS User ID", "SIS Login ID", "Section"}
NO_ASSIGNMENT = re.compile("(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)")


class RefusedError(Exception):
    """The import says this and takes nothing."""


@dataclass(frozen=True)
class User:
    """One student of a course, as the system knows him or her."""

    number: int
    name: str
    sis: str
    login: str


@dataclass
class Course:
    """A course: its students, its assignments and what they have already, by student and assignment."""

    users: list[User]
    assignments: dict[int, str]
    scores: Grades = field(default_factory=dict)


@dataclass
class Import:
    """What an import would do."""

    changes: Grades = field(default_factory=dict)
    new_assignments: list[str] = field(default_factory=list)
    new_students: list[str] = field(default_factory=list)


def import_into_canvas(data: bytes, course: Course) -> Import:
    """Return what Canvas would do; RefusedError with its message."""
    try:
        text = data.decode("utf-8")  # a byte-order mark stays in the first cell
    except UnicodeDecodeError:
        raise RefusedError("Gradebook import did not parse cleanly") from None
    return _import(list(_read_rows(text)), course)


def import_into_ntu_cool(data: bytes, course: Course) -> Import:
    """Return what NTU COOL would do: as Canvas, of the text that the bytes are as Big5, else as UTF-8."""
    try:
        text = data.decode("big5")
    except UnicodeDecodeError:
        text = data.decode("utf-8")
    return _import(list(_read_rows(text)), course)


def _read_rows(text: str) -> Iterator[list[str]]:
    counts = {}
    for separator in ";,":
        rows = csv.reader(io.StringIO("".join(text.splitlines(keepends=True)[:3]), newline=""), delimiter=separator)
        sizes = {len(row) for row in rows}
        counts[separator] = sizes.pop() if len(sizes) == 1 else 0
    separator = ";" if counts[";"] > counts[","] else ","
    kept = "".join(line for line in text.splitlines(keepends=True) if not re.fullmatch(r"[;, ]+", line.rstrip("\r\n")))
    try:
        for row in csv.reader(io.StringIO(kept, newline=""), delimiter=separator, strict=True):
            yield [_to_period(cell) for cell in row]
    except csv.Error:
        raise RefusedError("Gradebook import did not parse cleanly") from None


def _to_period(cell: str) -> str:
    if not re.fullmatch(r"-?[0-9.,]+%?", cell):
        return cell
    *whole, last = re.split("[,.]", cell)
    return f"{''.join(whole)}.{last}" if whole else last


def _import(rows: list[list[str]], course: Course) -> Import:
    width, columns = _read_heading(rows[0] if rows else [])
    found = Import()
    assignments = {}
    for at, name in columns.items():
        numbered = re.fullmatch(r"(.*)\s\((\d+)\)", name)
        number = int(numbered[2]) if numbered and int(numbered[2]) in course.assignments else None
        number = number or next((n for n, title in course.assignments.items() if title == name), None)
        if number is None:
            found.new_assignments.append(name)
        else:
            assignments[at] = number
    heading = rows[0][:width]
    for row in rows[1:]:
        if "Points Possible" in row[0] or all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", cell) for cell in row):
            continue
        user = _find_user(dict(zip(heading, row, strict=False)), course)
        if user is None:
            found.new_students.append(row[0])
            continue
        for at, number in assignments.items():
            if row[at].strip() != course.scores.get(user, {}).get(number, ""):
                found.changes.setdefault(user, {})[number] = row[at].strip()
    return found


def _read_heading(row: list[str]) -> tuple[int, dict[int, str]]:
    """Return how many columns are the student's, and the others that are assignments; InvalidHeaderRow's message."""
    whole = len(row) > 3 and "Student" in row[0] and "ID" in row[1]
    apart = len(row) > 4 and row[:2] == ["LastName", "FirstName"] and "ID" in row[2]
    if not (whole or apart):
        raise RefusedError("Invalid header row")
    width = first = 4 if apart else 3
    if "SIS Login ID" in row[first - 1]:
        width += 1
    elif "SIS User ID" in row[first - 1] and "SIS Login ID" in row[first]:
        width += 2
        width += "Integration ID" in row[first + 1]
        width += "Root Account" in row[width - 1]
    if width > len(row) or "Section" not in row[width - 1]:
        raise RefusedError("Invalid header row")
    return width, {at: row[at] for at in range(width, len(row)) if not NO_ASSIGNMENT.search(row[at])}


def _find_user(cells: Mapping[str, str], course: Course) -> int | None:
    number = int(found[0]) if (found := re.match(r"\d+", cells.get("ID", ""))) else 0
    for user in course.users:
        if user.number == number:
            return number
    for column, name in (("SIS User ID", "sis"), ("SIS Login ID", "login")):
        if cell := cells.get(column, ""):
            for user in course.users:
                if getattr(user, name) == cell:
                    return user.number
    return next((user.number for user in course.users if user.name == cells.get("Student")), None)


def import_into_moodle(
    data: bytes, users: Mapping[str, int], *, user: int = 0, grade: int = 1
) -> dict[int, str | None]:
    """Return the grades that Moodle would set by the user's id; RefusedError with what stops it."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))
    grades: dict[int, str | None] = {}
    current: int | None = None
    for row in rows[1:]:
        name, value = row[user].strip(), row[grade].strip()
        if name:
            if name not in users:
                raise RefusedError(f"User mapping error: {name}")
            current = users[name]
        if current is None:
            raise RefusedError("User not found")
        if value not in ("", "-") and not re.fullmatch(r"-?\d+([.,]\d+)?", value):
            raise RefusedError("Bad grade")
        if value not in ("", "-") and float(value.replace(",", ".")) > 100:
            raise RefusedError("Grade value too big")
        grades[current] = None if value in ("", "-") else value
    return grades


def export_from_canvas(
    course: Course, points: Mapping[int, str], *, sis: bool = True, mark: bool = False, separator: str = ","
) -> bytes:
    """Return the gradebook that Canvas exports: with rows of no student, its test student and columns of totals."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=separator, lineterminator="\n")
    ids = ["ID", *(["SIS User ID"] if sis else []), "SIS Login ID"]
    blank = [""] * (len(ids) + 1)
    titles = [f"{title} ({number})" for number, title in course.assignments.items()]
    writer.writerow(["Student", *ids, "Section", "Notes", *titles, "Current Score", "Final Score"])
    writer.writerow(["", *blank, "", *(["Manual Posting"] * len(titles)), "", ""])
    possible = [points[number] for number in course.assignments]
    writer.writerow(["    Points Possible", *blank, "", *possible, "(read only)", "(read only)"])
    for user in [*course.users, User(99_999, "Student, Test", "", "a1b2c3")]:
        own = [str(user.number), *([user.sis] if sis else []), user.login]
        scores = [course.scores.get(user.number, {}).get(number, "") for number in course.assignments]
        writer.writerow([user.name, *own, "Section 1", "=NOW()", *scores, "88.5", "80.1"])
    return stream.getvalue().encode("utf-8-sig" if mark else "utf-8")


def fill(name: str, results: ClassRecord, data: bytes, tmp_path: Path, *, column: str | None = None,
         known: Known | None = None) -> Filled:  # fmt: skip
    path = tmp_path / "exported.csv"
    path.write_bytes(data)
    its = load_formats()[name]
    return its.fill(results, known or Known(), load_export(its, path, column))


def rows_of(data: bytes) -> list[list[str]]:
    """Return the cells of a CSV file."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
