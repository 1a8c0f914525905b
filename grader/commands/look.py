"""`hw9 look`: what the grader will read in a notebook. It runs nothing and knows no key."""

import argparse
from pathlib import Path

from assignment.course import Course
from assignment.fixable import load_file
from assignment.selfcheck.look import look_at
from assignment.sheet.notebook import MOST_BYTES, MOST_CELLS, parse_notebook
from assignment.sheet.sheet import CELL_LIMIT
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import say
from questions.bank import load_bank
from questions.sheet import find_asked

ABOUT = f"""Print which answers the grader reads in a notebook, and which of the released cells were changed, moved or
removed. It runs nothing and uses no key, so it says of no answer whether it is right. It exits with 1 where an answer
is blank or cannot be read, or a released cell was changed. It reads as run and score do, with their limits:
{MOST_BYTES // 2**20} MiB a file, {MOST_CELLS} cells, {CELL_LIMIT // 1024} KiB a cell. Saved outputs are not read.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "look",
        _start,
        says="print which answers the grader reads in a notebook, without running it or using the key",
        about=ABOUT,
        examples=("hw9 look my-homework.ipynb",),
    )
    parser.add_argument("notebook", type=Path, metavar="NOTEBOOK", help="a notebook, such as your own before it is due")


def _start(options: argparse.Namespace) -> int:
    return look(notebook=options.notebook, course=options.course)


def look(*, notebook: Path, course: Course) -> int:
    """Say what the grader will read; 1 where there is something to mend."""
    seen = look_at(
        notebook,
        find_asked(load_bank(course)),
        parse_notebook(load_file(course.released, MOST_BYTES, "the released notebook")),
    )
    for line in seen.lines:
        say(line)
    return 0 if seen.fine else 1
