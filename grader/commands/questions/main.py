"""`hw9 questions`: the parser of its verbs."""

import argparse

from grader.commands.questions import (
    check,
    clues,
    handout,
    leaks,
    lessons,
    mutate,
    qti,
    recheck,
    rekey,
    show,
    stability,
)
from grader.commands.questions.explore import blueprint, measures, new, schema, suggest, values
from grader.commands.terminal.options import Verbs

ABOUT = """Check the questions, prove their computed key, and hand them out.

Every choice of a question is a claim about numbers, so the key is computed from the canonical Outputs and nobody types
it. questions/README.md says how to write a question.
"""
EPILOG = """examples:
  hw9 questions check
  hw9 questions check --rules
  hw9 questions show saliency-2
  hw9 questions values --analysis lime --picture 6
  hw9 questions mutate --only saliency
  hw9 questions handout dist/handout
"""
MODULES = (
    *(check, leaks, clues, show, mutate, stability, recheck, rekey, handout, qti, lessons),
    *(blueprint, measures, values, suggest, new, schema),
)


def add_parser(verbs: Verbs) -> None:
    """Add the verb `questions`, which has verbs of its own."""
    parser = verbs.add_parser(
        "questions",
        help="check the questions, prove their computed key, hand them out",
        description=ABOUT,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    own = parser.add_subparsers(dest="questions_verb", required=True, metavar="VERB")
    for module in MODULES:
        module.add_parser(own)
