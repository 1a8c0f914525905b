"""`hw9 questions measures`: what can be measured, and what each argument may be on a course."""

from assignment.course import Course
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import say
from questions.axes import list_axes
from questions.explore.catalogue import list_entries


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    add_verb(
        verbs,
        "measures",
        lambda options: measures(course=options.course),
        says="list what can be measured, with every argument, unit and range",
        examples=("hw9 questions measures", "hw9 questions measures --course ../mine"),
    )


def measures(*, course: Course) -> int:
    """Print every measure, its unit and range, and what each of its arguments may be on this course."""
    for entry in list_entries(list_axes(course)):
        quantity = entry.quantity
        say(f"{entry.name}: {entry.says}")
        say(f"    unit: {quantity.en} ({quantity.zh}); range: {quantity.range}")
        for name, may_be in entry.arguments.items():
            say(f"    {name}: {may_be}")
    return 0
