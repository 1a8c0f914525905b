"""`hw9 bundle`: write the zip file that students need together with the notebook."""

import argparse
from pathlib import Path

from assignment.course import Course
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import print_notes, say
from grader.release.bundle import has_outputs, write_bundle


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "bundle",
        _start,
        says="write hw9-student.zip: the notebook and all that it needs on a laptop or a hosted notebook",
        examples=("hw9 bundle dist/",),
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to write it; made when missing")


def _start(options: argparse.Namespace) -> int:
    return bundle(folder=options.folder, course=options.course)


def bundle(*, folder: Path, course: Course) -> int:
    """Write the bundle."""
    if not has_outputs(course):
        made = f"`hw9 reference{course.option} --write` makes them"
        print_notes([f"no canonical Outputs, so no self-check in the bundle: {made}"])
    say(f"wrote {write_bundle(folder, course)}")
    return 0
