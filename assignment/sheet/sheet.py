"""The Sheet: an answer to every question, as far as one stands in the source of a notebook.

Read are literals at the top level of code cells: `answers = {"lime-1": "ac", ...}`, `answers["lime-1"] = "ac"`,
`update`, `|`, `dict(...)`, and other names of the same dictionary; the last value counts. A value may be "ac", "a, c",
["a", "c"] or {"a", "c"}; "" is a blank. Whatever stands there and was not read, and whatever can be read in two ways,
makes its question unreadable, with a sentence that says where and why. Notebooks are hostile: every size is capped.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from assignment.assignment import Bilingual
from assignment.fixable import FixableError, show_value
from assignment.sheet.asked import Asked, Meant, describe_unknown, find_meant
from assignment.sheet.cell import CellError, count_fstring_steps, find_magic, is_answers_cell, parse_cell
from assignment.sheet.fold import fold_width
from assignment.sheet.letters import find_letters
from assignment.sheet.notebook import MOST_BYTES, MOST_CELLS, find_source, parse_notebook
from assignment.sheet.say import say_expected, say_in_cell
from assignment.sheet.sightings import Sighting, make_net
from assignment.sheet.table import FORM, Item, Table
from assignment.sheet.tables import NAME, Tables

NOTEBOOK_LIMIT = MOST_BYTES
CELL_LIMIT = 2**16  # characters of a cell's source
READ_LIMIT = 2**19  # characters of all cells that are read
NET_LIMIT = 2**22  # characters of all cells in which answers are looked for
STEPS_LIMIT = 2**30  # characters through which the parser may look for the fields of f-strings: about a second
NOTES_LIMIT = 50

State = Literal["read", "blank", "unreadable"]
SheetProblem = Literal["no_answers", "not_a_notebook"]


@dataclass(frozen=True)
class Answer:
    """What a student chose in one question; `reason` says why an unreadable one is so."""

    state: State = "blank"
    letters: frozenset[str] = frozenset()
    reason: Bilingual | None = None


@dataclass(frozen=True)
class Sheet:
    """An answer to every question, what a person may want to know, and what is wrong with the whole."""

    answers: Mapping[str, Answer]
    notes: tuple[Bilingual, ...] = ()
    problem: SheetProblem | None = None


@dataclass
class _Reading:
    asked: Sequence[Asked]
    tables: Tables = field(default_factory=Tables)
    sightings: dict[str, Sighting] = field(default_factory=dict)
    notes: list[Bilingual] = field(default_factory=list)
    left: int = READ_LIMIT
    left_steps: int = STEPS_LIMIT
    left_in_net: int = NET_LIMIT

    def note(self, says: Bilingual) -> None:
        """Keep what a person may want to know, up to a limit."""
        if len(self.notes) < NOTES_LIMIT:
            self.notes.append(says)


def read_sheet(notebook: Mapping[str, Any] | bytes, asked: Sequence[Asked]) -> Sheet:
    """Return the answers that stand in a notebook (its bytes, or what was parsed from them). Raises nothing."""
    try:
        cells = (parse_notebook(notebook) if isinstance(notebook, bytes) else notebook).get("cells")
    except FixableError:
        cells = None
    if not isinstance(cells, list):
        return Sheet({one.id: Answer() for one in asked}, problem="not_a_notebook")
    reading = _Reading(asked)
    _read_cells(reading, cells)
    table = reading.tables.by_name.get(NAME)
    starts = reading.tables.starts
    if len(starts) > 1:
        listed = ", ".join(map(str, starts[:20]))
        en, zh = "`answers = ...` in cells", "都有 `answers = ...`；以最後一個為準"
        reading.note(Bilingual(en=f"{en} {listed}; the last one counts", zh=f"儲存格 {listed} {zh}"))
    answers = _find_answers(reading, table or Table())
    return Sheet(answers, tuple(reading.notes), "no_answers" if table is None else None)


def _read_cells(reading: _Reading, cells: list[Any]) -> None:
    """Follow the code cells from top to bottom, and look for answers in all of them."""
    net = make_net(reading.asked)
    for index, cell in enumerate(cells):
        if not isinstance(cell, Mapping) or not isinstance(source := find_source(dict(cell)), str):
            continue
        is_code = cell.get("cell_type") == "code"
        seen = []
        if is_code or is_answers_cell(source[:CELL_LIMIT]):
            seen = net.find(index, source[: reading.left_in_net])
            reading.left_in_net -= min(len(source), reading.left_in_net)
            reading.sightings |= {one.question: one for one in seen}
        if is_code and (seen or _mentions(reading, source)):
            _read_cell(reading, index, source)
        if not reading.left_in_net:
            break
    if len(cells) > MOST_CELLS or not reading.left_in_net:
        en = f"the notebook: too long; expected at most {MOST_CELLS} cells and {NET_LIMIT} characters"
        zh = f"整份 notebook 太長；最多應為 {MOST_CELLS} 個儲存格、{NET_LIMIT} 個字元"
        reading.tables.spoil_answers(len(cells), Bilingual(en=en, zh=zh))


def _mentions(reading: _Reading, source: str) -> bool:
    """Tell whether a cell names a dictionary that may hold answers."""
    text = fold_width(source) if len(source) <= CELL_LIMIT else source
    return NAME in text or not reading.tables.by_name.keys().isdisjoint(re.findall(r"\w+", text[:CELL_LIMIT]))


def _read_cell(reading: _Reading, index: int, source: str) -> None:
    refused = _spend(reading, source)
    suspect = NAME in source if refused else is_answers_cell(source)
    try:
        if refused:
            raise refused
        cell = parse_cell(index, source)
        if cell is None:
            magic = show_value(f"%%{find_magic(source)}")[1:-1]
            en, zh = "so it is no Python and was not read", "不是 Python，因此未讀取"
            reading.note(say_in_cell(index, f"starts with {magic}, {en}", f"以 {magic} 開頭，{zh}"))
        else:
            suspect = True
            reading.tables.read(cell)
    except CellError as error:
        if suspect:
            en, zh = f"{error.says.en}, with `{FORM}`", f"{error.says.zh}，其中有 `{FORM}`"
            reading.tables.spoil_answers(index, say_in_cell(index, en, zh))
    except RecursionError:
        reading.tables.spoil_answers(index, say_expected(index, "nested too deeply", "巢狀太深", FORM))


def _spend(reading: _Reading, source: str) -> CellError | None:
    """Take a cell off what may still be read, and return None; else return why it may not be."""
    allowed, steps = min(CELL_LIMIT, reading.left), count_fstring_steps(source)
    if (many := len(source)) > allowed:
        return CellError(f"{many} characters; expected at most {allowed}", f"{many} 個字元；最多應為 {allowed} 個")
    reading.left -= len(source)
    if steps > reading.left_steps:
        many = source.count("{")
        return CellError(f"f-strings and {many} {{; expected fewer", f"有 f-string 與 {many} 個 {{；應少於此")
    reading.left_steps -= steps
    return None


def _find_answers(reading: _Reading, table: Table) -> dict[str, Answer]:
    """Return the answer to every question out of the dictionary that `answers` is in the end."""
    meant = find_meant(table.items, reading.asked)
    readings: dict[str, list[tuple[Meant, object, Item]]] = {one.id: [] for one in reading.asked}
    stray = None
    for key, item in table.items.items():
        if key in meant:
            readings[meant[key].question.id].append((meant[key], key, item))
        else:
            says = describe_unknown(key, item.written, reading.asked)
            unknown = say_in_cell(item.cell, says.en, says.zh)
            reading.note(unknown)
            stray = stray or (None if _is_blank(item) else unknown)
    return {one.id: _find_answer(reading, one, readings[one.id], table.spoiled or stray) for one in reading.asked}


def _is_blank(item: Item) -> bool:
    return find_letters(item.value, "") == frozenset()


def _find_answer(
    reading: _Reading, one: Asked, found: list[tuple[Meant, object, Item]], doubt: Bilingual | None
) -> Answer:
    """Return the answer to one question; `doubt` is why one that is not there may be there after all."""
    said: dict[frozenset[str], str] = {}
    for meant, key, item in found:
        letters = find_letters(item.value, one.letters)
        if item.twice and meant.exact:
            en, zh = "is there twice; the last one counts", "出現兩次；以最後一個為準"
            reading.note(say_in_cell(item.cell, f"{one.id} {en}", f"{one.id} {zh}"))
        if letters is None:
            return Answer("unreadable", reason=_say_illegible(one, item))
        if letters:
            said[letters] = f"{show_value(key)}: {show_value(item.written)}"
    if len(said) > 1:
        first, second = list(said.values())[:2]
        en, zh = f"{first} and {second}; expected one answer", f"{first} 與 {second}；應只有一個答案"
        return Answer("unreadable", reason=say_in_cell(found[-1][2].cell, f"{one.id}: {en}", f"{one.id}：{zh}"))
    if said:
        _note_near(reading, one, found)
        return Answer("read", next(iter(said)))
    sighting = reading.sightings.get(one.id)
    if sighting is not None and doubt is None:
        shown = show_value(sighting.written)
        en, zh = f"{shown} stands there and was not read", f"{shown} 寫在那裡，但未讀取"
        doubt = say_expected(sighting.cell, f"{one.id}: {en}", f"{one.id}：{zh}", FORM)
    return Answer() if doubt is None else Answer("unreadable", reason=doubt)


def _note_near(reading: _Reading, one: Asked, found: Iterable[tuple[Meant, object, Item]]) -> None:
    for meant, key, item in found:
        if not meant.exact and not _is_blank(item):
            shown = show_value(key)
            en, zh = f"{shown} was read as {one.id}; expected", f"{shown} 讀作 {one.id}；應為"
            reading.note(say_in_cell(item.cell, f"{en} '{one.id}'", f"{zh} '{one.id}'"))


def _say_illegible(one: Asked, item: Item) -> Bilingual:
    shown, letters = show_value(item.written), one.letters
    en, zh = f"expected letters of {letters} such as 'ac'", f"應為 {letters} 當中的字母，例如 'ac'"
    return say_in_cell(item.cell, f"{one.id}: {shown}; {en}", f"{one.id}：{shown}；{zh}")
