"""The responses to the quiz: a report of Canvas, "Student Analysis" of a classic quiz, as a Sheet for each student.

The CSV has a row for each attempt; `heading.py` says which columns. New Quizzes' report is read too, as public readers
of it describe it (`SISID`; five columns for each question). Points are not read: Canvas gives partial credit. An answer
is known by its text (`cell.py`), the last attempt counts (`response.py`). One odd row is that row's trouble alone. What
students write reaches this file, so every size is capped.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assignment.assignment import Bilingual
from assignment.fixable import Fault, show_value
from questions.bank import Bank
from questions.canvas.cell import Forms, add_forms, list_forms, parse_answer
from questions.canvas.doubts import Doubts, UnknownText, list_unused, say_wrong_times, weigh_doubts
from questions.canvas.heading import ASK_ANEW, ID_COLUMNS, OWN_COLUMNS, REPORT, Heading, parse_heading
from questions.canvas.response import Claim, Response, settle, take_last
from questions.moment import parse_moment
from questions.sheet import Answer, Sheet
from questions.table import Form, Row, Table, check_faults, load_table, parse_table

MOST_BYTES = 64 * 2**20
MOST_ROWS = 20_000
MOST_NAME = 200  # characters of a student's name

Texts = Mapping[str, Forms]  # question -> letter -> texts that are this choice's too, as somebody decided
NO_TEXTS: Texts = {}
Person = tuple[str, str, str]  # the student's id, the column that gave it, and Canvas's own number of the person


@dataclass(frozen=True)
class Responses:
    """The responses by student id, what a person may want to know of the whole file, and the file as it came.

    absent: the questions of the bank that have no column; the Sheets have no answer to them. unknown: texts of answers
    that no choice has, which a decision can settle.
    """

    by_student: Mapping[str, Response]
    notes: tuple[str, ...] = ()
    file: str = ""
    data: bytes = field(default=b"", repr=False)
    absent: tuple[str, ...] = ()
    unknown: tuple[UnknownText, ...] = ()


@dataclass
class _ReportReader:
    heading: Heading
    forms: Mapping[str, Forms]
    doubts: Doubts = field(default_factory=Doubts)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    wrong_times: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    attempts: dict[Person, list[tuple[int, Response]]] = field(default_factory=dict)


def load_responses(path: Path, bank: Bank, name: str | None = None, texts: Texts = NO_TEXTS) -> Responses:
    """Return the responses in a file, called `name` in messages, else as it is called.

    FixableError with all that is wrong, each with its row and column.
    """
    return _read_responses(load_table(path, _make_form(), name or path.name), bank, texts)


def parse_responses(data: bytes, bank: Bank, file: str, texts: Texts = NO_TEXTS) -> Responses:
    """Return the responses in the bytes of a CSV file; `file` is its name, for messages."""
    return _read_responses(parse_table(data, file, _make_form()), bank, texts)


def _make_form() -> Form:
    return Form(
        OWN_COLUMNS,
        REPORT,
        "row",
        lines_in_cells=True,
        most_bytes=MOST_BYTES,
        most_rows=MOST_ROWS,
        advice=ASK_ANEW,
    )


def _read_responses(table: Table, bank: Bank, texts: Texts) -> Responses:
    forms = {question.id: add_forms(list_forms(question), texts.get(question.id, {})) for question in bank.questions}
    reading = _ReportReader(parse_heading(table, bank, forms), forms)
    for row in table.rows:
        _read_row(reading, row)
    if reading.wrong_times:
        reading.faults.append(Fault(*say_wrong_times(reading.wrong_times)))
    check_faults(reading.faults, table.file)
    ranks = {name: rank for rank, name in enumerate(ID_COLUMNS)}
    claims = [Claim(one[0], ranks[one[1]], take_last(its)) for one, its in reading.attempts.items()]
    heading = reading.heading
    doubts, unknown = weigh_doubts(reading.doubts, table, forms)
    notes = (*doubts, *list_unused(table, heading, forms, texts), *heading.notes, *reading.notes)
    return Responses(settle(claims), notes, table.file, table.data, heading.absent, unknown)


def _read_row(reading: _ReportReader, row: Row) -> None:
    heading, place = reading.heading, row.place
    if row.fault is not None:
        reading.faults.append(row.fault)
        return
    cells = {name: row.cells[column].strip() for name, column in heading.own.items()}
    column = next((name for name in heading.ids if cells[name]), None)
    if column is None:
        who = show_value(cells["name"]) if cells.get("name") else "somebody who was not logged in"
        reading.notes.append(f"{': '.join(place)}: {who} has no id, so the row is nobody's; it was left out")
        return
    faults = list(_find_faults(cells, *place))
    moment = parse_moment(cells["submitted"])
    if cells["submitted"] and moment is None:
        reading.wrong_times.append(((*place, "submitted"), cells["submitted"]))
    reading.faults += faults
    if faults:
        return
    student = unicodedata.normalize("NFC", cells[column])
    reading.doubts.note_id(student)
    response = Response(
        student,
        cells.get("name", "")[:MOST_NAME],
        moment,
        Sheet({name: _read_answer(reading, row, name) for name in reading.forms if name in heading.questions}),
        (*place, column),
        lms_id=cells.get("id", ""),
        logins=tuple(unicodedata.normalize("NFC", cells[name]) for name in ID_COLUMNS[:-1] if cells.get(name)),
    )
    person = (student, column, response.lms_id)
    reading.attempts.setdefault(person, []).append((int(cells.get("attempt", "1")), response))


def _read_answer(reading: _ReportReader, row: Row, question: str) -> Answer:
    """Return a row's answer to a question: that of the filled one of its columns."""
    place, columns = ": ".join((*row.place, question)), reading.heading.questions[question]
    answers = {at: parse_answer(row.cells[at], reading.forms[question], place) for at in columns}
    for at, answer in answers.items():
        reading.doubts.note_answer(question, row.cells[at], answer)
    filled = {at: answer for at, answer in answers.items() if answer.state != "blank"}
    if len(set(filled.values())) < 2:
        return next(iter(filled.values()), Answer("blank"))
    both = " and ".join(str(at + 1) for at in filled)
    en, zh = f"columns {both} hold different answers; expected one", f"第 {both} 欄的答案不同；應只有一個"
    return Answer("unreadable", reason=Bilingual(en=f"{place}: {en}", zh=f"{place}：{zh}"))


def _find_faults(cells: Mapping[str, str], *place: str) -> Iterator[Fault]:
    attempt = cells.get("attempt", "1")
    if not (attempt.isascii() and attempt.isdecimal() and len(attempt) < 7):
        yield Fault((*place, "attempt"), f"{show_value(attempt)}; expected a whole number ({ASK_ANEW})")
