"""Moodle: a table for Grades > Import > CSV file, whose columns a person maps to a user field and a grade item.

After `grade/import/csv/classes/load_data.php` of Moodle, as read in November 2026. One row stops the whole import: an
unknown user, a grade that is no number. A row without a user gives its grade to the user of the row before. `-` is no
grade. So only who is known stands here: with an export of Moodle's (grades as plain text, the participants, a grading
worksheet) those who are in it, under what it calls them; else everyone of the roster of the quiz, where there is one.
"""

import csv
import io

from assignment.fixable import Fault, FixableError, show_value
from grader.files.cell import guard_cell
from grader.handins.ids import fold_id
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
from grader.scoring.handin_record import HandinRecord
from questions.table import Table, check_faults

NO_GRADE = "-"
USERS = {
    "Username": ("username", "使用者名稱", "帳號"),
    "ID number": ("id number", "idnumber", "學號"),
    "Email address": ("email address", "email", "電子郵件信箱", "電子郵件"),
}
COLUMNS = tuple(name for names in USERS.values() for name in names)
EXPECTED = f"a table of Moodle's users with one of the columns {', '.join(USERS)}"
Named = tuple[str, HandinRecord]  # what Moodle calls a student, and the student's results


def fill_moodle(results: ClassRecord, known: Known, exported: Exported | None) -> Filled:
    """Return a row for each student whom Moodle knows, under one user field; FixableError where an export has none."""
    if exported is None:
        field, named, notes = _name_without(results, known)
    else:
        field, named, notes = _name_by_export(results, known, exported.table)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([field, guard_cell(results.title)])
    writer.writerows([user, show_points(handin, NO_GRADE)] for user, handin in named)
    excused = [handin.student for _, handin in named if handin.excused]
    if excused:
        notes.append(f"{count_students(excused)} excused: no grade ({NO_GRADE}); Moodle's import knows no excuse")
    return Filled(stream.getvalue().encode(), len(named), tuple(notes))


def _name_without(results: ClassRecord, known: Known) -> tuple[str, list[Named], list[str]]:
    """Return the students under their own ids, less those of whom Moodle certainly knows nothing."""
    strange = {one.student for one in results.handins if one.problem == "bad_name"}
    if known.roster is not None:
        strange |= {one.student for one in results.handins if fold_id(one.student) not in known.roster}
    named = [(one.student, one) for one in results.handins if one.student not in strange]
    notes = [f"left out, since Moodle cannot know them: {count_students(sorted(strange))}"] if strange else []
    notes.append("a student whom Moodle does not know stops its import: --exported takes a table of its users")
    return "student", named, notes


def _name_by_export(results: ClassRecord, known: Known, table: Table) -> tuple[str, list[Named], list[str]]:
    columns = {field: min(found) for field, names in USERS.items() if (found := table.find_columns(names).values())}
    if not columns:
        raise FixableError(Fault(table.heading.place, f"{show_value(table.heading.cells[0])}; expected {EXPECTED}"))
    check_faults([row.fault for row in table.rows if row.fault is not None], table.file)
    users = [{field: row.cells[at].strip() for field, at in columns.items()} for row in table.rows]
    people = [to_row(at, logins=its.values()) for at, its in enumerate(users)]
    joined = join_rows(results, known, people, table.file)
    field = max(columns, key=lambda name: sum(bool(_take(users[at][name])) for at in joined.marks))
    named = [(_take(users[at][field]), handin) for at, handin in sorted(joined.marks.items())]
    every = [its[field] for its in users]
    lacking = [handin.student for user, handin in named if not user or every.count(user) > 1]
    notes = [*table.notes, *joined.notes]
    if lacking:
        notes.append(f"{table.file}: no {field} that can be written of {count_students(lacking)}: left out")
    return field, [one for one in named if one[1].student not in lacking], notes


def _take(user: str) -> str:
    """Return what names a user, "" where a spreadsheet would run it: Moodle finds nobody by another spelling."""
    return user if guard_cell(user) == user else ""


FORMAT = Format("Moodle", COLUMNS, EXPECTED, needs_export=False, fill=fill_moodle)
