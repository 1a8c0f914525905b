"""The heading of a quiz's report: which columns say who answered and when, and which are which question.

Columns are known by their names; where those are in another language, by their place, which Canvas's code fixes:

    name, id, [sis_id], [root_account], section, section_id, [section_sis_id], submitted, [attempt], then the questions

The two in brackets that name `sis` come together. A column is a question where its text begins as the package has it
(`2 · lime-2 ·`), else where the question's whole text is in it, else where it names the id and has such choices in it.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assignment.fixable import Fault, check_all, show_value
from questions.bank import Bank
from questions.canvas.cell import MOST_CHARACTERS, Forms, parse_answer, plain
from questions.moment import parse_moment
from questions.table import Table

ID_COLUMNS = ("sis_id", "login_id", "login", "id")  # the first that is filled names the student
OWN_COLUMNS = (*ID_COLUMNS, "name", "submitted", "attempt")
REPORT = "a Student Analysis report, as the course system wrote it"
ASK_ANEW = "was it saved again by a spreadsheet? then download it anew"
PLACES = {4: ("name", "id"), 5: ("name", "id"), 6: ("name", "id", "sis_id"), 7: ("name", "id", "sis_id")}
BEGINS, WHOLE, NAMES = range(3)  # how surely a column is a question's, the surest first
_QUESTION = re.compile(r"\s*\d+\s*:")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Heading:
    """Where the columns are: ours by name, the questions by id, several where one was taken out and added again.

    ids: the columns that name a student, in order. absent: the questions of the bank that have no column.
    """

    own: Mapping[str, int]
    questions: Mapping[str, tuple[int, ...]]
    ids: tuple[str, ...]
    absent: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def parse_heading(table: Table, bank: Bank, forms: Mapping[str, Forms]) -> Heading:
    """Return where the columns of a report are; FixableError where it is none, or a question may be two columns."""
    named = {
        column: find_question(text, bank)
        for column, text in enumerate(table.heading.cells)
        if column not in table.find_columns(OWN_COLUMNS).values()
    }
    own, by_place = _find_own(table, [column for column, found in named.items() if found])
    place = table.heading.place
    check_all(table.find_doubled(OWN_COLUMNS))
    columns, left, faults = _choose_columns(table, {at: its for at, its in named.items() if its}, forms)
    if not columns and not faults:
        check_all(
            [Fault(place, f"no column of any question of the bank; expected {REPORT} (of another course: --course)")]
        )
    ids = tuple(name for name in ID_COLUMNS if name in own)
    if not ids:
        faults.append(
            Fault(
                place, f"no column sis_id, login_id or id; expected {REPORT} (of a graded quiz: a survey names nobody)"
            )
        )
    if "submitted" not in own:
        faults.append(Fault(place, f"no column submitted, by name or by place; expected {REPORT} ({ASK_ANEW})"))
    check_all(faults)
    unknown = [at for at, its in named.items() if its is None and _QUESTION.match(table.heading.cells[at])]
    notes = [*by_place, *(f"{_tell(table, at)} is no question of the bank; it was left out" for at in unknown)]
    notes += [f"{_tell(table, at)} names {its} and is another question; it was left out" for at, its in left.items()]
    notes += [_say_again(table, name, its) for name, its in columns.items() if len(its) > 1]
    absent = tuple(name for name in bank.ids if name not in columns)
    return Heading(own, columns, ids, absent, tuple(notes))


def find_question(heading: str, bank: Bank) -> tuple[str, int] | None:
    """Return the question that a column's heading names, and how surely it is that question's; None for none."""
    if len(heading) <= MOST_CHARACTERS:
        text = plain(heading)
        first = re.match(r"(?:\d+:)?\d+·([\w-]+)·", text)
        if first is not None and first[1] in bank.ids:
            return first[1], BEGINS
        whole = [one.id for one in bank.questions if plain(one.ask.en) in text or plain(one.ask.zh) in text]
        if len(whole) == 1:
            return whole[0], WHOLE
    places = {name: re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", heading) for name in bank.ids}
    found = {name: match.start() for name, match in places.items() if match}
    return (min(found, key=lambda name: found[name]), NAMES) if found else None


def _find_own(table: Table, questions: Sequence[int]) -> tuple[Mapping[str, int], tuple[str, ...]]:
    """Return which columns say who and when, and a note where they were read by their place."""
    own = table.find_columns(OWN_COLUMNS)
    if "submitted" in own or not questions:
        return own, ()
    first = min(questions)
    first = next((at for at in range(first) if _QUESTION.match(table.heading.cells[at])), first)
    placed = _find_by_place(table, first)
    if placed is None:
        return own, ()
    where = ": ".join(table.heading.place)
    return placed, (f"{where}: its headings are in another language; its first columns were read by their place",)


def _find_by_place(table: Table, first: int) -> Mapping[str, int] | None:
    """Return the columns before the first question; None where their number or what is in them is another."""
    cells = [tuple(row.cells[at].strip() for row in table.rows if row.fault is None) for at in range(first)]
    if not cells or not any(cells[-1]):
        return None
    counted = all(map(_WHOLE_NUMBER.fullmatch, cells[-1]))
    at = first - (2 if counted else 1)
    if at not in PLACES or not all(parse_moment(cell) for cell in cells[at] if cell) or not any(cells[at]):
        return None
    own = {name: place for place, name in enumerate(PLACES[at])}
    if not all(_WHOLE_NUMBER.fullmatch(cell) for cell in cells[own["id"]] if cell):
        return None
    return own | {"submitted": at} | ({"attempt": first - 1} if counted else {})


def _choose_columns(
    table: Table, named: Mapping[int, tuple[str, int]], forms: Mapping[str, Forms]
) -> tuple[dict[str, tuple[int, ...]], dict[int, str], list[Fault]]:
    """Return each question's columns, the columns that only name one, and a fault where several may be one."""
    chosen: dict[str, tuple[int, ...]] = {}
    left: dict[int, str] = {}
    faults = []
    for name in dict.fromkeys(name for name, _ in named.values()):
        its = {at: surely for at, (one, surely) in named.items() if one == name}
        best = min(its.values())
        columns = tuple(at for at, surely in its.items() if surely == best)
        if best == NAMES:
            columns = tuple(at for at in columns if _holds_choices(table, at, forms[name]))
        if best == NAMES and len(columns) > 1:
            says = (
                f"columns {_list(columns)} may both be {name}; expected one whose text begins with `number · {name} ·`"
            )
            faults.append(Fault(table.heading.place, f"{says} (mend the text in the quiz, and download it anew)"))
        if columns:
            chosen[name] = columns
        left |= {at: name for at in its if at not in columns}
    return chosen, left, faults


def _holds_choices(table: Table, at: int, forms: Forms) -> bool:
    """Tell whether a column may be a question's: most of what stands in it are its choices, or nothing does."""
    states = Counter(parse_answer(row.cells[at], forms, "").state for row in table.rows if row.fault is None)
    return states["read"] >= states["unreadable"]


def _say_again(table: Table, name: str, columns: Sequence[int]) -> str:
    where = ": ".join(table.heading.place)
    return (
        f"{where}: {name} has columns {_list(columns)} (added to the quiz again?); of each row the filled one was read"
    )


def _tell(table: Table, column: int) -> str:
    where = ": ".join((*table.heading.place, f"column {column + 1}"))
    return f"{where}: {show_value(table.heading.cells[column].strip())}"


def _list(columns: Sequence[int]) -> str:
    return " and ".join(str(column + 1) for column in columns)
