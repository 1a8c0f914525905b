"""`hw9 questions blueprint`: what each question asks, of which slide, what it detects, and how hard it is to read."""

import argparse

from rich.table import Table

from assignment.course import Course
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import print_faults, say, show_table
from questions.bank import load_bank
from questions.canonical import load_canonicals
from questions.explore.blueprint import BlueprintRow, make_blueprint
from questions.key import decide_all
from questions.proof.stored import load_proof

ABOUT = """Print what the questions test, a line each: what it takes to answer (look, change one argument, compare, own
code, or a concept that theory settles), the theme and its slide, how many of the stored mistakes it detects, and how
far its nearest choice is from its bound, in units of what a printed number or an eye resolves. It names no letter.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    add_verb(
        verbs,
        "blueprint",
        _start,
        says="say what each question asks, of which slide, what it detects, and how hard it is to read",
        about=ABOUT,
        examples=("hw9 questions blueprint", "hw9 questions blueprint --course ../my-course"),
    )


def _start(options: argparse.Namespace) -> int:
    return blueprint(course=options.course)


def blueprint(*, course: Course) -> int:
    """Print the table; 1 where a question has no key."""
    bank = load_bank(course)
    decisions, faults = decide_all(bank, load_canonicals(course))
    table = Table(box=None, header_style="bold")
    for column in HEAD[:-2]:
        table.add_column(column)
    for column in HEAD[-2:]:
        table.add_column(column, justify="right")
    rows = [to_cells(row) for row in make_blueprint(bank, decisions, load_proof(course.proofs).matrix)]
    for cells in rows:
        table.add_row(*cells)
    show_table(table)
    say(
        "nearest: distance of the nearest choice from its bound, in units of what is printed or seen; 3 or more is easy"
    )
    return print_faults(faults)


HEAD = ("question", "asks", "theme", "slide", "detects", "nearest")


def to_cells(row: BlueprintRow) -> tuple[str, ...]:
    """Return a row as text; ? where a figure is not known."""
    detects = "?" if row.detects is None else str(row.detects)
    nearest = "?" if row.nearest is None else f"{row.nearest:.0f}"
    return (f"{row.question.number} {row.question.id}", row.question.asks, row.theme, row.slide, detects, nearest)
