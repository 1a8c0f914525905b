"""`hw9 course`: the parser of its verbs."""

import argparse
from types import ModuleType

from grader.commands.course import check, ci, fetch, masks, model, new, pictures, texts
from grader.commands.terminal.options import Verbs

ABOUT = """Make a course of your own: your pictures, models, texts and questions, in one folder.

assignment/authoring/README.md walks through it.
"""
EPILOG = """examples:
  hw9 course new bakery
  hw9 course pictures --course bakery photographs/
  hw9 course ci github --course bakery
"""
MODULES: tuple[ModuleType, ...] = (
    new,
    pictures,
    masks,
    model,
    texts,
    fetch,
    check,
    ci,
)


def add_parser(verbs: Verbs) -> None:
    """Add the verb `course`, which has verbs of its own."""
    parser = verbs.add_parser(
        "course",
        help="make a course of your own",
        description=ABOUT,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    own = parser.add_subparsers(dest="course_verb", required=True, metavar="VERB")
    for module in MODULES:
        module.add_parser(own)
