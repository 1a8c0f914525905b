"""`hw9 course`: the parser of its verbs."""

import argparse

from grader.commands.course import fetch
from grader.commands.terminal.options import Verbs

ABOUT = """Make a course of your own: a folder with its pictures, models, texts, questions and settings."""
EPILOG = """examples:
  hw9 course fetch --course winter
"""
MODULES = (fetch,)


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
