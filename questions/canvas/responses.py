"""The responses to the quiz: Canvas's report "Student Analysis" of a classic quiz, as a Sheet for each student.

The CSV has a row for each attempt and the columns

    name, id, sis_id, section, section_id, section_sis_id, submitted, attempt,
    then for each question `<number>: <its text>` and a column named by its points, n correct, n incorrect, score

of which sis_id, attempt and some others are only there for those who may see them. Canvas's points are not read: it
gives partial credit. A question is known by its id in the text (`lime-1`), else by the text; an answer by its text
(`cell.py`). The last attempt counts. What students write reaches this file, so every size is capped.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from assignment.assignment import Bilingual
from assignment.fixable import Fault, check_all, show_value
from questions.bank import Bank
from questions.canvas.cell import MOST_CHARACTERS, Forms, list_forms, parse_answer, plain
from questions.moment import parse_moment
from questions.sheet import Sheet
from questions.table import Form, Row, Table, check_faults, load_table, parse_table

MOST_BYTES = 64 * 2**20
MOST_ROWS = 20_000
MOST_NAME = 200  # characters of a student's name
ID_COLUMNS = ("sis_id", "login_id", "login", "id")  # the first that is filled names the student
OWN_COLUMNS = (*ID_COLUMNS, "name", "submitted", "attempt")
_QUESTION = re.compile(r"\s*\d+\s*:")
_ENGLISH = "a Student Analysis report, downloaded with Canvas in English"


@dataclass(frozen=True)
class Response:
    """What counts of one student: the last attempt. `place` names its file, row and column, for messages.

    lms_id: Canvas's own number of the person; logins: what else names the person, best first.
    """

    student: str
    name: str
    submitted_at: datetime | None
    sheet: Sheet
    place: tuple[str, ...]
    lms_id: str = ""
    logins: tuple[str, ...] = ()


@dataclass(frozen=True)
class Responses:
    """The responses by student id, what a person may want to know of the whole file, and the file as it came."""

    by_student: Mapping[str, Response]
    notes: tuple[str, ...] = ()
    file: str = ""
    data: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class _Heading:
    """Where the columns are: ours by name, the questions by id; `ids` are those that name a student, in order."""

    own: Mapping[str, int]
    questions: Mapping[str, int]
    ids: tuple[str, ...]


@dataclass(frozen=True)
class _Attempt:
    number: int
    person: tuple[str, str]  # the column that gave the student's id, and Canvas's own number of the person
    response: Response


@dataclass
class _ReportReader:
    bank: Bank
    heading: _Heading
    forms: Mapping[str, Forms]
    faults: list[Fault] = field(default_factory=list)
    attempts: dict[str, list[_Attempt]] = field(default_factory=dict)


def load_responses(path: Path, bank: Bank, name: str | None = None) -> Responses:
    """Return the responses in a file, called `name` in messages, else as it is called.

    FixableError with all that is wrong, each with its row and column.
    """
    return _read_responses(load_table(path, _make_form(), name or path.name), bank)


def parse_responses(data: bytes, bank: Bank, file: str) -> Responses:
    """Return the responses in the bytes of a CSV file; `file` is its name, for messages."""
    return _read_responses(parse_table(data, file, _make_form()), bank)


def _make_form() -> Form:
    return Form(OWN_COLUMNS, _ENGLISH, "row", lines_in_cells=True, most_bytes=MOST_BYTES, most_rows=MOST_ROWS)


def _read_responses(table: Table, bank: Bank) -> Responses:
    heading, notes = _parse_heading(table, bank)
    reading = _ReportReader(bank, heading, {question.id: list_forms(question) for question in bank.questions})
    for row in table.rows:
        _read_row(reading, row)
    check_faults(reading.faults, table.file)
    said = (f"{note} (did a spreadsheet save it? then download it anew)" for note in table.notes)
    last = {student: _take_last(its) for student, its in reading.attempts.items()}
    return Responses(last, (*said, *notes), table.file, table.data)


def _parse_heading(table: Table, bank: Bank) -> tuple[_Heading, tuple[str, ...]]:
    own, place = table.find_columns(OWN_COLUMNS), table.heading.place
    questions: dict[str, int] = {}
    faults, notes = list(table.find_doubled(OWN_COLUMNS)), []
    for column, text in enumerate(table.heading.cells):
        question_id = find_question(text, bank) if column not in own.values() else None
        if question_id in questions:
            both = f"columns {questions[question_id] + 1} and {column + 1}"
            faults.append(Fault(place, f"{both} are both {question_id}; expected one"))
        elif question_id is not None:
            questions[question_id] = column
        elif _QUESTION.match(text):
            where = ": ".join((*place, f"column {column + 1}"))
            notes.append(f"{where}: {show_value(text.strip())} is no question of the bank; it was left out")
    if not questions:
        check_all([Fault(place, f"no column of any question of the bank; expected {_ENGLISH}")])
    whole = "(is the file whole?)"
    faults += [Fault(place, f"no column of {name}; expected its text with the id {name} in it {whole}")
               for name in bank.ids if name not in questions]  # fmt: skip
    ids = tuple(name for name in ID_COLUMNS if name in own)
    if not ids:
        faults.append(Fault(place, f"no column sis_id, login_id or id; expected {_ENGLISH}"))
    if "submitted" not in own:
        faults.append(Fault(place, f"no column submitted; expected {_ENGLISH}"))
    check_all(faults)
    return _Heading(own, questions, ids), tuple(notes)


def find_question(heading: str, bank: Bank) -> str | None:
    """Return the question that a column's heading names: by its id, else by its text; None where it names none."""
    places = {name: re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", heading) for name in bank.ids}
    found = {name: match.start() for name, match in places.items() if match}
    if found:
        return min(found, key=lambda name: found[name])
    if len(heading) > MOST_CHARACTERS:
        return None
    text = plain(heading)
    named = [one.id for one in bank.questions if plain(one.ask.en) in text or plain(one.ask.zh) in text]
    return named[0] if len(named) == 1 else None


def _read_row(reading: _ReportReader, row: Row) -> None:
    heading, faults, place = reading.heading, reading.faults, row.place
    if row.fault is not None:
        faults.append(row.fault)
        return
    cells = {name: row.cells[column].strip() for name, column in heading.own.items()}
    column = next((name for name in heading.ids if cells[name]), None)
    if column is None:
        faults.append(Fault((*place, ", ".join(heading.ids)), "all empty; expected a student's id"))
        return
    student, found = unicodedata.normalize("NFC", cells[column]), len(faults)
    faults += _find_faults(cells, *place)
    if len(faults) > found:
        return
    number = int(cells["attempt"]) if "attempt" in cells else 1
    attempts = reading.attempts.setdefault(student, [])
    person, where = (column, cells.get("id", "")), (*place, column)
    if any(attempt.person != person for attempt in attempts):
        faults.append(Fault(where, f"{show_value(student)} is another person's id too; expected one for each"))
        return
    if any(attempt.number == number for attempt in attempts):
        faults.append(Fault(where, f"{show_value(student)} with attempt {number} a second time; expected it once"))
        return
    answers = {
        name: parse_answer(row.cells[index], reading.forms[name], ": ".join((*place, name)))
        for name, index in heading.questions.items()
    }
    sheet = Sheet({name: answers[name] for name in reading.bank.ids})
    moment = parse_moment(cells["submitted"]) if cells["submitted"] else None
    logins = tuple(unicodedata.normalize("NFC", cells[name]) for name in ID_COLUMNS[:-1] if cells.get(name))
    name = cells.get("name", "")[:MOST_NAME]
    response = Response(student, name, moment, sheet, where, lms_id=cells.get("id", ""), logins=logins)
    attempts.append(_Attempt(number, person, response))


def _find_faults(cells: Mapping[str, str], *place: str) -> Iterator[Fault]:
    attempt, submitted = cells.get("attempt", "1"), cells["submitted"]
    if not (attempt.isascii() and attempt.isdecimal() and len(attempt) < 7):
        yield Fault((*place, "attempt"), f"{show_value(attempt)}; expected a whole number")
    if submitted and parse_moment(submitted) is None:
        says = f"{show_value(submitted)}; expected a time with its zone, as 2027-05-28 12:00:00 UTC"
        yield Fault((*place, "submitted"), says)


def _take_last(attempts: Sequence[_Attempt]) -> Response:
    last = max(attempts, key=lambda attempt: attempt.number)
    if len(attempts) == 1:
        return last.response
    note = Bilingual(
        en=f"{len(attempts)} attempts at the quiz; the last one, attempt {last.number}, counts.",
        zh=f"測驗作答了 {len(attempts)} 次；以最後一次（第 {last.number} 次）為準。",
    )
    return replace(last.response, sheet=Sheet(last.response.sheet.answers, (note,)))
