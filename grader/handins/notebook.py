"""A notebook as nbclient and the plan take it: the one reading of `assignment/sheet`, whoever asks."""

from typing import TYPE_CHECKING

from assignment.sheet.notebook import MOST_BYTES
from assignment.sheet.notebook import parse_notebook as parse_plain

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["MOST_BYTES", "parse_notebook"]


def parse_notebook(data: bytes) -> "NotebookNode":
    """Return a notebook in format 4.5, mended and without saved outputs; FixableError when the bytes are none."""
    import nbformat  # here: its schema's grammar takes seconds to load, and `hw9 --help` reads no notebook

    notebook: NotebookNode = nbformat.from_dict(parse_plain(data))  # type: ignore[no-untyped-call]
    return notebook
