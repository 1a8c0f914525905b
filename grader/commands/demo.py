"""`hw9 demo`: grade the embedded class of 18 made-up students, and compare what came with what was expected."""

import argparse
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.table import Table

from assignment.course import Course
from assignment.fixable import FixableError
from grader.commands.run import execute
from grader.commands.score import keep_scored, score_class
from grader.commands.terminal.options import RunOptions, Verbs, add_run_options, add_verb, take_run_options
from grader.commands.terminal.screen import say, show_table
from grader.demo.outcomes import Outcome, compare_outcomes, write_handins
from grader.report.pages import write_reports
from grader.runs.intake import load_intake
from grader.scoring.grading import load_grading

CELL_SECONDS = 120  # the endless loop of the embedded class is waited for this long

ABOUT = """Grade the embedded class: 18 made-up hand-ins, of which some are late, broken, endless or hostile. It prints
for each of them whether the status and the points are those expected, and exits with 1 where one is not.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "demo",
        _start,
        says="grade the embedded class",
        about=ABOUT,
        examples=("hw9 demo", "hw9 demo /tmp/demo --jobs 2"),
    )
    parser.add_argument(
        "folder",
        type=Path,
        nargs="?",
        default=Path("demo"),
        metavar="DIR",
        help="where its hand-ins and results go (default: %(default)s)",
    )
    parser.add_argument(
        "--keep", action="store_true", help="resume with the results of an earlier demo instead of a new class"
    )
    add_run_options(parser)


def _start(options: argparse.Namespace) -> int:
    return demo(folder=options.folder, course=options.course, keep=options.keep, how=take_run_options(options))


def demo(*, folder: Path, course: Course, keep: bool, how: RunOptions) -> int:
    """Grade the embedded class; the exit code says whether everything came as expected."""
    handins, runs = folder / "handins", folder / "runs"
    if not keep:
        clear_demo(folder)
    grading = load_grading(course)
    expected = write_handins(handins, grading)
    execute(handins, runs, course, replace(how, cell_seconds=how.cell_seconds or CELL_SECONDS))
    scored = score_class(load_intake(runs).submissions, runs, grading)
    keep_scored(scored, runs)
    outcomes = compare_outcomes(scored.records, expected)
    page = write_reports(runs, grading).page
    for note in scored.notes:
        say(note)
    show_table(to_table(outcomes))
    say(f"report: {page.resolve()}")
    return 0 if all(outcome.holds for outcome in outcomes) else 1


def clear_demo(folder: Path) -> None:
    """Remove an earlier demo; a folder that is none stays as it is."""
    if not folder.exists():
        return
    if not folder.is_dir() or {path.name for path in folder.iterdir()} - {"handins", "runs"}:
        raise FixableError(f"{folder}: holds other things than an earlier demo; expected a new name or an empty folder")
    for name in ("handins", "runs"):
        shutil.rmtree(folder / name, ignore_errors=True)


def to_table(outcomes: Sequence[Outcome]) -> Table:
    """Return the outcomes as a table: student, status, points, and whether they are as expected."""
    table = Table("student", "status", "points", "expected", title="the embedded class")
    for outcome in outcomes:
        wanted = f"{' '.join(sorted(outcome.expected.words))}, {outcome.expected.points}"
        table.add_row(
            outcome.student,
            " ".join(outcome.words),
            str(outcome.total),
            "yes" if outcome.holds else f"[red]NO: {wanted}[/red]",
        )
    counts = Counter(outcome.holds for outcome in outcomes)
    table.caption = f"{counts[True]} of {len(outcomes)} as expected"
    return table
