"""`hw9 questions schema FILE`: the JSON schema of a bank's file, for editors."""

import json
from pathlib import Path

from assignment.course import Course
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import say
from grader.files.output import save_output
from questions.axes import list_axes
from questions.explore.schema import make_bank_schema

ABOUT = """Write a JSON schema of a bank's file: with it an editor completes the names of measures and of their
arguments, and marks what is misspelt or what the course has not. For the YAML extension of VS Code, the first line of
a bank's file is then: # yaml-language-server: $schema=bank.schema.json
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "schema",
        lambda options: schema(course=options.course, file=options.file),
        says="write a JSON schema of a bank's file, for editors",
        about=ABOUT,
        examples=("hw9 questions schema bank.schema.json",),
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="where to")


def schema(*, course: Course, file: Path) -> int:
    """Write the schema for a course."""
    text = json.dumps(make_bank_schema(list_axes(course)), ensure_ascii=False, indent=2) + "\n"
    save_output(file, text.encode("utf-8"))
    say(f"wrote {file}")
    return 0
