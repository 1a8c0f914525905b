r"""One code cell as Python: what IPython alone understands is taken out, and what is not Python is not read.

CPython's parser answers every hostile text that was tried (deep nesting, long chains, null bytes) with one of the
exceptions caught here. Its time grows with the length of a cell and, up to Python 3.11, with that of an f-string times
its fields, for it looks for each from the start (20,000 of them: half a second); `sheet.py` caps both.
"""

import ast
import re
import warnings
from dataclasses import dataclass

from assignment.assignment import Bilingual
from assignment.sheet.fold import fold_width

# Cell magics below which Python is run in the notebook's own names. `%%timeit` runs it in names of its own.
PYTHON_MAGICS = frozenset({"time", "capture", "prun"})
WRITTEN_LIMIT = 80  # bytes of what is shown of a value
_ASSIGNS = re.compile(r"^[ \t]*answers[ \t]*(?:[=\[:]|\|=|\.[ \t]*(?:update|setdefault)\b)", re.MULTILINE)
_FSTRING = re.compile("fr?['\"]", re.IGNORECASE)  # may be the end of a text, too
_HELP = re.compile(r"\?{0,2}%{0,2}[\w.*\[\]'\"]+\?{0,2}")


class CellError(Exception):
    """Why a cell cannot be read as Python: one line, in both languages, that ends in what was expected."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.says = Bilingual(en=en, zh=zh)


def is_answers_cell(source: str) -> bool:
    r"""Tell whether a line of the cell looks like an assignment to `answers`, be the rest Python or not.

    >>> is_answers_cell("x = 1\nanswers = {}"), is_answers_cell("print(answers)")
    (True, False)
    """
    return _ASSIGNS.search(fold_width(source)) is not None


def find_magic(source: str) -> str | None:
    r"""Return the name of the cell magic that a cell starts with, None where there is none.

    >>> find_magic("\n%%script false\nx = 1"), find_magic("%time x = 1")
    ('script', None)
    """
    first = source.lstrip().partition("\n")[0]
    return (first[2:].split() or [""])[0] if first.startswith("%%") else None


@dataclass(frozen=True)
class Cell:
    """A cell's statements, and its lines, to show what stands there."""

    index: int
    statements: tuple[ast.stmt, ...]
    lines: tuple[bytes, ...]

    def show(self, node: ast.AST) -> str:
        """Return the first line of a node's source, cut; offsets of `ast` count bytes of UTF-8."""
        if not isinstance(node, ast.expr | ast.stmt):
            return ""
        line = self.lines[node.lineno - 1] if node.lineno <= len(self.lines) else b""
        end = node.end_col_offset if node.end_lineno == node.lineno else None
        return line[node.col_offset : end][:WRITTEN_LIMIT].decode(errors="ignore")


def count_fstring_steps(source: str) -> int:
    """Return at most how many characters the parser looks through for the fields of the f-strings of a cell.

    >>> count_fstring_steps("answers = {'lime-1': 'a'}"), count_fstring_steps("f'{x}{y}'")
    (0, 18)
    """
    return source.count("{") * len(source) if _FSTRING.search(source) else 0


def is_python(source: str) -> bool:
    """Tell whether a cell's magic, if it has one, leaves it Python that is run in the notebook's own names."""
    magic = find_magic(source)
    return magic is None or magic in PYTHON_MAGICS


def parse_cell(index: int, source: str) -> Cell | None:
    """Return a cell, None where its magic says that it is no Python; CellError where it should be and is not."""
    if not is_python(source):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = _dedent(source)
            return Cell(index, tuple(_parse(text).body), tuple(text.encode().splitlines()))
    except SyntaxError as error:
        at, says = error.lineno, error.msg
        raise CellError(f"line {at}: {says}; expected Python", f"第 {at} 行：{says}；應為 Python") from None
    except (ValueError, RecursionError, MemoryError) as error:
        name = type(error).__name__
        raise CellError(f"{name} of the parser; expected Python", f"剖析時發生 {name}；應為 Python") from None


def _parse(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError:
        plain = without_magics(source)
        if plain == source:
            raise
        return ast.parse(plain)


def _dedent(source: str) -> str:
    """Take the first line's indentation off all lines that have it, as IPython does."""
    first = next((line for line in source.split("\n") if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip(" \t"))]
    return "\n".join(line.removeprefix(indent) for line in source.split("\n")) if indent else source


def without_magics(source: str) -> str:
    r"""Blank IPython's own lines out, so that the others keep their numbers.

    >>> without_magics("%%time\nfiles = !ls\nlen?\nx = 1  # sure?")
    '\n\n\nx = 1  # sure?'
    """
    return "\n".join("" if _is_magic(line.strip()) else line for line in source.split("\n"))


def _is_magic(line: str) -> bool:
    names, _, value = line.partition("=")
    assigned = all(name.isidentifier() for name in names.replace(",", " ").split())
    helps = "?" in line and _HELP.fullmatch(line) is not None
    return line.startswith(("%", "!", "?")) or helps or (assigned and value.strip().startswith(("%", "!")))
