"""Canvas: the gradebook that it exported, with one column filled, for Grades > Import.

After `lib/gradebook_importer.rb` of canvas-lms and its page of the upload, as read in November 2026:

- a heading of Student (or LastName, FirstName), ID, [SIS User ID], SIS Login ID, ..., Section, then assignments as
  `title (number)`: found by the number; an unknown one becomes a new assignment;
- a row is the student's in ID, else in SIS User ID, else in SIS Login ID; "Points Possible" and "Manual Posting" are
  no students; `EX` is excused, in whatever case.

A cell that is blank while Canvas has points is sent as blank, once anything in the column changes. So a row without a
student of ours keeps what was exported, and of the columns only those that name students and the one that is filled
are written: the import can change nothing else, and a text of somebody's in another column is no formula.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from assignment.fixable import Fault, FixableError, show_value
from grader.collect.rosters import Enrolled
from grader.collect.say import list_some
from grader.files.cell import guard_cell
from grader.report.class_record import ClassRecord
from grader.report.gradebooks.format import (
    Exported,
    Filled,
    Format,
    Known,
    count_students,
    join_rows,
    show_points,
    to_row,
)
from questions.table import Row, Table, check_faults, fold_name

EXPECTED = "a gradebook as Canvas exports it: Student, ID, SIS Login ID, Section, then assignments as `title (number)`"
IDS = ("ID", "SIS User ID", "SIS Login ID")
COLUMNS = ("Student", "LastName", "FirstName", *IDS, "Section")
NUMBERED = re.compile(r"(?P<title>.*)\s\((?P<number>\d+)\)", re.DOTALL)
NO_STUDENT = re.compile(r"\s*(?:Muted|Manual Posting.*)?\s*", re.IGNORECASE)
NUMBER = re.compile(r"-?[\d.,]+%?")
POSSIBLE = re.compile(r"(-?(?:\d+[.,]?\d*|[.,]\d+))%?")
NOT_ASSIGNED = "N/A"


@dataclass(frozen=True)
class _Sheet:
    """The columns of an export that are written: those of the student, as far as Section, and the one to fill."""

    table: Table
    width: int  # how many columns are the student's
    ids: Mapping[str, int]
    column: int


def fill_canvas(results: ClassRecord, known: Known, exported: Exported | None) -> Filled:
    """Return the export with the students' points; FixableError where it is none, or its column is not clear."""
    return fill_export(results, known, exported, keeps_mark=True)


def fill_export(results: ClassRecord, known: Known, exported: Exported | None, *, keeps_mark: bool) -> Filled:
    """Return the export with the students' points. keeps_mark: a byte-order mark that was there stays there."""
    if exported is None:
        raise TypeError("a gradebook without an export")
    sheet = _find_sheet(results, exported)
    left_out = [row for row in sheet.table.rows if not _is_safe(sheet, row)]
    rows = [row for row in sheet.table.rows if row not in left_out]
    joined = join_rows(results, known, [_to_person(sheet, at, row) for at, row in enumerate(rows)], sheet.table.file)
    points = {at: show_points(handin) for at, handin in joined.marks.items()}
    unassigned = [joined.marks[at].student for at in points if rows[at].cells[sheet.column].strip() == NOT_ASSIGNED]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_write_row(sheet, sheet.table.heading, None))
    writer.writerows(_write_row(sheet, row, points.get(at)) for at, row in enumerate(rows))
    notes = [*sheet.table.notes, *joined.notes, *_list_possible(sheet, results), *_list_left_out(left_out)]
    if unassigned:
        notes.append(f"{sheet.table.file}: {count_students(unassigned)} not assigned this in Canvas, which stays so")
    mark = sheet.table.data.startswith(codecs.BOM_UTF8) and keeps_mark and "Student" in sheet.table.heading.cells[0]
    data = stream.getvalue().encode("utf-8-sig" if mark else "utf-8")
    return Filled(data, len(points) - len(unassigned), tuple(notes))


def _find_sheet(results: ClassRecord, exported: Exported) -> _Sheet:
    table = _drop_odd(exported.table)
    names = [cell.strip() for cell in table.heading.cells]
    named = fold_name(names[0]) == "student" or [fold_name(name) for name in names[:2]] == ["lastname", "firstname"]
    ids = table.find_columns(IDS)
    width = next((at + 1 for at, name in enumerate(names) if fold_name(name) == "section"), 0)
    if not named or "ID" not in ids or not width or max(ids.values()) >= width:
        raise FixableError(Fault(table.heading.place, f"{show_value(', '.join(names[:6]))}; expected {EXPECTED}"))
    column = _find_column(results, exported, {at: name for at, name in enumerate(names) if at >= width})
    sheet = _Sheet(table, width, ids, column)
    check_faults([row.fault for row in table.rows if row.fault is not None], table.file)
    for row in table.rows:
        if _is_possible(row) and re.search(r"read\s+only", row.cells[column]):
            raise FixableError(
                Fault(row.place, f"{names[column]} is read only; expected a column that can be imported")
            )
    return sheet


def _drop_odd(table: Table) -> Table:
    """Return the table without "Manual Posting" where that row is longer: so Canvas writes it in some courses."""
    odd = [row for row in table.rows if row.fault and all(NO_STUDENT.fullmatch(cell) for cell in row.cells)]
    return replace(table, rows=tuple(row for row in table.rows if row not in odd))


def _find_column(results: ClassRecord, exported: Exported, names: Mapping[int, str]) -> int:
    """Return the assignment's column: the one that was named, else the one that is called as the homework."""
    numbered = {at: found for at, name in names.items() if (found := NUMBERED.fullmatch(name))}
    wanted = exported.column
    if wanted is not None:
        fits = [at for at, found in numbered.items() if wanted.strip() in (found[0], found["title"], found["number"])]
    else:
        fits = [at for at, found in numbered.items() if found["title"].casefold().startswith(results.title.casefold())]
    if len(fits) == 1:
        return fits[0]
    place = exported.table.heading.place
    some = list_some(found[0] for found in numbered.values())
    said = f"{len(fits) or 'no'} columns are called {show_value(wanted or results.title)}"
    raise FixableError(Fault(place, f"{said}; expected --column with one of {some}"))


def _to_person(sheet: _Sheet, at: int, row: Row) -> Enrolled:
    cells = {name: row.cells[column].strip() for name, column in sheet.ids.items()}
    number = cells.pop("ID")
    return to_row(at, number, cells.values())


def _is_possible(row: Row) -> bool:
    return "Points Possible" in row.cells[0]


def _is_safe(sheet: _Sheet, row: Row) -> bool:
    """Tell whether Canvas knows whose a row is, and no spreadsheet runs what names the student."""
    if _is_possible(row) or all(NO_STUDENT.fullmatch(cell) for cell in row.cells):
        return True
    cells = {name: row.cells[column].strip() for name, column in sheet.ids.items()}
    number = cells.pop("ID")
    named = [cell for cell in cells.values() if cell]
    return (
        number.isascii() and number.isdecimal()
        if number
        else bool(named) and all(guard_cell(cell) == cell for cell in named)
    )


def _write_row(sheet: _Sheet, row: Row, points: str | None) -> list[str]:
    own = [guard_cell(cell) for cell in row.cells[: sheet.width]]
    cell = row.cells[sheet.column]
    if points is None or cell.strip() == NOT_ASSIGNED:
        return [*own, cell if NUMBER.fullmatch(cell.strip()) else guard_cell(cell)]
    return [*own, points]


def _list_possible(sheet: _Sheet, results: ClassRecord) -> Iterator[str]:
    """Yield where Canvas reckons with other points than the results."""
    for row in filter(_is_possible, sheet.table.rows):
        found = POSSIBLE.fullmatch(row.cells[sheet.column].strip())
        if found and float(found[1].replace(",", ".")) != float(results.possible):
            name = sheet.table.heading.cells[sheet.column]
            yield f"{name}: {found[0]} points possible there, {results.possible} in the results; change it in Canvas"


def _list_left_out(rows: list[Row]) -> Iterator[str]:
    for row in rows:
        yield f"{': '.join(row.place)}: {show_value(row.cells[0])} has no id that can be written; left out"


FORMAT = Format("Canvas", COLUMNS, EXPECTED, needs_export=True, fill=fill_canvas)
