"""Which cell a Run executes now, for whoever watches it: `.cell.json` in its folder, gone once the Run has ended."""

import json
from pathlib import Path

from assignment.files.foreign import read_file

MOST_BYTES = 100
CELL_FILE = ".cell.json"  # hidden: what a worker that was killed leaves of it goes with its other leftovers


def note_cell(folder: Path, cell: int) -> None:
    """Say that a cell, numbered from 0 among all cells, begins."""
    (folder / CELL_FILE).write_text(json.dumps(cell), encoding="utf-8")


def read_cell(folder: Path) -> int | None:
    """Return the cell that runs; None where none does, or where its number is being written."""
    try:
        found = json.loads(read_file(folder / CELL_FILE, MOST_BYTES))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, int) else None


def forget_cell(folder: Path) -> None:
    """Say that no cell runs any more."""
    (folder / CELL_FILE).unlink(missing_ok=True)
