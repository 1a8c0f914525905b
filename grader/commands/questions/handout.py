"""`hw9 questions handout DIR`: what students get on paper, without answers."""

import argparse
from pathlib import Path

from assignment.course import Course
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import say
from grader.files.output import save_output
from questions.bank import load_bank
from questions.handout.page import list_files, make_handout

ABOUT = """Write the handout for students: handout.html, one page to print (A4) or to read on a screen, with its
pictures inside; handout.md, with its pictures as files. English stands above Traditional Chinese. No answer, claim or
reason is in it.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "handout",
        _start,
        says="write the students' handout: a page to print, and Markdown",
        about=ABOUT,
        examples=("hw9 questions handout dist/handout",),
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to write it; made when missing")


def _start(options: argparse.Namespace) -> int:
    return handout(folder=options.folder, course=options.course)


def handout(*, folder: Path, course: Course) -> int:
    """Write the handout's files."""
    found = make_handout(load_bank(course), course.assignment, course.profile)
    for name, data in list_files(found):
        save_output(folder / name, data)
    blocks = sum(len(topic.blocks) for topic in found.topics)
    say(f"wrote {folder / 'handout.html'}: {blocks} questions, {len(found.pictures)} pictures")
    return 0
