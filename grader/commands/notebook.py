"""`hw9 notebook`: build the released notebook from its source, the setting and the questions, or check it."""

import argparse

from assignment.course import Course
from assignment.fixable import FixableError
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import say
from grader.files.output import save_output
from grader.release.badge import fill_badge
from grader.release.notebook import build_notebook
from questions.bank import load_bank


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "notebook",
        _start,
        says="build the released notebook from assignment/homework.py, the course and its questions",
        examples=("hw9 notebook --write", "hw9 notebook --check"),
    )
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--write", action="store_true", help="write it: homework.ipynb of the course")
    choice.add_argument("--check", action="store_true", help="exit with 1 where it is not what these give")


def _start(options: argparse.Namespace) -> int:
    return notebook(course=options.course, write=options.write)


def notebook(*, course: Course, write: bool) -> int:
    """Write the released notebook; without `write` check it."""
    built, place = build_notebook(load_bank(course), course), course.notebook
    if write:
        save_output(place, built.encode())
        say(f"wrote {place}")
        if filled := fill_badge(course):
            save_output(filled[0], filled[1].encode())
            say(f"wrote the badge into {filled[0]}")
        return 0
    found = course.read_released() if place.exists() else b""
    if found != built.encode():
        raise FixableError(
            f"{place}: is not what homework.py, the course and its bank give; expected "
            f"`hw9 notebook{course.option} --write`"
        )
    if filled := fill_badge(course):
        raise FixableError(
            f"{filled[0]}: badge: not that of the settings; expected `hw9 notebook{course.option} --write`"
        )
    return 0
