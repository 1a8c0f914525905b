"""What came of executing whole as well what shared: `RUNS/.whole/compared.json`, which decides nothing.

Beside it lie those executions, by student. An entry is of one notebook: it says nothing of another of that student.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field

from assignment.fixable import parse_as
from assignment.records import Record
from grader.files.whole import load_json, to_json, write_whole

FOLDER = ".whole"  # in RUNS
COMPARED_FILE = "compared.json"


class Compared(Record):
    """A hand-in that shared (`--share`) and was executed whole as well, which changes no points."""

    student: str = Field(description="the student's id")
    notebook_sha256: str = Field(description="of the notebook that was run")
    differing: tuple[str, ...] = Field(
        description="what is not the same in both, times and ids aside: a field of `result.json`, a file such as "
        "`outputs/lime.npz`, a cell such as `cell 3` (from 0, all cells counted); empty where all is"
    )


class ComparedFile(Record):
    """The file `compared.json`."""

    version: Literal[1] = 1
    compared: tuple[Compared, ...] = ()


def load_compared(runs: Path) -> tuple[Compared, ...]:
    """Return what was compared in a RUNS folder, by student; FixableError where our file is damaged."""
    path = runs / FOLDER / COMPARED_FILE
    if not path.exists():
        return ()
    return parse_as(ComparedFile, load_json(path, "what hw9 run --share writes"), str(path)).compared


def note_compared(runs: Path, one: Compared) -> None:
    """Keep what came of one comparison, in place of an earlier one of that student."""
    kept = {its.student: its for its in (*load_compared(runs), one)}
    (runs / FOLDER).mkdir(exist_ok=True)
    listed = tuple(its for _, its in sorted(kept.items()))
    write_whole(runs / FOLDER / COMPARED_FILE, to_json(ComparedFile(compared=listed)))
