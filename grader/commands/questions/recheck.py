"""`hw9 questions recheck`: compute the key with today's reference code."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from assignment.arrays import GROUPS
from assignment.course import Course
from assignment.fixable import Fault
from grader.commands.questions.options import add_computing
from grader.commands.questions.reruns import show_reruns
from grader.commands.terminal.kept import check_folders
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import print_faults, say
from questions.bank import load_bank
from questions.canonical import load_canonicals
from questions.key import compute_key
from questions.proof.recheck import find_changes, list_reruns, recompute

ABOUT = """Compute the key with today's reference code instead of the stored Outputs, and name each choice that changes
sides. It exits with 1 where one does. It says first how long it will take, and keeps what it computed in --cache.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "recheck",
        _start,
        says="compute the key with today's reference code, and name the questions that change",
        about=ABOUT,
        examples=("hw9 questions recheck --only saliency smoothgrad", "hw9 questions recheck --shard 1/2"),
    )
    parser.add_argument(
        "--only",
        nargs="+",
        choices=GROUPS,
        default=list(GROUPS),
        metavar="GROUP",
        help=f"only these groups of Outputs: {', '.join(GROUPS)}",
    )
    add_computing(parser)


def _start(options: argparse.Namespace) -> int:
    return recheck(
        only=options.shard.pick(options.only),
        device=options.device,
        cache=options.cache,
        course=options.course,
    )


def recheck(*, only: Sequence[str], device: str, cache: Path, course: Course) -> int:
    """Compute the key with today's reference code; 1 where a question changes."""
    check_folders(cache)
    questions, canonicals = load_bank(course), load_canonicals(course)
    key = compute_key(questions, canonicals)
    with show_reruns("recheck", list_reruns(only, device=device), course, cache) as tick:
        outputs = recompute(course, canonicals, groups=only, device=device, cache=cache, tick=tick)
    faults = [
        Fault(
            (*questions.places[one.question], f"choice {one.letter}"),
            f"{'right' if one.was else 'wrong'} by the stored Outputs, otherwise by today's reference code: "
            f"{one.claim}, {one.found}; expected the same (mend the code, or bless it with `hw9 reference --write` "
            "and look at the question)",
        )
        for one in find_changes(questions, key, outputs)
    ]
    if not faults:
        part = "" if set(only) == set(GROUPS) else f" (anew: {', '.join(only)}; the rest as stored)"
        say(f"{len(questions.ids)} questions have the same key by today's reference code{part}")
    return print_faults(faults)
