"""`hw9 demo`: grade a made-up class of 18 students of a course, and compare what came with what was expected."""

import argparse
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.table import Table
from rich.text import Text

from assignment.course import Course
from assignment.fixable import FixableError
from grader.commands.run import execute
from grader.commands.score import keep_scored, score_class
from grader.commands.terminal.options import (
    RunOptions,
    Verbs,
    add_run_options,
    add_share,
    add_verb,
    take_run_options,
)
from grader.commands.terminal.screen import say, show_table
from grader.demo.members import CLASS
from grader.demo.outcomes import Outcome, compare_outcomes, load_rehearsal, write_handins
from grader.report.pages import write_reports
from grader.runs.intake import load_intake

CELL_SECONDS = 120  # the embedded course's endless loop is waited for this long; another's as long as its own limit

ABOUT = """Grade a made-up class of the course: 18 hand-ins, made from its released notebook and its key, of which some
are late, broken, endless or hostile. It prints for each of them whether the status and the points are those expected,
and exits with 1 where one is not. Before a course of your own is given to students, this rehearses it on this machine:
arrays that differ, limits that are too low. Of --members, the first few are ordinary ones and take a few minutes.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "demo",
        _start,
        says="grade a made-up class of the course: a rehearsal",
        about=ABOUT,
        examples=("hw9 demo", "hw9 demo /tmp/demo --jobs 2 --share", "hw9 demo --course ../mine --members 3"),
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
    parser.add_argument(
        "--members",
        type=int,
        choices=range(1, len(CLASS) + 1),
        metavar="N",
        help=f"only the first N hand-ins, 1 to {len(CLASS)} (default: all)",
    )
    add_run_options(parser)
    add_share(parser)


def _start(options: argparse.Namespace) -> int:
    how = replace(take_run_options(options), without_memory_group=True)  # its hand-ins are our own
    return demo(folder=options.folder, course=options.course, keep=options.keep, members=options.members, how=how)


def demo(*, folder: Path, course: Course, keep: bool, members: int | None, how: RunOptions) -> int:
    """Grade a made-up class of the course; the exit code says whether everything came as expected."""
    grading = load_rehearsal(course)
    handins, runs = folder / "handins", folder / "runs"
    if not keep:
        clear_demo(folder)
    expected = write_handins(handins, grading, members)
    usual = CELL_SECONDS if course.embedded else None
    execute(handins, runs, course, replace(how, cell_seconds=how.cell_seconds or usual))
    scored = score_class(load_intake(runs).submissions, runs, grading)
    keep_scored(scored, runs)
    outcomes = compare_outcomes(scored.records, expected)
    page = write_reports(runs, grading).page
    for note in scored.notes:
        say(note)
    show_table(to_table(outcomes, course.name))
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


def to_table(outcomes: Sequence[Outcome], course: str) -> Table:
    """Return the outcomes as a table: student, status, points, and whether they are as expected."""
    table = Table("student", "status", "points", "expected", title=f"the made-up class of {course}")
    for outcome in outcomes:
        wanted = f"{' '.join(sorted(outcome.expected.words))}, {outcome.expected.points}"
        table.add_row(
            outcome.student,
            " ".join(outcome.words),
            str(outcome.total),
            "yes" if outcome.holds else Text(f"NO: {wanted}", style="red"),
        )
    counts = Counter(outcome.holds for outcome in outcomes)
    table.caption = f"{counts[True]} of {len(outcomes)} as expected"
    return table
