"""A notebook's bytes as one notebook of format 4.5: the one reading, for `look`, `run`, `score` and the last cell.

What grading uses is each cell's kind, its source and the homework's own mark, and which kernel runs it. These must be
there and well-formed; whatever else an editor forgot, renamed or wrote in another version is mended or left out. Saved
outputs are left out before anything is counted.
"""

import re
from typing import Any

from assignment.fixable import FixableError, show_value
from assignment.sheet.scan import scan_notebook

MOST_BYTES = 128 * 2**20  # of a notebook's file, saved pictures and all
MOST_CELLS = 2000
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_KINDS = ("code", "markdown", "raw")

Notebook = dict[str, Any]


def parse_notebook(data: bytes) -> Notebook:
    """Return a notebook in format 4.5, saved outputs left out; FixableError when the bytes are no notebook."""
    if len(data) > MOST_BYTES:
        raise FixableError(f"notebook: {len(data)} bytes; expected at most {MOST_BYTES}")
    raw = scan_notebook(data)
    cells = _find_cells(raw)
    if len(cells) > MOST_CELLS:
        raise FixableError(f"notebook: {len(cells)} cells; expected at most {MOST_CELLS}")
    mended = [_mend_cell(cell, index) for index, cell in enumerate(cells)]
    _mend_ids(mended)
    return {"cells": mended, "metadata": _mend_metadata(raw.get("metadata")), "nbformat": 4, "nbformat_minor": 5}


def _find_cells(raw: Any) -> list[Any]:
    """Return the cells of formats 3 and 4."""
    if not isinstance(raw, dict):
        raise FixableError(f"notebook: {show_value(raw)}; expected an object with cells")
    version = raw.get("nbformat", 3 if "worksheets" in raw else 4)
    if str(version).strip().partition(".")[0] not in ("3", "4"):
        raise FixableError(f"notebook: nbformat: {show_value(version)}; expected 3 or 4")
    sheets = raw.get("worksheets")
    cells = raw.get("cells")
    if cells is None and isinstance(sheets, list):
        cells = [cell for sheet in sheets if isinstance(sheet, dict) for cell in sheet.get("cells") or ()]
    if not isinstance(cells, list):
        raise FixableError(f"notebook: cells: {show_value(cells)}; expected a list")
    return cells


def _mend_cell(cell: Any, index: int) -> dict[str, Any]:
    if not isinstance(cell, dict):
        raise FixableError(f"notebook: cell {index}: {show_value(cell)}; expected an object")
    kind, source = find_kind(cell), find_source(cell)
    if source is None:
        raise FixableError(f"notebook: cell {index}: source: {show_value(cell.get('source'))}; expected a text")
    if cell.get("cell_type") == "heading":
        level = cell.get("level")
        source = f"{'#' * (level if isinstance(level, int) and 1 <= level <= 6 else 1)} {source}"
    mended = {"id": cell.get("id"), "cell_type": kind, "metadata": _mend_mark(cell.get("metadata")), "source": source}
    return mended | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def find_kind(cell: dict[str, Any]) -> str:
    """Return a cell's kind in format 4; one that nobody knows is raw, since nothing runs it.

    >>> [find_kind({"cell_type": name}) for name in ("code", "heading", "html", "sql")], find_kind({"outputs": []})
    (['code', 'markdown', 'markdown', 'raw'], 'code')
    """
    kind = cell.get("cell_type")
    if kind is None and not {"outputs", "execution_count", "input"}.isdisjoint(cell):
        return "code"
    if kind in ("heading", "html"):
        return "markdown"
    return kind if isinstance(kind, str) and kind in _KINDS else "raw"


def find_source(cell: dict[str, Any]) -> str | None:
    r"""Return a cell's source (`input` in format 3), be it a text, a list of them or nothing; None for any other value.

    >>> find_source({"source": ["a\n", "b"]}), find_source({"input": "x"}), find_source({}), find_source({"source": 3})
    ('a\nb', 'x', '', None)
    """
    source = cell.get("source", cell.get("input"))
    if source is None:
        return ""
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    return _SURROGATE.sub("\ufffd", source) if isinstance(source, str) else None


def _mend_mark(metadata: Any) -> dict[str, Any]:
    """Return of a cell's metadata the homework's own mark, which says that a cell is official."""
    mark = metadata.get("hw9") if isinstance(metadata, dict) else None
    if not isinstance(mark, dict) or mark.get("official") is not True or not isinstance(mark.get("name"), str):
        return {}
    return {"hw9": {"name": mark["name"][:80], "official": True}}


def _mend_ids(cells: list[dict[str, Any]]) -> None:
    """Give every cell an id of its own, and leave those that are well-formed."""
    seen: set[str] = set()
    for index, cell in enumerate(cells):
        name = cell["id"]
        if not isinstance(name, str) or not _ID.fullmatch(name) or name in seen:
            name = next(name for name in (f"cell-{index}{'-' * n}" for n in range(len(cells) + 1)) if name not in seen)
        cell["id"] = name
        seen.add(name)


def _mend_metadata(metadata: Any) -> dict[str, Any]:
    """Return a notebook's metadata: its kernel, the plain one where it is not well said."""
    kernel = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    names = ("display_name", "language", "name")
    said = kernel if isinstance(kernel, dict) else {}
    good = {name: _SURROGATE.sub("\ufffd", said[name]) for name in names if isinstance(said.get(name), str)}
    return {"kernelspec": _KERNEL | good}
