"""`hw9 course ci`: the workflow of the course's own repository."""

import argparse

from assignment.authoring.workflow import WORKFLOWS, add_workflow
from grader.commands.course.options import add_course_verb, take_folder
from grader.commands.terminal.options import Verbs
from grader.commands.terminal.screen import say

NEXT = "push this folder as a private repository of its own, and set what the file's first lines name"


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_course_verb(
        verbs,
        "ci",
        _start,
        says="write the workflow that checks and proves the course in its own repository",
        examples=("hw9 course ci github --course bakery",),
    )
    parser.add_argument("kind", choices=list(WORKFLOWS), help=f"whose CI it is: {', '.join(WORKFLOWS)}")


def _start(options: argparse.Namespace) -> int:
    say(f"wrote {add_workflow(take_folder(options), options.kind)}; next: {NEXT}")
    return 0
