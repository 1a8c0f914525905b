"""A table: the one reader of CSV files, whoever wrote them (a person, a spreadsheet, a course system).

It is strict: what it cannot read for certain is a fault with its line, and all faults of a file are told at once. It
reads UTF-8 with or without a byte-order mark, and UTF-16 with one; commas, or the semicolons and tabs that spreadsheets
write, and says so. Rows end at CR and LF alone. Empty rows are skipped. Names of columns are compared without regard to
case, spaces and width.

It stands in this room because `questions` reads the quiz's responses with it and `grader` its rosters; `assignment` has
what the students' notebook imports, and that reads no table.
"""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from assignment.fixable import Fault, FixableError, check_all, load_file, show_value

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
MOST_BYTES = 64 * 2**20
MOST_ROWS = 20_000
MOST_COLUMNS = 1000
MOST_FAULTS = 50
SAVE_ADVICE = (
    'save it as UTF-8: in Excel File > Save As > "CSV UTF-8 (Comma delimited)", in LibreOffice File > Save As with '
    '"Edit filter settings" and "Unicode (UTF-8)", in Google Sheets File > Download > "Comma-separated values"'
)


@dataclass(frozen=True)
class Form:
    """What a file should be. `columns` are those that the reader knows; by them the separator is found.

    `counts`: how messages count, by lines of the file or by rows (for files whose cells hold several lines). `advice`:
    what to do where the file is in another encoding, or its quotes are broken.
    """

    columns: tuple[str, ...]
    expected: str
    counts: Literal["line", "row"] = "line"
    lines_in_cells: bool = False
    most_bytes: int = MOST_BYTES
    most_rows: int = MOST_ROWS
    advice: str = SAVE_ADVICE


@dataclass(frozen=True)
class Row:
    """One row that is not empty; `place` names it in messages. Where there is a `fault`, the cells mean nothing."""

    place: tuple[str, ...]
    cells: tuple[str, ...]
    fault: Fault | None = None


@dataclass(frozen=True)
class Table:
    """The heading, the rows below it, what a person may want to know of the file, and its bytes as they came."""

    file: str
    heading: Row
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    data: bytes = field(default=b"", repr=False)

    def find_columns(self, names: Iterable[str]) -> Mapping[str, int]:
        """Return which column has which of the names, the first where several have it."""
        folded = [fold_name(cell) for cell in self.heading.cells]
        return {name: folded.index(fold_name(name)) for name in names if fold_name(name) in folded}

    def find_doubled(self, names: Iterable[str]) -> tuple[Fault, ...]:
        """Return a fault for each of the names that several columns have."""
        folded = [fold_name(cell) for cell in self.heading.cells]
        places = {name: [n + 1 for n, its in enumerate(folded) if its == fold_name(name)] for name in names}
        return tuple(
            Fault(self.heading.place, f"columns {' and '.join(map(str, its))} are both {name}; expected one")
            for name, its in places.items()
            if len(its) > 1
        )

    def find_unknown(self, names: Sequence[str]) -> tuple[Fault, ...]:
        """Return a fault for each column with another name; one with neither a name nor a cell is no column."""
        expected = f"expected the columns {', '.join(names)}"
        known = {fold_name(name) for name in names}
        return tuple(
            Fault((*self.heading.place, f"column {n + 1}"), f"unknown column {show_value(cell.strip())}; {expected}")
            for n, cell in enumerate(self.heading.cells)
            if fold_name(cell) not in known and (cell.strip() or any(row.cells[n].strip() for row in self._sound()))
        )

    def _sound(self) -> Iterable[Row]:
        return (row for row in self.rows if row.fault is None)


def fold_name(name: str) -> str:
    """Return a column's name without case, spaces and width.

    >>> fold_name(" Submitted_At "), fold_name("SIS User ID"), fold_name("ＩＤ")
    ('submittedat', 'sisuserid', 'id')
    """
    return "".join(unicodedata.normalize("NFKC", name).casefold().replace("_", " ").split())


def load_table(path: Path, form: Form, name: str | None = None) -> Table:
    """Return the table in a file, called `name` in messages, else by its path."""
    file = name or str(path)
    return parse_table(load_file(path, form.most_bytes, form.expected, limit=str(form.most_bytes)), file, form)


def parse_table(data: bytes, file: str, form: Form) -> Table:
    """Return the table in the bytes of a CSV file; FixableError where no rows can be told for certain."""
    text = _decode(data, file, form)
    separator = _find_separator(text, form)
    rows = list(_read_rows(text, separator, file, form))
    if not rows or not any(cell.strip() for cell in rows[0].cells):
        raise FixableError(Fault((file, "row 1"), f"no heading; expected {form.expected}"))
    if len(rows) > form.most_rows + 1 or len(rows[0].cells) > MOST_COLUMNS:
        says = f"too large; expected at most {form.most_rows} rows and {MOST_COLUMNS} columns"
        raise FixableError(Fault((file,), says))
    notes = (
        () if separator == "," else (f"{file}: its cells are separated by {SEPARATORS[separator]}, and were read so",)
    )
    found = (_check_row(row, len(rows[0].cells), form) for row in rows[1:] if any(cell.strip() for cell in row.cells))
    return Table(file, rows[0], tuple(found), notes, data)


def check_faults(faults: Sequence[Fault], file: str) -> None:
    """Raise one FixableError with the faults of a file, MOST_FAULTS of them and the number of the others."""
    more = len(faults) - MOST_FAULTS
    rest = [Fault((file,), f"{more} more faults; expected none")] if more > 0 else []
    check_all([*faults[:MOST_FAULTS], *rest])


def _decode(data: bytes, file: str, form: Form) -> str:
    """Return the text; a byte-order mark says which encoding, and without one it is UTF-8."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not data.startswith(codecs.BOM_UTF32_LE)
    name = "UTF-16" if wide else "UTF-8"
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        says = f"byte {error.start} is not {name}; expected {form.expected} in UTF-8 ({form.advice})"
        raise FixableError(Fault((file,), says)) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        says = f"a zero byte; expected {form.expected} in UTF-8 ({form.advice})"
        raise FixableError(Fault((file, f"line {line}"), says))
    return text


def _find_separator(text: str, form: Form) -> str:
    """Return the separator with which the heading has the most known columns, then the most columns, then the comma."""
    known = {fold_name(name) for name in form.columns}

    def count(separator: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), [])
        except csv.Error:
            return (0, 0)
        return len(known.intersection(map(fold_name, cells))), len(cells)

    with _LargeCells(form):
        return max(SEPARATORS, key=count)


def _read_rows(text: str, separator: str, file: str, form: Form) -> Iterable[Row]:
    """Yield all rows, one more than allowed at the most. FixableError says on which line an open quote stands."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    with _LargeCells(form):
        for number in range(1, form.most_rows + 3):
            line = reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                said = f"{error} (is a quote opened on line {line} and not closed?); expected a whole CSV file"
                said += f" ({form.advice})" if form.advice != SAVE_ADVICE else ""
                raise FixableError(Fault((file, f"line {line}"), said)) from None
            if cells is None:
                return
            yield Row((file, f"{form.counts} {number if form.counts == 'row' else line}"), tuple(cells))


def _check_row(row: Row, width: int, form: Form) -> Row:
    """Return the row, with its fault where it has another length than the heading or a cell of several lines."""
    if len(row.cells) != width:
        said = f"{len(row.cells)} fields; expected {width}, as row 1 has (is the file whole?)"
        return Row(row.place, row.cells, Fault(row.place, said))
    broken = next((cell for cell in row.cells if not form.lines_in_cells and ("\n" in cell or "\r" in cell)), None)
    if broken is not None:
        said = f"{show_value(broken)} goes over several lines; expected one (is a quote not closed?)"
        return Row(row.place, row.cells, Fault(row.place, said))
    return row


class _LargeCells:
    """Let `csv` read a cell as large as the file may be: an essay beside our questions must not stop the class."""

    def __init__(self, form: Form) -> None:
        self.most = form.most_bytes

    def __enter__(self) -> None:
        self.before = csv.field_size_limit(self.most)

    def __exit__(self, *_: object) -> None:
        csv.field_size_limit(self.before)
