"""Adding a decision to a file and taking one back: only its own lines change, so that what a person wrote stays.

The new text is read again before it is believed. Where it does not say what it should (a list in brackets, columns that
are missing), the file stays as it was, and the error says what a person must write, or which lines to delete.
"""

import codecs
import csv
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from assignment.fixable import Fault, FixableError
from grader.decisions.decision import FIELDS, Decision
from grader.decisions.entries import CSV_ENDING, MOST_BYTES, Entry, compose, parse_entries
from questions.table import SEPARATORS, fold_name

WIDTH = 10_000  # of a line of YAML: a sentence stays on one
HEAD = "# What the staff decided; every scoring applies it. Written by `hw9 decide`, or by hand.\n"


@contextmanager
def hold_folder(file: Path) -> Iterator[None]:
    """Keep every other `hw9 decide` of the same folder out; FixableError where there is no folder."""
    import fcntl  # here: Windows has none

    try:
        descriptor = os.open(file.resolve().parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise FixableError(f"{file.parent}: {error.strerror}; expected a folder") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def add_entry(data: bytes, file: Path, one: Decision) -> bytes:
    """Return a file's bytes with one decision behind all others."""
    texts = {name: text for name, text in one.model_dump().items() if text}
    wanted = [*_list_texts(data, file), texts]
    made = _add_rows(data, texts) if file.suffix.lower() == CSV_ENDING else _add_items(data, file, texts)
    for new in made:
        if len(new) > MOST_BYTES:
            raise FixableError(f"{file}: would have more than {MOST_BYTES} bytes; expected at most that")
        if _says(new, file, wanted):
            return new
    shown = yaml.safe_dump(texts, sort_keys=False, allow_unicode=True, width=WIDTH, default_flow_style=True)
    says = f"does not take one more by itself; expected this in it, written by hand: {shown.rstrip()}"
    raise FixableError(Fault((str(file),), says))


def remove_entry(data: bytes, file: Path, number: int) -> bytes:
    """Return a file's bytes without the decision of a number, from 1."""
    each = parse_entries(data, file).each
    if not 0 < number <= len(each):
        raise FixableError(Fault((str(file),), f"no decision {number}; expected 1 to {len(each)}"))
    first, last = _find_lines(data, file, each[number - 1])
    lines = _split(_decode(data)[0])
    left = "".join([*lines[: first - 1], *lines[last:]])
    new = left.encode(_decode(data)[1])
    wanted = [_drop_empty(one.texts) for one in (*each[: number - 1], *each[number:])]
    if not _says(new, file, wanted):
        says = f"decision {number} shares its lines with others; expected it to be deleted by hand"
        raise FixableError(Fault((str(file), f"lines {first} to {last}"), says))
    return new


def _says(data: bytes, file: Path, wanted: list[dict[str, str]]) -> bool:
    """Tell whether a file of these bytes holds these decisions and no other."""
    try:
        found = parse_entries(data, file)
    except FixableError:
        return False
    sound = not found.faults and not any(one.faults for one in found.each)
    return sound and [_drop_empty(one.texts) for one in found.each] == wanted


def _list_texts(data: bytes, file: Path) -> list[dict[str, str]]:
    return [_drop_empty(one.texts) for one in parse_entries(data, file).each] if data else []


def _drop_empty(texts: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}


def _add_items(data: bytes, file: Path, texts: dict[str, str]) -> Iterator[bytes]:
    """Yield the YAML with one more item, indented as the others are."""
    node = compose(data, str(file))
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    text = data.removeprefix(mark).decode("utf-8") or HEAD
    if isinstance(node, yaml.SequenceNode) and not node.value and node.flow_style:
        start, end = node.start_mark.index, node.end_mark.index
        yield mark + (text[:start] + _to_yaml(texts) + text[end:].lstrip("\n")).encode()
        return
    column = node.start_mark.column if isinstance(node, yaml.SequenceNode) else 0
    item = "".join(" " * column + line for line in _to_yaml(texts).splitlines(keepends=True))
    yield mark + (text + ("" if text.endswith("\n") else "\n") + item).encode()


def _to_yaml(texts: dict[str, str]) -> str:
    written: str = yaml.safe_dump([texts], sort_keys=False, allow_unicode=True, width=WIDTH)
    return written


def _add_rows(data: bytes, texts: dict[str, str]) -> Iterator[bytes]:
    """Yield the table with one more row, for each separator that it may have; a new one has all columns."""
    text, encoding = _decode(data)
    heading, ending = text or ",".join(FIELDS) + "\n", "\r\n" if "\r\n" in text else "\n"
    for separator in SEPARATORS:
        names = next(csv.reader(io.StringIO(heading.removeprefix("\ufeff"), newline=""), delimiter=separator), [])
        named = {fold_name(name): texts.get(name, "") for name in FIELDS}
        row = io.StringIO(newline="")
        cells = [named.get(fold_name(name), "") for name in names]
        csv.writer(row, delimiter=separator, lineterminator=ending).writerow(cells)
        whole = heading if heading.endswith(("\n", "\r")) else heading + ending
        yield (whole + row.getvalue()).encode(encoding)


def _find_lines(data: bytes, file: Path, entry: Entry) -> tuple[int, int]:
    """Return an entry's lines, with the dash of a YAML list where it stands on a line of its own."""
    first, last = entry.lines
    if file.suffix.lower() == CSV_ENDING:
        return first, last
    lines = _split(_decode(data)[0])
    while first > 1 and not lines[first - 1].lstrip("\ufeff ").startswith("-"):
        first -= 1
    return first, last


def _decode(data: bytes) -> tuple[str, str]:
    """Return the text with its byte-order mark where it has one of UTF-8, and the encoding to write it in again."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if wide else "utf-8"
    return data.decode(encoding), encoding


def _split(text: str) -> list[str]:
    """Return the lines of a text with their ends: those that CR and LF end, and no other."""
    return list(io.StringIO(text, newline=""))
