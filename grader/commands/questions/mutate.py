"""`hw9 questions mutate`: run plausible mistakes in the analyses, and see which questions detect them."""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from assignment.course import Course
from assignment.fixable import FixableError, check_all, show_value
from assignment.outputs import Outputs
from assignment.provenance import digest_outputs, save_provenance
from grader.commands.questions.options import add_computing, add_storing
from grader.commands.questions.reruns import show_reruns
from grader.commands.terminal.kept import check_folders
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import OUT, print_faults, say
from questions.bank import load_bank
from questions.canonical import load_canonicals
from questions.proof.matrix import Matrix, find_matrix_faults, save_matrix
from questions.proof.mutant import Mutant
from questions.proof.mutants.registry import MUTANTS
from questions.proof.mutation import compute_matrix, list_reruns
from questions.proof.recheck import SEED
from questions.proof.rerun import find_edit_faults
from questions.proof.signatures import FILE_NAME, Signatures, save_signatures, sign_mutant
from questions.proof.stored import VERBS

ABOUT = """Make each of the mistakes that a student could make in an analysis, run the reference with it, and see which
questions detect it: those of which a choice changes sides. It says first how long it will take, and keeps what it
computed in --cache. It exits with 1 where the matrix has a fault, such as a question that detects too few.

Several machines share the work: each computes a part with --shard; once all parts lie in one --cache, the command
without --shard finds everything computed.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "mutate",
        _start,
        says="run plausible mistakes in the analyses and see which questions detect them",
        about=ABOUT,
        examples=(
            "hw9 questions mutate --only saliency smoothgrad",
            "hw9 questions mutate --shard 2/4 --cache reruns",
            "hw9 questions mutate --write --cache reruns",
        ),
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help="mutants whose names begin so; writes nothing")
    parser.add_argument("--list", action="store_true", help="only name the mutants, with the words for students")
    add_storing(parser, "the matrix: mutation.yaml, .csv, .md and .png, and mistakes.json for the self-check")
    add_computing(parser)


def _start(options: argparse.Namespace) -> int:
    chosen = choose_mutants(options.only)
    if options.list:
        return list_mutants(chosen)
    if options.write and options.only:
        raise FixableError("--write: with --only the matrix is in part; expected one of the two")
    if options.write and not options.shard.whole:
        raise FixableError("--write: with --shard the matrix is in part; expected it without, once all parts are there")
    return mutate(
        chosen=options.shard.pick(chosen),
        out=(options.out or options.course.proofs) if options.write else None,
        device=options.device,
        cache=options.cache,
        course=options.course,
    )


def choose_mutants(only: Sequence[str] | None) -> tuple[Mutant, ...]:
    """Return the mutants whose names begin with one of `only`, all without it; FixableError where none begins so."""
    names = "expected how a name in `hw9 questions mutate --list` begins"
    check_all(
        f"--only: {show_value(begin)}: no mutant begins so; {names}"
        for begin in only or ()
        if not any(one.name.startswith(begin) for one in MUTANTS)
    )
    return tuple(one for one in MUTANTS if not only or one.name.startswith(tuple(only)))


def list_mutants(chosen: Sequence[Mutant]) -> int:
    """Name the mutants: what was done wrong, and below it the words that a student may be told."""
    for one in chosen:
        say(f"{one.name}: {one.mistake}" + (f" [equivalent: {one.equivalent}]" if one.equivalent else ""))
        say(f"    {one.says.en} | {one.says.zh}")
    return 0


def mutate(
    *,
    chosen: Sequence[Mutant],
    out: Path | None,
    device: str,
    cache: Path,
    course: Course,
) -> int:
    """Run the mutants, print the matrix and store it in `out` if given; 1 where a whole matrix has a fault."""
    check_folders(cache, *([out] if out else []))
    check_all(fault for one in chosen for fault in find_edit_faults(one.edits))  # before anything is computed
    questions, canonicals, start = load_bank(course), load_canonicals(course), time.perf_counter()
    signed: dict[str, Signatures] = {}

    def see(mutant: Mutant, outputs: Outputs) -> None:
        signed[mutant.name] = sign_mutant(mutant, outputs, canonicals[SEED], course)

    with show_reruns("mutate", list_reruns(chosen, device), course, cache) as tick:
        matrix = compute_matrix(chosen, course, questions, canonicals, device=device, cache=cache, tick=tick, see=see)
    _show(matrix)
    OUT.print(f"{len(chosen)} mutants in {time.perf_counter() - start:.0f} s; mutation score {matrix.score:.3f}")
    if out:
        from questions.proof.matrix_picture import save_picture  # here: it loads matplotlib

        for path in [*save_matrix(matrix, questions, out), save_picture(matrix, questions, out)]:
            say(f"wrote {path}")
        say(f"wrote {save_signatures(course.name, {one.name: signed[one.name] for one in chosen}, out)}")
        save_provenance(out, dict.fromkeys((VERBS["mutate"], FILE_NAME), digest_outputs(course)))
    whole = len(chosen) == len(MUTANTS)
    least = course.assignment.least_mutation_score
    return print_faults(find_matrix_faults(matrix, questions, least) if whole else ())


def _show(matrix: Matrix) -> None:
    for one in matrix.mutants:
        caught = ", ".join(f"{name} ({letters})" for name, letters in one.flipped.items())
        missed = ("equivalent", "dim") if one.equivalent else ("caught by nobody", "red")
        OUT.print(Text.assemble(f"{one.name}: ", caught or missed, f": {one.mistake}"), soft_wrap=True)
