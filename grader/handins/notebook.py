"""A notebook as nbclient and the plan take it: the one reading of `assignment/sheet`, whoever asks."""

from typing import Any

import nbformat

from assignment.sheet.notebook import MOST_BYTES
from assignment.sheet.notebook import parse_notebook as parse_plain

__all__ = ["MOST_BYTES", "parse_notebook"]


def parse_notebook(data: bytes) -> nbformat.NotebookNode:
    """Return a notebook in format 4.5, mended and without saved outputs; FixableError when the bytes are none."""
    plain: Any = parse_plain(data)
    return nbformat.from_dict(plain)  # type: ignore[no-untyped-call]
