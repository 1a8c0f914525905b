"""What the hand-ins of a class need of one run of the released notebook that they share.

Code cells are numbered from 0, those without a word left out, which no kernel is asked to run. A point is the state
before the released code cell of that number; the last point is the state after all of them.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from pydantic import NonNegativeInt

from assignment.records import Record
from assignment.sheet.cell import is_answers_cell
from assignment.sheet.official import cell_name
from grader.handins.own_cells import SCRATCH


class Sharing(Record):
    """The points at which some hand-in departs from the release, and those at which it could be back.

    released: a digest of the sources of the released code cells.
    """

    released: str
    leave: tuple[NonNegativeInt, ...]
    back: tuple[NonNegativeInt, ...]


def list_executed(notebook: Any) -> tuple[int, ...]:
    """Return the indices of the cells that a kernel is asked to run."""
    return tuple(index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.source.strip())


def list_sources(notebook: Any) -> tuple[str, ...]:
    """Return the sources of these cells."""
    return tuple(str(notebook.cells[index].source) for index in list_executed(notebook))


def hash_sources(sources: Sequence[str]) -> str:
    """Return a digest of sources."""
    return hashlib.sha256(json.dumps(list(sources)).encode()).hexdigest()


def find_free(released: Any) -> tuple[bool, ...]:
    """Tell of each of these cells whether students are to change it: scratch, TODO and answers cells."""
    cells = [released.cells[index] for index in list_executed(released)]
    return tuple(
        cell_name(cell) is None and (cell.source.startswith(SCRATCH) or is_answers_cell(cell.source)) for cell in cells
    )
