"""Make a course system's gradebook of a class that was reported: `gradebook-<format>.csv` in RUNS."""

from dataclasses import dataclass
from pathlib import Path

from assignment.fixable import FixableError
from grader.files.whole import write_whole
from grader.report.class_record import load_results
from grader.report.gradebooks.format import Exported, Filled, Format, Known, count_students
from questions.table import Form, load_table


@dataclass(frozen=True)
class Written:
    """What was made, where it is, and what a person must know."""

    path: Path
    filled: Filled
    notes: tuple[str, ...]


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
    results = load_results(runs)
    filled = its.fill(results, known, exported)
    waiting = [one.student for one in results.handins if one.needs_person]
    says = f"for a person to look at first: {count_students(waiting)}; their points are as they were scored"
    path = runs / f"gradebook-{name}.csv"
    write_whole(path, filled.data)
    return Written(path, filled, (*known.notes, *filled.notes, *([says] if waiting else [])))
