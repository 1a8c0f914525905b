"""The JSON of a notebook, read so that what nobody grades costs nothing: saved outputs are passed over unread.

Only what is kept becomes objects. Its lists and dictionaries are counted before they are made, wherever they stand;
those of what is passed over are counted too, against a limit of their own, for passing over them takes time.
"""

import codecs
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from assignment.fixable import FixableError

MOST_PARTS = 400_000  # lists and dictionaries of what is kept, each of which costs half a KiB of memory
MOST_PASSED = 4_000_000  # lists and dictionaries of what is passed over, a second or more of time
CHUNK = 2**20  # bytes that are decoded at once

# Possessive, so that a long text needs no memory to go back; a quote that ends nowhere matches alone.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{}]', re.DOTALL)
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SPACE = re.compile(rb"[ \t\r\n]*+")
_PLAIN = re.compile(rb"[^ \t\r\n,:\[\]{}\"]++")

Reader = Callable[["_Scanner", int], tuple[Any, int]]


def scan_notebook(data: bytes) -> Any:
    """Return what the JSON of a notebook holds, without saved outputs, attachments and states of widgets.

    FixableError where it is no JSON, or larger than the limits.
    """
    scanner = _Scanner(_to_utf8(data))
    try:
        value, end = _read_notebook(scanner, scanner.skip_space(0))
        if scanner.skip_space(end) != len(scanner.data):
            raise scanner.fault("Extra data", scanner.skip_space(end))
    except RecursionError:
        raise FixableError("notebook: nested too deeply; expected a notebook") from None
    except ValueError as error:
        raise FixableError(f"notebook: {error}; expected a valid notebook") from None
    return value


@dataclass
class _Scanner:
    """A place in bytes of JSON, and how many lists and dictionaries may still come."""

    data: bytes
    parts: int = MOST_PARTS
    passed: int = MOST_PASSED

    def skip_space(self, at: int) -> int:
        found = _SPACE.match(self.data, at)
        assert found is not None
        return found.end()

    def fault(self, says: str, at: int) -> ValueError:
        """Return a fault with its place, in the words of Python's own reader of JSON."""
        text = self.data[:at].decode(errors="replace")
        return json.JSONDecodeError(says, text, len(text))

    def see(self, at: int) -> bytes:
        """Return the byte at a place; ValueError at the end."""
        if at >= len(self.data):
            raise self.fault("Expecting value", at)
        return self.data[at : at + 1]

    def find_end(self, at: int) -> tuple[int, int]:
        """Return where a value ends, and how many lists and dictionaries it has at the most."""
        if self.see(at) not in b"[{":
            found = (_STRING if self.see(at) == b'"' else _PLAIN).match(self.data, at)
            if found is None:
                says = "Unterminated string starting at" if self.see(at) == b'"' else "Expecting value"
                raise self.fault(says, at)
            return found.end(), 0
        depth = count = 0
        for token in _TOKEN.finditer(self.data, at):
            first = self.data[token.start()]
            if first in b"[{":
                depth, count = depth + 1, count + 1
                if count > max(self.parts, self.passed):
                    break
            elif first in b"]}":
                depth -= 1
                if not depth:
                    return token.end(), count
            elif token.end() - token.start() == 1:
                raise self.fault("Unterminated string starting at", token.start())
        if count > max(self.parts, self.passed):
            return at, count
        raise self.fault("Expecting ',' delimiter", len(self.data))


def pass_over(scanner: _Scanner, at: int) -> tuple[None, int]:
    """Return None for a value and where it ends; nothing is made of it."""
    end, count = scanner.find_end(at)
    scanner.passed -= count
    if scanner.passed < 0:
        raise FixableError(
            f"notebook: more than {MOST_PASSED} lists and dictionaries in its saved outputs; expected at most that"
            " (Edit > Clear Outputs of All Cells)"
        )
    return None, end


def read_value(scanner: _Scanner, at: int) -> tuple[Any, int]:
    """Return a value and where it ends."""
    end, count = scanner.find_end(at)
    _count_parts(scanner, count)
    try:
        return json.loads(scanner.data[at:end]), end
    except json.JSONDecodeError as error:  # the place in its part of the file
        raise scanner.fault(error.msg, at + len(error.doc[: error.pos].encode())) from None


def read_object(scanner: _Scanner, at: int, readers: Mapping[str, Reader]) -> tuple[Any, int]:
    """Return an object, its members read as `readers` say, and where it ends; any other value as it is."""
    if scanner.see(at) != b"{":
        return read_value(scanner, at)
    _count_parts(scanner, 1)
    found: dict[str, Any] = {}
    at = scanner.skip_space(at + 1)
    while scanner.see(at) != b"}":
        if scanner.see(at) != b'"':
            raise scanner.fault("Expecting property name enclosed in double quotes", at)
        name, at = read_value(scanner, at)
        at = _expect(scanner, at, b":")
        found[name], at = readers.get(name, read_value)(scanner, at)
        at = _end_member(scanner, at, b"}")
    return found, at + 1


def read_list(scanner: _Scanner, at: int, reader: Reader) -> tuple[Any, int]:
    """Return a list, its elements read by `reader`, and where it ends; any other value as it is."""
    if scanner.see(at) != b"[":
        return read_value(scanner, at)
    _count_parts(scanner, 1)
    found = []
    at = scanner.skip_space(at + 1)
    while scanner.see(at) != b"]":
        element, at = reader(scanner, at)
        found.append(element)
        at = _end_member(scanner, at, b"]")
    return found, at + 1


def _read_cell(scanner: _Scanner, at: int) -> tuple[Any, int]:
    return read_object(scanner, at, {"outputs": pass_over, "attachments": pass_over})


def _read_cells(scanner: _Scanner, at: int) -> tuple[Any, int]:
    return read_list(scanner, at, _read_cell)


def _read_worksheets(scanner: _Scanner, at: int) -> tuple[Any, int]:
    return read_list(scanner, at, lambda own, place: read_object(own, place, {"cells": _read_cells}))


def _read_metadata(scanner: _Scanner, at: int) -> tuple[Any, int]:
    return read_object(scanner, at, {"widgets": pass_over})


def _read_notebook(scanner: _Scanner, at: int) -> tuple[Any, int]:
    readers = {"cells": _read_cells, "worksheets": _read_worksheets, "metadata": _read_metadata}
    return read_object(scanner, at, readers)


def _count_parts(scanner: _Scanner, count: int) -> None:
    scanner.parts -= count
    if scanner.parts < 0:
        raise FixableError(
            f"notebook: more than {MOST_PARTS} lists and dictionaries beside its saved outputs; expected at most that"
        )


def _expect(scanner: _Scanner, at: int, byte: bytes) -> int:
    at = scanner.skip_space(at)
    if scanner.see(at) != byte:
        raise scanner.fault(f"Expecting {byte.decode()!r} delimiter", at)
    return scanner.skip_space(at + 1)


def _end_member(scanner: _Scanner, at: int, closing: bytes) -> int:
    """Return where the next member starts, or where its object or list closes."""
    at = scanner.skip_space(at)
    if scanner.see(at) == closing:
        return at
    at = _expect(scanner, at, b",")
    if scanner.see(at) == closing:
        raise scanner.fault("Expecting value", at)
    return at


def _to_utf8(data: bytes) -> bytes:
    """Return bytes of UTF-8 without a mark at their start; FixableError where they are no text."""
    try:
        encoding = json.detect_encoding(data)
        if encoding != "utf-8":
            return data.decode(encoding).encode()
        decoder = codecs.getincrementaldecoder("utf-8")()  # in pieces: a sign may make a text four times larger
        for start in range(0, len(data), CHUNK):
            decoder.decode(data[start : start + CHUNK])
        decoder.decode(b"", final=True)
        return data
    except UnicodeError as error:
        raise FixableError(f"notebook: {error}"[:200] + "; expected a text in UTF-8") from None
