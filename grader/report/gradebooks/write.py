"""Make a course system's gradebook of a class that was reported: `gradebook-<format>.csv` in RUNS."""

from dataclasses import dataclass
from pathlib import Path

from assignment.fixable import FixableError
from grader.files.whole import write_whole
from grader.report.class_record import load_results
from grader.report.gradebooks.format import Exported, Filled, Format, Known
from questions.table import Form, load_table


@dataclass(frozen=True)
class Written:
    """What was made, and where it is."""

    path: Path
    filled: Filled


def load_export(its: Format, path: Path | None, column: str | None) -> Exported | None:
    """Return what the course system exported; FixableError where it is needed and not given, or cannot be read."""
    if path is not None:
        form = Form(its.columns, its.expected, "row", lines_in_cells=True)
        return Exported(load_table(path, form, path.name), column)
    if its.needs_export:
        raise FixableError(f"--exported: which file of {its.system} is to be filled; expected {its.expected}")
    if column is not None:
        raise FixableError("--column: one of a file; expected --exported FILE with it")
    return None


def write_filled(runs: Path, name: str, its: Format, known: Known, exported: Exported | None) -> Written:
    """Fill the gradebook with what `results.json` holds, and write it, whole or not at all."""
    filled = its.fill(load_results(runs), known, exported)
    path = runs / f"gradebook-{name}.csv"
    write_whole(path, filled.data)
    return Written(path, filled)
