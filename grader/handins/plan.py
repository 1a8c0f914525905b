"""The plan of a Run: which cells of a hand-in are the released ones, and where the notebook first departs from them.

How official cells are known: `assignment/sheet/official.py`, which students have too.
"""

from typing import Any

from assignment.records import Record
from assignment.sheet.official import cell_name, compare_official, hash_source, match_cells
from grader.handins.own_cells import OwnCell, find_own_cells


class Plan(Record):
    """What a hand-in kept of the released notebook: `plan.json`."""

    released: tuple[str, ...]  # hashes of the official cells that are there unchanged, in the order of the hand-in
    edited: tuple[str, ...]  # names of official cells whose source is another
    missing: tuple[str, ...]  # names of official cells that are not there
    moved: tuple[str, ...]  # names of official cells that stand elsewhere in the order
    doubled: tuple[str, ...]  # names that stand on more than one cell
    first_departure: (
        int | None
    )  # index of the first code cell that is not the next released code cell; None: no such cell
    own: tuple[OwnCell, ...] | None = None  # code cells beside the official ones, as added or changed; None: not looked

    @property
    def is_intact(self) -> bool:
        """Tell whether every official cell is there, unchanged and in its place."""
        return not (self.edited or self.missing or self.moved or self.doubled)


def compare_notebooks(notebook: Any, released: Any) -> Plan:
    """Compare a hand-in with the released notebook (both parsed, format 4)."""
    found = compare_official(notebook, released)
    official = {name: hash_source(cell) for cell in released["cells"] if (name := cell_name(cell)) is not None}
    own = find_own_cells(notebook, released, {at: name for name, (at, _) in match_cells(notebook, official)[0].items()})
    return Plan(**vars(found), first_departure=_find_departure(notebook, released), own=own)


def _find_departure(notebook: Any, released: Any) -> int | None:
    """Return the index of the first code cell that is not the next released code cell."""
    expected = [hash_source(cell) for cell in released.cells if cell.cell_type == "code"]
    found = [(index, hash_source(cell)) for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    for number, (index, digest) in enumerate(found):
        if number >= len(expected) or digest != expected[number]:
            return index
    return None
