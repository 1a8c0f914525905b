"""`hw9 questions lessons FILE`: after the deadline, the answers, their reasons, and what follows from them."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from assignment.course import Course
from assignment.fixable import FixableError
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import say
from grader.files.output import save_output
from questions.bank import load_bank
from questions.canonical import load_canonicals
from questions.handout.lessons import load_lessons, render_lessons
from questions.key import compute_key
from questions.moment import show_moment

ABOUT = """Write one page for students after the deadline: every question with its right choices and the reason of
each, and above each group what its answers, taken together, say of the method and of the model. It gives the key away,
so before the deadline it is written only with --early.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "lessons",
        _start,
        says="after the deadline: write the answers, their reasons, and what follows from each group",
        about=ABOUT,
        examples=("hw9 questions lessons dist/lessons.html", "hw9 questions lessons draft.html --early"),
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the page to write, such as dist/lessons.html")
    parser.add_argument("--early", action="store_true", help="write it before the deadline, for staff alone")


def _start(options: argparse.Namespace) -> int:
    return write_lessons(file=options.file, early=options.early, course=options.course)


def write_lessons(*, file: Path, early: bool, course: Course, now: datetime | None = None) -> int:
    """Write the page; FixableError before the deadline unless `early`."""
    deadline = course.assignment.deadline
    if not early and (now or datetime.now(UTC)) < deadline:
        raise FixableError(
            f"deadline {show_moment(deadline, deadline)}: this page gives the key away; expected a run after it, or "
            "--early for staff"
        )
    bank = load_bank(course)
    lessons = load_lessons(bank, compute_key(bank, load_canonicals(course)).letters, course)
    save_output(file, render_lessons(lessons, course.assignment.title).encode())
    said = sum(one.says is not None for one in lessons)
    say(f"wrote {file}: {len(bank.ids)} questions, {said} of {len(lessons)} groups with a lesson")
    return 0
