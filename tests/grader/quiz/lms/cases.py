"""Reports with one trouble each, made of `sound.csv`: what Canvas, its users and spreadsheets do to such a file."""

import csv
import io
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

from questions.bank import Bank
from questions.question import Question

Rows = list[list[str]]
BASE = Path(__file__).with_name("sound.csv").read_bytes()
HEADINGS = {
    "name": "名稱",
    "id": "ID",
    "section": "班別",
    "submitted": "已提交",
    "n correct": "n  正確",
    "score": "分數",
}
RIGHT = "In picture 5 the piece that weighs most for Noodles/Pasta weighs against Seafood."
MENDED = "In the picture 5 the piece that weighs, most for Noodles/Pasta weighs, against Seafood."
CHINESE = "圖 5 中，最支持麵食的那一塊，對海鮮是反對的。"
NEW_QUIZZES = ["Name", "ID", "SISID", "SectionIDs", "SectionNames", "SectionSISIDs", "Submitted", "ElapsedTime"]
LAST = ["NumberOfCorrect", "NumberOfIncorrect", "NoResponse", "PointsPossible", "OverallScore"]


def load_base() -> Rows:
    """Return the rows of `sound.csv`."""
    return list(csv.reader(io.StringIO(BASE.decode(), newline="")))


def write(rows: Rows, *, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """Return rows as a CSV file."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode(encoding)


def find_column(rows: Rows, name: str) -> int:
    """Return the column of a question."""
    return next(column for column, text in enumerate(rows[0]) if f"· {name} ·" in text)


def nosis(rows: Rows) -> None:
    for row in rows:
        del row[5], row[2]


def domain(rows: Rows) -> None:
    for row in rows[1:]:
        row[2] += "@school.edu"


def essay(rows: Rows) -> None:
    for row, cells in zip(
        rows, [("700030: Say why, x  y  lime-1?\n", "0.0")] + [('=1+1, "q"\n\nxxx', "0")] * 4, strict=True
    ):
        row[67:67] = cells


def readded(rows: Rows) -> None:
    """Let lime-2 stand in a new column for nobody yet, and the one that everybody answered at the end."""
    at = find_column(rows, "lime-2")
    for row in rows:
        row[67:67] = row[at : at + 2]
        row[at : at + 2] = ["", ""]
    rows[0][at : at + 2] = [rows[0][67].replace("700001", "700900"), "0.3"]


def removed(rows: Rows) -> None:
    at = find_column(rows, "filters-3")
    for row in rows:
        del row[at : at + 2]


def mended_right(rows: Rows) -> None:
    """Let three students more have the new text of a right choice."""
    at = find_column(rows, "lime-2")
    for number, row in enumerate(deepcopy(rows[1:4]), start=12):
        row[1:3] = [f"410{number}", f"b099000{number}"]
        row[at] = row[at].replace(RIGHT, MENDED.replace(",", "\\,"))
        rows.append(row)


def loggedout(rows: Rows) -> None:
    rows[4][:6] = [""] * 6


def twice(rows: Rows) -> None:
    rows[4][:3] = ["王小明", "99999", "b09900000"]


def teststudent(rows: Rows) -> None:
    rows[4][:3] = ["Test Student", "77", ""]


def zh_hant(rows: Rows) -> None:
    rows[0] = [HEADINGS.get(text, text) for text in rows[0]]


def curly(rows: Rows) -> None:
    rows[1:] = [[cell.replace('"', "\u201d") for cell in row] for row in rows[1:]]


EDITS: dict[str, Callable[[Rows], None]] = {
    its.__name__: its
    for its in (
        *(nosis, domain, essay, readded, removed, mended_right),
        *(loggedout, twice, teststudent, zh_hant, curly),
    )
}


def make(name: str) -> bytes:
    """Return the report of a case."""
    rows = load_base()
    if name in EDITS:
        EDITS[name](rows)
    if name == "semicolons":
        return write(rows, delimiter=";", encoding="utf-8-sig")
    if name == "utf16":
        return write(rows, delimiter="\t", encoding="utf-16")
    return write(rows, encoding="utf-8-sig" if name == "zh_hant" else "utf-8")


def make_new_quizzes(bank: Bank, join: str) -> bytes:
    """Return the answers of `sound.csv` as New Quizzes reports them, something between the choices."""
    base = load_base()
    items = [(question, find_column(base, question.id)) for question in bank.questions]
    heading = [*NEW_QUIZZES, "Attempt", *(cell for its, _ in items for cell in _list_item(_write_stem(its))), *LAST]
    rows = [heading]
    for row in base[1:]:
        cells = [_join(row[at], question, join) for question, at in items]
        own = [*row[:3], "1", "HW9", "", row[6].replace(" UTC", "Z").replace(" ", "T"), "600", "1"]
        rows.append([*own, *(cell for its in cells for cell in _list_item(its)), *"00000"])
    return write(rows)


def _list_item(cell: str) -> list[str]:
    return ["ItemID", "multi-answer", cell, "0", "Incorrect"]


def _write_stem(question: Question) -> str:
    head = f"<p><strong>{question.number} · {question.id}</strong> · 0.3 points 分</p>"
    return f'{head}<p lang="en">{question.ask.en}</p><p lang="zh-Hant">{question.ask.zh}</p>'


def _join(cell: str, question: Question, join: str) -> str:
    """Return a cell with other joiners: a choice ends with its own Chinese."""
    texts = [choice.say.en + choice.say.zh for choice in question.choices.values()]
    plain = cell.replace("\\,", ",")
    return join.join(sorted((text for text in texts if text in plain), key=plain.index))
