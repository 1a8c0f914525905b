"""The Sheet: which letters a student chose, read from the notebook's source. Nothing of the notebook is ever run.

Read are assignments at the top level of code cells: `answers = {"lime-1": "ac", ...}` and `answers["lime-1"] = "ac"`;
the last one counts. A value may be "ac", "a, c", ["a", "c"] or {"a", "c"}; "" is a blank. Notebooks are hostile: every
size is capped, and what cannot be read makes its question unreadable, with a sentence that says where and why.
"""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from assignment.fixable import show_value, suggest
from questions.bank import Bank
from questions.sheet_cell import CellError, Entry, is_answers_cell, parse_entries

NOTEBOOK_LIMIT = 64 * 2**20  # bytes of a notebook
CELL_LIMIT = 2**16  # characters of a cell's source
READ_LIMIT = 2**19  # characters of all cells that are read
CELLS_LIMIT = 2000
NOTES_LIMIT = 50
_SEPARATORS = frozenset(" \t\n,;、/+&|")
FORM = 'answers = {"lime-1": "ac", ...}'

State = Literal["read", "blank", "unreadable"]
SheetProblem = Literal["no_answers", "not_a_notebook"]


@dataclass(frozen=True)
class Answer:
    """What a student chose in one question; `reason` says why an unreadable one is so."""

    state: State = "blank"
    letters: frozenset[str] = frozenset()
    reason: str | None = None


@dataclass(frozen=True)
class Sheet:
    """An answer to every question of the bank, what a person may want to know, and what is wrong with the whole."""

    answers: Mapping[str, Answer]
    notes: tuple[str, ...] = ()
    problem: SheetProblem | None = None


@dataclass
class _SheetReader:
    bank: Bank
    answers: dict[str, Answer] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    cells: list[int] = field(default_factory=list)  # where all answers were set at once
    left: int = READ_LIMIT

    def note(self, text: str) -> None:
        """Keep what a person may want to know, up to a limit."""
        if len(self.notes) < NOTES_LIMIT:
            self.notes.append(text)


def read_sheet(notebook: Mapping[str, Any] | bytes, bank: Bank) -> Sheet:
    """Return the answers that stand in a notebook (its JSON, or what was parsed from it). Raises nothing."""
    blank = {question_id: Answer() for question_id in bank.ids}
    cells = _read_cells(notebook)
    if cells is None:
        return Sheet(blank, problem="not_a_notebook")
    reading = _SheetReader(bank)
    for index, source in _list_sources(cells, reading):
        if "answers" in source:
            _read_cell(reading, index, source)
    if len(reading.cells) > 1:
        reading.note(f"`answers = ...` in cells {_list(reading.cells)}; the last one counts")
    problem: SheetProblem | None = None if reading.cells or reading.answers else "no_answers"
    return Sheet(blank | reading.answers, tuple(reading.notes), problem)


def _read_cells(notebook: Mapping[str, Any] | bytes) -> list[Any] | None:
    if isinstance(notebook, bytes):
        if len(notebook) > NOTEBOOK_LIMIT:
            return None
        try:
            notebook = json.loads(notebook)
        except (ValueError, RecursionError):
            return None
    cells = notebook.get("cells") if isinstance(notebook, Mapping) else None
    return cells if isinstance(cells, list) else None


def _list_sources(cells: list[Any], reading: _SheetReader) -> Iterable[tuple[int, str]]:
    if len(cells) > CELLS_LIMIT:
        reading.note(f"{len(cells)} cells; only the first {CELLS_LIMIT} were read")
    for index, cell in enumerate(cells[:CELLS_LIMIT]):
        if not isinstance(cell, Mapping) or cell.get("cell_type") != "code":
            continue
        source = cell.get("source")
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if isinstance(source, str):
            yield index, source


def _read_cell(reading: _SheetReader, index: int, source: str) -> None:
    allowed = min(CELL_LIMIT, reading.left)
    try:
        if len(source) > allowed:
            raise CellError(f"{len(source)} characters; expected at most {allowed}")
        reading.left -= len(source)
        entries = parse_entries(source)
    except CellError as error:
        if is_answers_cell(source):
            reading.cells.append(index)
            _spoil(reading, f"cell {index}: {error}, with `{FORM}`")
        return
    for entry in entries:
        _read_entry(reading, index, entry)


def _read_entry(reading: _SheetReader, index: int, entry: Entry) -> None:
    if entry.kind == "start":
        reading.answers.clear()
        reading.cells.append(index)
    elif entry.kind == "unreadable":
        reading.cells.append(index)
        _spoil(reading, f"cell {index}: answers is {show_value(entry.written)}; expected `{FORM}`")
    elif entry.kind == "ignored":
        reading.note(f"cell {index}: {show_value(entry.written)} was not read; expected `{FORM}`")
    else:
        _read_answer(reading, index, entry)


def _read_answer(reading: _SheetReader, index: int, entry: Entry) -> None:
    name = entry.question.strip().casefold() if isinstance(entry.question, str) else None
    if name not in reading.bank.ids:
        asked = show_value(entry.question if isinstance(entry.question, str) else entry.written)
        reading.note(f"cell {index}: unknown question {asked}; expected {suggest((name or '')[:40], reading.bank.ids)}")
        return
    if name in reading.answers and entry.repeated:
        reading.note(f"cell {index}: {name} is there twice; the last one counts")
    known = tuple(reading.bank[name].choices)
    letters = parse_letters(entry.value, known)
    if letters is None:
        reason = f"cell {index}: {name}: {show_value(entry.written)}; expected letters of {''.join(known)} such as 'ac'"
        reading.answers[name] = Answer("unreadable", reason=reason)
    else:
        reading.answers[name] = Answer("read" if letters else "blank", letters)


def parse_letters(value: object, known: Iterable[str]) -> frozenset[str] | None:
    """Return the letters that a value names, None where it names none of `known` or is anything else.

    >>> [sorted(parse_letters(value, "abcd")) for value in ("ac", " A, c ", ["a", "C"], "")]
    [['a', 'c'], ['a', 'c'], ['a', 'c'], []]
    >>> parse_letters("ax", "abcd") is None, parse_letters(3, "abcd") is None
    (True, True)
    """
    parts = value if isinstance(value, list) else [value]
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) < len(parts) or sum(len(text) for text in texts) > 100:
        return None
    folded = unicodedata.normalize("NFKC", "".join(texts)).casefold()  # full-width letters too
    letters = frozenset(folded) - _SEPARATORS
    return letters if letters <= frozenset(known) else None


def _spoil(reading: _SheetReader, reason: str) -> None:
    """Make every question unreadable: the whole assignment is."""
    reading.answers.clear()
    reading.answers.update({name: Answer("unreadable", reason=reason) for name in reading.bank.ids})


def _list(cells: Iterable[int]) -> str:
    return ", ".join(str(index) for index in list(cells)[:20])
