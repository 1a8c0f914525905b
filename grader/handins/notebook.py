"""A notebook as nbclient and the plan take it: the one reading of `assignment/sheet`, whoever asks."""

import nbformat

from assignment.sheet.notebook import MOST_BYTES
from assignment.sheet.notebook import parse_notebook as parse_plain

__all__ = ["MOST_BYTES", "parse_notebook"]


def parse_notebook(data: bytes) -> nbformat.NotebookNode:
    """Return a notebook in format 4.5, mended and without saved outputs; FixableError when the bytes are none."""
    notebook: nbformat.NotebookNode = nbformat.from_dict(parse_plain(data))  # type: ignore[no-untyped-call]
    return notebook
