"""`hw9 explorer`: the attention explorer as one HTML page, with the sentences of the questions."""

import argparse
from pathlib import Path

from assignment.agreement.agree import CANONICAL_SEED
from assignment.course import Course
from assignment.fixable import Fault, FixableError
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import say
from grader.release.explorer import export_explorer
from questions.canonical import load_canonical
from questions.measures.attention import SCORED_FUNCTIONS


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "explorer",
        _start,
        says="write the attention explorer as one HTML page that needs no server and no network",
        examples=("hw9 explorer explorer.html",),
    )
    parser.add_argument("out", type=Path, metavar="FILE", help="the page; folders are made when missing")


def _start(options: argparse.Namespace) -> int:
    return explorer(out=options.out, course=options.course)


def explorer(*, out: Path, course: Course) -> int:
    """Write the page."""
    canonical = load_canonical(course, CANONICAL_SEED)
    if missing := [name for name in ("score", "chance") if ("attention", name) not in canonical]:
        expected = f"expected what `hw9 reference{course.option} --write` computes"
        says = f"attention: {', '.join(missing)}: missing; {expected}"
        raise FixableError(Fault((str(course.canonical),), says))
    scores, chances = (canonical["attention", name] for name in ("score", "chance"))
    functions = {
        name: (score, float(chance)) for name, score, chance in zip(SCORED_FUNCTIONS, scores, chances, strict=True)
    }
    sentences = [one.plain for one in course.profile.texts.attention]
    page = export_explorer(course, sentences, out, functions)
    say(f"wrote {page} ({page.stat().st_size / 2**20:.1f} MB)")
    return 0
