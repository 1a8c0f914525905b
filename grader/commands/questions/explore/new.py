"""`hw9 questions new ANALYSIS`: a skeleton question at the end of the bank's file of an analysis."""

from assignment.course import Course
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import say
from grader.files.output import save_output
from questions.explore.drafts.skeleton import add_skeleton, find_bank_file


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "new",
        lambda options: new(course=options.course, analysis=options.analysis),
        says="write a skeleton question into the bank's file of an analysis",
        examples=("hw9 questions new lime --course ../mine",),
    )
    parser.add_argument("analysis", metavar="ANALYSIS", help="such as lime")


def new(*, course: Course, analysis: str) -> int:
    """Write a question to be filled in; FixableError where the file holds as many as the settings say."""
    path = find_bank_file(course, analysis)
    name, text = add_skeleton(course, analysis)
    save_output(path, text.encode("utf-8"))
    say(f"wrote {name} at the end of {path}: fill it in, then `hw9 questions check{course.option}`")
    return 0
