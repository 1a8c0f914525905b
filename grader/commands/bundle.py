"""`hw9 bundle`: write the zip file that students need together with the notebook."""

import argparse
from pathlib import Path

from assignment.course import Course
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import print_notes, say
from grader.release.badge import to_badge
from grader.release.bundle import has_outputs, write_bundle
from grader.release.hosted import HOSTED_NAME, write_hosted


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
    """Write the bundle; where the course has an address, what belongs there too, and say what to do with it."""
    if not has_outputs(course):
        made = f"`hw9 reference{course.option} --write` makes them"
        print_notes([f"no canonical Outputs, so no self-check in the bundle: {made}"])
    hosted = write_hosted(folder, course)
    say(f"wrote {write_bundle(folder, course)}")
    if hosted is not None:
        size, more = f"{len(hosted.data) / 1e6:.1f} MB", f"{hosted.brought_bytes / 1e6:.1f} MB"
        say(f"wrote {folder / HOSTED_NAME}: {size}, to be put at {hosted.address}")
        if hosted.brought:
            say(f"  not in it, {more}: {', '.join(asset.path for asset in hosted.brought)}: from where lock.yaml says")
        say(f"wrote {folder / course.notebook.name}: the notebook that opens alone and brings that file")
        if badge := to_badge(course):
            say(f"its badge: {badge}")
    return 0
