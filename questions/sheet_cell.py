"""What one code cell does to the name `answers`, read with `ast` and never run.

CPython's parser answers every hostile text that was tried (deep nesting, long chains, null bytes) with one of the
exceptions caught here; the time it takes is bounded by the length of a cell, which `sheet.py` caps.
"""

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

_ASSIGNS = re.compile(r"^[ \t]*answers[ \t]*[=\[:]", re.MULTILINE)
_CHANGES = frozenset({"update", "setdefault", "pop", "popitem", "clear", "__setitem__"})
_WRITTEN_LIMIT = 80  # bytes of what is shown of a value


class CellError(Exception):
    """Why a cell cannot be read as Python; one line that ends in what was expected."""


class Illegible:
    """Stands for a question or a value that is written as anything but letters, or a list of them."""


@dataclass(frozen=True)
class Entry:
    """One thing that a cell does to `answers`.

    start: a new dictionary replaces it. answer: one question gets a value. unreadable: something that is no dictionary
    replaces it. ignored: something else is done to it. `written` is the source, as far as it is worth showing.
    """

    kind: Literal["start", "answer", "unreadable", "ignored"]
    written: str
    question: object = None
    value: object = None
    repeated: bool = False  # within one dictionary


def is_answers_cell(source: str) -> bool:
    r"""Tell whether a line of the cell looks like an assignment to `answers`, be the rest Python or not.

    >>> is_answers_cell("x = 1\nanswers = {}"), is_answers_cell("print(answers)")
    (True, False)
    """
    return _ASSIGNS.search(source) is not None


def parse_entries(source: str) -> tuple[Entry, ...]:
    r"""Return in order what the top level of a cell does to `answers`; CellError where it is not Python.

    >>> [(entry.kind, entry.question, entry.value) for entry in parse_entries('%time\nanswers = {"lime-1": "ab"}')]
    [('start', None, None), ('answer', 'lime-1', 'ab')]
    """
    try:
        tree = _parse(source)
        lines = source.encode().splitlines()
        return tuple(entry for statement in tree.body for entry in _read_statement(lines, statement))
    except SyntaxError as error:
        raise CellError(f"line {error.lineno}: {error.msg}; expected Python") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise CellError(f"{type(error).__name__} of the parser; expected Python") from None


def _parse(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except SyntaxError:
            return ast.parse(without_magics(source))


def without_magics(source: str) -> str:
    r"""Blank IPython's own lines out, so that the others keep their numbers; below a `%%` line Python is expected.

    >>> without_magics("%%time\nfiles = !ls\nlen?\nx = 1")
    '\n\n\nx = 1'
    """
    return "\n".join("" if _is_magic(line.strip()) else line for line in source.splitlines())


def _is_magic(line: str) -> bool:
    names, _, value = line.partition("=")
    assigned = all(name.isidentifier() for name in names.replace(",", " ").split())
    return line.startswith(("%", "!", "?")) or line.endswith("?") or (assigned and value.strip().startswith(("%", "!")))


def _read_statement(lines: Sequence[bytes], statement: ast.stmt) -> Iterator[Entry]:
    if isinstance(statement, ast.Assign):
        targets, value = statement.targets, statement.value
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets, value = [statement.target], statement.value
    else:
        targets, value = [], ast.Constant(None)
    for target in targets:
        if _is_answers(target):
            yield from _read_whole(lines, value)
        elif isinstance(target, ast.Subscript) and _is_answers(target.value):
            yield Entry("answer", _show(lines, value), _parse_literal(target.slice), _parse_literal(value))
    if not targets and any(_is_change(node) for node in ast.walk(statement)):
        yield Entry("ignored", _show(lines, statement))


def _read_whole(lines: Sequence[bytes], value: ast.expr) -> Iterator[Entry]:
    if not isinstance(value, ast.Dict):
        yield Entry("unreadable", _show(lines, value))
        return
    yield Entry("start", "")
    seen: set[object] = set()
    for key, item in zip(value.keys, value.values, strict=True):
        question = Illegible() if key is None else _parse_literal(key)
        repeated = isinstance(question, str) and question in seen
        if isinstance(question, str):
            seen.add(question)
        yield Entry("answer", _show(lines, item), question, _parse_literal(item), repeated)


def _is_answers(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "answers"


def _is_change(node: ast.AST) -> bool:
    if isinstance(node, ast.Subscript):
        return _is_answers(node.value) and not isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Attribute):
        return _is_answers(node.value) and node.attr in _CHANGES
    return isinstance(node, ast.Name) and _is_answers(node) and not isinstance(node.ctx, ast.Load)


def _parse_literal(node: ast.expr) -> object:
    """Return a string, or a list of strings, that stands in the source; Illegible for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        parts = [part.value for part in node.elts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        return parts if len(parts) == len(node.elts) else Illegible()
    return Illegible()


def _show(lines: Sequence[bytes], node: ast.expr | ast.stmt) -> str:
    """Return the first line of a node's source, cut; offsets of `ast` count bytes of UTF-8."""
    line = lines[node.lineno - 1] if node.lineno <= len(lines) else b""
    end = node.end_col_offset if node.end_lineno == node.lineno else None
    return line[node.col_offset : end][:_WRITTEN_LIMIT].decode(errors="ignore")
