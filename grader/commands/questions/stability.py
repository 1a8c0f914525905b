"""`hw9 questions stability`: measure every claim in float32 and with rounded weights, on every seed."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from rich.table import Table

from assignment.course import Course
from assignment.fixable import FixableError
from assignment.provenance import digest_outputs, save_provenance
from grader.commands.questions.options import add_computing, add_storing
from grader.commands.questions.reruns import show_reruns
from grader.commands.terminal.kept import check_folders
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import print_faults, say, show_table
from questions.bank import load_bank
from questions.canonical import load_canonicals
from questions.key import Decision, Place, decide_all
from questions.proof.rerun import load_reruns, run_all
from questions.proof.shard import Shard
from questions.proof.stability import (
    Steadiness,
    compute_all_steadiness,
    find_stability_faults,
    make_reruns,
    measure,
    save_stability,
)
from questions.proof.stored import VERBS

ABOUT = """Measure every claim in float32 and with weights rounded to bfloat16, on every seed, and compare how far that
moves its value with how far the value is from the claim's bound. It says first how long it will take, and keeps what
it computed in --cache. It exits with 1 where a choice could change sides.

Several machines share the work: each computes a part with --shard, and judges nothing; once all parts lie in one
--cache, the command without --shard finds everything computed.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "stability",
        _start,
        says="measure every claim in float32 and with weights rounded to bfloat16",
        about=ABOUT,
        examples=("hw9 questions stability --shard 1/2 --cache reruns", "hw9 questions stability --write"),
    )
    add_storing(parser, "it for `hw9 questions check`")
    add_computing(parser)


def _start(options: argparse.Namespace) -> int:
    if options.write and not options.shard.whole:
        raise FixableError("--write: a --shard judges nothing; expected it without, once all parts are there")
    return stability(
        shard=options.shard,
        out=(options.out or options.course.proofs) if options.write else None,
        device=options.device,
        cache=options.cache,
        course=options.course,
    )


def stability(*, out: Path | None, device: str, cache: Path, course: Course, shard: Shard) -> int:
    """Measure the claims under small changes, store that in `out` if given; 1 where the key does not stand.

    A part of the whole is only computed.
    """
    check_folders(cache, *([out] if out else []))
    questions, canonicals = load_bank(course), load_canonicals(course)
    decisions, faults = decide_all(questions, canonicals)
    variants = make_reruns(tuple(canonicals), device)
    reruns = shard.pick([one for ones in variants.values() for one in ones])
    with show_reruns("stability", reruns, course, cache) as tick:
        folders = dict(zip(reruns, run_all(reruns, course, cache=cache, tick=tick), strict=True))
    if not shard.whole:
        say(f"{len(reruns)} runs of part {shard.number} of {shard.count} are in {cache}; nothing is judged yet")
        return 0
    runs = {
        name: load_reruns(ones, [folders[one] for one in ones], course, canonicals) for name, ones in variants.items()
    }
    measured = measure(course.name, questions, runs)
    steadiness = compute_all_steadiness(questions, decisions, measured)
    show_table(to_table(steadiness, decisions))
    if out:
        say(f"wrote {save_stability(measured, out)}")
        save_provenance(out, {VERBS["stability"]: digest_outputs(course)})
    return print_faults([*faults, *find_stability_faults(questions, steadiness)])


def to_table(steadiness: Mapping[Place, Steadiness], decisions: Mapping[Place, Decision]) -> Table:
    """Return a row per choice, red where it could change sides."""
    table = Table("choice", "smallest distance", "spread", "distance / spread", "margin")
    for (name, letter), its in steadiness.items():
        row = (f"{name} {letter}", f"{its.smallest:.4g}", f"{its.spread:.3g}", f"{its.ratio:.3g}")
        table.add_row(*row, f"{decisions[name, letter].margin:g}", style="red" if its.ratio < 1 else None)
    return table
