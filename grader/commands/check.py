"""`hw9 check`: run one's own notebook and say what the grader will find. It knows no key."""

import argparse
from pathlib import Path

from assignment.course import Course
from assignment.selfcheck.check import check_notebook
from assignment.selfcheck.screen import show_cell
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import say
from grader.release.selfcheck import make_known

ABOUT = """Run a notebook from top to bottom in an empty folder, on this machine and without a sandbox: your own, and no
other. It prints what `hw9 look` prints, then for each analysis whether the saved arrays agree with the reference's in
the grader's limits, or by how much they differ and which known mistake that looks like, and what will be graded. It
uses no key, so it says of no answer whether it is right. It exits with 1 where there is something to mend.

Students have the same in hw9-student.zip: `python hw9.py check NOTEBOOK`.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "check",
        _start,
        says="run your own notebook here and say whether its arrays agree with the reference, without the key",
        about=ABOUT,
        examples=("hw9 check my-homework.ipynb",),
    )
    parser.add_argument(
        "notebook", type=Path, metavar="NOTEBOOK", help="your own notebook; it is run without a sandbox"
    )


def _start(options: argparse.Namespace) -> int:
    return check(notebook=options.notebook, course=options.course)


def check(*, notebook: Path, course: Course) -> int:
    """Run the notebook and say what is found; 1 where there is something to mend."""
    seen = check_notebook(notebook, make_known(course), course, show_cell)
    for line in seen.lines:
        say(line)
    return 0 if seen.fine else 1
