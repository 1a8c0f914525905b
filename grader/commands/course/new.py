"""`hw9 course new`: the folder of a new course, each line of it explained."""

import argparse
from datetime import date
from pathlib import Path

from assignment.assignment import Bilingual
from assignment.authoring.skeleton import Beginning, create_course
from assignment.authoring.workflow import WORKFLOWS
from assignment.fixable import parse_as
from grader.commands.course.ci import NEXT
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import say


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "new",
        _start,
        says="make the folder of a new course: settings, texts and a question to edit",
        examples=(
            "hw9 course new bakery --title-en 'Bread and its like' --title-zh 麵包之類",
            "hw9 course new bakery --ci github",
        ),
        opens=False,
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="its folder, new or empty; its name is the course's")
    parser.add_argument("--title-en", default="Explainable AI", metavar="TEXT", help="title (default: Explainable AI)")
    parser.add_argument("--title-zh", default="可解釋人工智慧", metavar="TEXT", help="標題（預設：可解釋人工智慧）")
    told = "also write the workflow of its own repository (`hw9 course ci` does so later)"
    parser.add_argument("--ci", choices=list(WORKFLOWS), help=told)


def _start(options: argparse.Namespace) -> int:
    title = parse_as(Bilingual, {"en": options.title_en, "zh": options.title_zh}, "--title")
    create_course(options.folder, Beginning(title, date.today(), options.ci))
    say(
        f"wrote {options.folder}; next: edit {options.folder / 'course.yaml'}; {options.folder / 'README.md'} says more"
    )
    if options.ci:
        say(f"wrote {options.folder / WORKFLOWS[options.ci]}; next: {NEXT}")
    return 0
