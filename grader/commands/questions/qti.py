"""`hw9 questions qti FILE.zip`: a quiz for Canvas, with the key, for staff only."""

import argparse
from pathlib import Path

from assignment.course import Course
from assignment.fixable import FixableError, check_all
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import say
from grader.files.output import save_output
from questions.bank import list_worth, load_bank
from questions.canonical import load_canonicals
from questions.canvas.apart import find_merged
from questions.canvas.package import to_package
from questions.canvas.readback import find_differences, parse_package
from questions.key import compute_key

ABOUT = """Write a QTI 1.2 package that Canvas imports as a classic quiz (Settings, Import Course Content, QTI .zip
file). FOR STAFF ONLY: the package holds the key.

Canvas gives partial credit for questions with several right choices by default; in this homework a question counts only
if all the right choices and no other are chosen. So the package asks Canvas to post grades manually: students see no
points before you post them. Nobody has tried that on a running Canvas: look, before you publish, that the quiz's column
in the gradebook says "Manual". The points that count are those of `hw9 score HANDINS RUNS --responses FILE.csv`, which
reads the quiz's Student Analysis; `hw9 report RUNS --gradebook canvas --exported FILE.csv` puts them into the column.

The quiz closes at the deadline, its grace included, unless the course accepts late hand-ins: give a student with an
extension a later date in Canvas too. In New Quizzes each question asks for all or nothing.
"""
PUBLIC = (
    "WARNING: the key of these questions is public: the embedded course, its bank included, is in hw9's repository.\n"
    "For points that count, use questions of your own: hw9 questions qti FILE.zip --course DIR"
)


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "qti",
        _start,
        says="write a quiz for Canvas as a QTI package, key included: for staff only",
        about=ABOUT,
        examples=("hw9 questions qti quiz.zip",),
    )
    parser.add_argument("file", type=Path, metavar="FILE.zip", help="the package; folders are made when missing")


def _start(options: argparse.Namespace) -> int:
    return qti(file=options.file, course=options.course)


def qti(*, file: Path, course: Course) -> int:
    """Write the package, and compare what is read from it with the bank and its key."""
    if file.suffix.lower() != ".zip":
        raise FixableError(f"{file}: expected a name that ends in .zip, which is what Canvas imports")
    questions, assignment = load_bank(course), course.assignment
    check_all(find_merged(questions))
    key = compute_key(questions, load_canonicals(course))
    data = to_package(questions, key, course)
    points = list_worth(questions, assignment)
    check_all(find_differences(parse_package(data, str(file)), questions, points, key))
    save_output(file, data)
    say(f"wrote {file}: {len(points)} questions, {sum(points.values())} points, read back the same")
    if course.embedded:
        say(PUBLIC)
    say("It holds the key: for staff only. Canvas's own points give partial credit: before you publish, look that the")
    say('quiz\'s column in the gradebook says "Manual" (grade posting policy), for which the package asks.')
    say("The points that count: hw9 score HANDINS RUNS --responses FILE.csv (the quiz's Student Analysis report)")
    return 0
