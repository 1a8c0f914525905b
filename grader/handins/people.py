"""The people of `handins.csv`, which the TA puts beside the hand-ins: who is of the class and when they came.

It is believed, so it is read strictly (`questions/table.py`); every fault of the file is told at once, with its line.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from assignment.fixable import Fault, FixableError, show_value
from grader.files.cell import read_guarded
from grader.handins.ids import EXPECTED, is_student
from questions.moment import require_moment
from questions.table import Form, Row, check_faults, load_table

FILE = "handins.csv"
MARKS = {"": False, "no": False, "yes": True}
COLUMNS = ("student", "name", "submitted_at", "marked_late", "look")


@dataclass(frozen=True)
class Person:
    """One row. `marked_late`: a course system said that it was late and not when it came. `look`: why a person must."""

    student: str
    name: str = ""
    submitted_at: datetime | None = None
    marked_late: bool = False
    look: str = ""


@dataclass(frozen=True)
class People:
    """The rows by student; `file` None: there is no such file, and whoever handed in is the class."""

    rows: Mapping[str, Person] = field(default_factory=dict)
    file: Path | None = None
    notes: tuple[str, ...] = ()


def find_file(handins: Path) -> Path | None:
    """Return the path of `handins.csv`, in whatever capitals; None without it."""
    found = sorted(path for path in handins.iterdir() if path.name.lower() == FILE)
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise FixableError(Fault((str(handins),), f"{names}; expected one {FILE}"))
    return found[0] if found else None


def load_people(handins: Path) -> People:
    """Return the rows of `handins.csv` in a folder of hand-ins; FixableError with every fault of its file."""
    file = find_file(handins)
    if file is None:
        return People()
    table = load_table(file, Form(COLUMNS, f"a CSV file with the columns {', '.join(COLUMNS[:3])}"))
    columns = table.find_columns(COLUMNS)
    faults = [*table.find_unknown(COLUMNS), *table.find_doubled(COLUMNS)]
    if "student" not in columns:
        says = f"no column 'student'; expected the columns {', '.join(COLUMNS)}"
        check_faults([*faults, Fault(table.heading.place, says)], str(file))
    people: dict[str, Person] = {}
    for row in table.rows:
        faults += _take_row(row, columns, people)
    check_faults(faults, str(file))
    return People(people, file, table.notes)


def _take_row(row: Row, columns: Mapping[str, int], people: dict[str, Person]) -> list[Fault]:
    """Add one row to the people, or return its faults."""
    if row.fault is not None:
        return [row.fault]
    cells = {name: read_guarded(row.cells[column].strip()) for name, column in columns.items()}
    student, time = unicodedata.normalize("NFC", cells["student"]), cells.get("submitted_at", "")
    mark = cells.get("marked_late", "").lower()
    faults: list[Fault] = []
    moment = None
    if not is_student(student):
        faults.append(Fault((*row.place, "student"), f"{show_value(student)}; {EXPECTED}"))
    if student in people:
        faults.append(
            Fault((*row.place, "student"), f"{show_value(student)} a second time; expected one line for each")
        )
    if time:
        try:
            moment = require_moment(time)
        except FixableError as error:
            faults += error.within(*row.place, "submitted_at").faults
    if mark not in MARKS:
        faults.append(Fault((*row.place, "marked_late"), f"{show_value(mark)}; expected yes, no or nothing"))
    late, look = MARKS.get(mark, False), cells.get("look", "")
    people.setdefault(student, Person(student, cells.get("name", ""), moment, late, look))
    return faults
