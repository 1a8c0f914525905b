"""The verbs that prove the bank: `mutate`, `stability`, `recheck`, `rekey`. They run the reference in processes."""

import argparse
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from assignment.arrays import GROUPS
from assignment.fixable import Fault, FixableError, check_all, show_value
from grader.commands.options import print_faults
from questions.bank import load_bank
from questions.canonical import load_canonicals
from questions.key import find_decisions, find_key
from questions.proof.matrix import PROOF_FOLDER, Matrix, find_flipped, find_matrix_faults, make_matrix, save_matrix
from questions.proof.matrix_picture import save_picture
from questions.proof.mutants.registry import MUTANTS
from questions.proof.recheck import SEED, find_changes, recompute
from questions.proof.rekey import Rekeyed, rekey
from questions.proof.rerun import CACHE_FOLDER, Rerun, find_edit_faults, load_reruns, run_all
from questions.proof.stability import (
    find_all_steadiness,
    find_stability_faults,
    make_reruns,
    measure,
    save_stability,
)

OUT = Console(highlight=False)
EXAMPLES = {
    "mutate": "hw9 questions mutate --only saliency smoothgrad",
    "stability": "hw9 questions stability --write",
    "recheck": "hw9 questions recheck",
    "rekey": "hw9 questions rekey --profile course",
}


def add_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> list[argparse.ArgumentParser]:
    """Add the verbs that prove the bank and return their parsers."""

    def add(name: str, does: str) -> argparse.ArgumentParser:
        about = f"{does[0].upper()}{does[1:]}."
        return verbs.add_parser(name, help=does, description=about, epilog=f"example: {EXAMPLES[name]}")

    mutate = add("mutate", "run plausible mistakes and see which questions tell them from the truth")
    mutate.add_argument("--only", nargs="+", metavar="NAME", help="mutants whose names begin so; writes nothing")
    mutate.add_argument("--write", action="store_true", help="store the matrix: mutation.yaml, .csv, .md and .png")
    mutate.add_argument(
        "--out", type=Path, default=PROOF_FOLDER, metavar="DIR", help="where to (default: questions/proofs)"
    )
    mutate.add_argument("--list", action="store_true", help="only name the mutants and say what was done wrong")
    stability = add("stability", "measure every claim in float32 and with weights rounded to bfloat16")
    stability.add_argument("--write", action="store_true", help="store it for `hw9 questions check`")
    stability.add_argument(
        "--out", type=Path, default=PROOF_FOLDER, metavar="DIR", help="where to (default: questions/proofs)"
    )
    recheck = add("recheck", "compute the key with today's reference code, and say which questions change")
    recheck.add_argument("--only", nargs="+", choices=GROUPS, default=list(GROUPS), metavar="GROUP",
                         help=f"only these groups of Outputs: {', '.join(GROUPS)}")  # fmt: skip
    for verb in (mutate, stability, recheck):
        verb.add_argument("--device", choices=["cpu", "cuda"], default="cpu", help="where to compute (default: cpu)")
        keep = "where what was computed is kept, so that a stopped run goes on (default: build/reruns)"
        verb.add_argument("--cache", type=Path, default=CACHE_FOLDER, metavar="DIR", help=keep)
    rekey_ = add("rekey", "show what another profile's models do to each question")
    rekey_.add_argument("--from", dest="before", default="mini", metavar="PROFILE",
                        help="whose key is today's (default: mini)")  # fmt: skip
    return [mutate, stability, recheck, rekey_]


def mutate(args: argparse.Namespace) -> int:
    """Run the mutants and print the matrix; 1 where it has a fault."""
    names = "expected how a name in `hw9 questions mutate --list` begins"
    check_all(f"--only: {show_value(begin)}: no mutant begins so; {names}" for begin in args.only or ()
              if not any(one.name.startswith(begin) for one in MUTANTS))  # fmt: skip
    chosen = [one for one in MUTANTS if not args.only or one.name.startswith(tuple(args.only))]
    if args.list:
        for one in chosen:
            print(f"{one.name}: {one.mistake}" + (f" [equivalent: {one.equivalent}]" if one.equivalent else ""))
        return 0
    if args.write and args.only:
        raise FixableError("--write: with --only the matrix is in part; expected one of the two")
    _check_folders(args)
    check_all(fault for one in chosen for fault in find_edit_faults(one.edits))  # before the controls are computed
    bank, canonicals = load_bank(args.bank), load_canonicals(args.profile, args.canonical)
    key, start = find_key(bank, canonicals), time.perf_counter()
    touched = tuple(group for group in GROUPS if any(group in one.groups for one in chosen))

    with _progress("mutants", len(touched) + len(chosen)) as tick:

        def find_all(reruns: Sequence[Rerun]) -> list[dict[str, str]]:
            folders = run_all(reruns, args.profile, cache=args.cache, tick=tick)
            pairs = zip(reruns, folders, strict=True)
            found = (load_reruns([rerun], [folder], args.profile, canonicals)[SEED] for rerun, folder in pairs)
            return [find_flipped(bank, key, outputs, SEED) for outputs in found]

        controls = find_all([Rerun(groups=(group,), device=args.device) for group in touched])
        _check_controls(dict(zip(touched, controls, strict=True)))
        flipped = find_all([one.to_rerun(args.device) for one in chosen])
    matrix = make_matrix(args.profile, bank, chosen, flipped)
    _print_matrix(matrix)
    OUT.print(f"{len(chosen)} mutants in {time.perf_counter() - start:.0f} s; mutation score {matrix.score:.3f}")
    if args.write:
        for path in [*save_matrix(matrix, bank, args.out), save_picture(matrix, bank, args.out)]:
            OUT.print(f"wrote {path}", soft_wrap=True)
    return print_faults([] if args.only else list(find_matrix_faults(matrix, bank)))


def _check_folders(args: argparse.Namespace) -> None:
    """Raise FixableError, before anything is computed, where what is computed could not be stored."""
    for folder in (args.cache, args.out) if getattr(args, "write", False) else (args.cache,):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FixableError(f"{folder}: {error.strerror}; expected a folder that can be written") from None
        if not os.access(folder, os.W_OK):
            raise FixableError(f"{folder}: no permission; expected a folder that can be written")


def _check_controls(controls: dict[str, dict[str, str]]) -> None:
    """Raise FixableError where the unchanged reference, run as the mutants are, gives another key."""
    wrong = {group: flipped for group, flipped in controls.items() if flipped}
    if wrong:
        raise FixableError(
            *(
                f"{group}: without any mistake today's reference gives another key for {', '.join(flipped)}; "
                "expected the same: see `hw9 questions recheck`"
                for group, flipped in wrong.items()
            )
        )


def _print_matrix(matrix: Matrix) -> None:
    for one in matrix.mutants:
        caught = ", ".join(f"{name} ({letters})" for name, letters in one.flipped.items())
        missed = "[dim]equivalent[/dim]" if one.equivalent else "[red]caught by nobody[/red]"
        OUT.print(f"{one.name}: {caught or missed}: {one.mistake}", soft_wrap=True)


def stability(args: argparse.Namespace) -> int:
    """Measure the claims under small changes; 1 where the key does not stand."""
    _check_folders(args)
    bank, canonicals = load_bank(args.bank), load_canonicals(args.profile, args.canonical)
    decisions, faults = find_decisions(bank, canonicals)
    variants = make_reruns(tuple(canonicals), args.device)
    with _progress("stability", sum(map(len, variants.values()))) as tick:
        folders = {name: run_all(ones, args.profile, cache=args.cache, tick=tick) for name, ones in variants.items()}
    runs = {name: load_reruns(ones, folders[name], args.profile, canonicals) for name, ones in variants.items()}
    measured = measure(args.profile, bank, runs)
    steadiness = find_all_steadiness(bank, decisions, measured)
    table = Table("choice", "smallest distance", "spread", "distance / spread", "margin")
    for (name, letter), its in steadiness.items():
        row = (f"{name} {letter}", f"{its.smallest:.4g}", f"{its.spread:.3g}", f"{its.ratio:.3g}")
        table.add_row(*row, f"{decisions[name, letter].margin:g}", style="red" if its.ratio < 1 else None)
    OUT.print(table)
    if args.write:
        OUT.print(f"wrote {save_stability(measured, args.out)}", soft_wrap=True)
    return print_faults([*faults, *find_stability_faults(bank, steadiness)])


def recheck(args: argparse.Namespace) -> int:
    """Compute the key with today's reference code; 1 where a question changes."""
    _check_folders(args)
    bank, canonicals = load_bank(args.bank), load_canonicals(args.profile, args.canonical)
    key = find_key(bank, canonicals)
    with _progress("reference", len(args.only)) as tick:
        outputs = recompute(args.profile, canonicals, groups=args.only, device=args.device, cache=args.cache, tick=tick)
    changes = find_changes(bank, key, outputs)
    faults = [
        Fault(
            (*bank.places[one.question], f"choice {one.letter}"),
            f"{'right' if one.was else 'wrong'} by the stored Outputs, otherwise by today's reference code: "
            f"{one.claim}, {one.found}; expected the same (mend the code, or bless it with `hw9 reference --write` "
            "and look at the question)",
        )
        for one in changes
    ]
    if not faults:
        part = "" if set(args.only) == set(GROUPS) else f" (anew: {', '.join(args.only)}; the rest as stored)"
        OUT.print(f"{len(bank.ids)} questions have the same key by today's reference code{part}", soft_wrap=True)
    return print_faults(faults)


def rekey_profile(args: argparse.Namespace) -> int:
    """Show each question under another profile; 1 where one of them has no key there."""
    bank = load_bank(args.bank)
    letters = find_key(bank, load_canonicals(args.before, args.canonical)).letters
    found = rekey(bank, letters, load_canonicals(args.profile, args.canonical))
    OUT.print(to_table(found, args.before, args.profile))
    valid = sum(one.after is not None for one in found)
    changed = sum(one.changed for one in found if one.after is not None)
    OUT.print(f"{valid} of {len(found)} questions are valid on {args.profile}, {changed} of them with another key")
    for one in found:
        for fault in one.faults:
            OUT.print(str(fault), markup=False, soft_wrap=True)
    return 0 if valid == len(found) else 1


def to_table(found: Sequence[Rekeyed], before: str, after: str) -> Table:
    """Return a row a question: its key on both profiles, and how near the closest claim is to tipping over."""
    table = Table("question", f"key on {before}", f"key on {after}", "margins", "what changes")
    for one in found:
        word = "not valid" if one.after is None else "another key" if one.changed else ""
        table.add_row(one.question, one.before, one.after or "-", f"{one.ratio:.2f}", word)
    return table


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=total)
        yield lambda _: progress.advance(task)


VERBS = {"mutate": mutate, "stability": stability, "recheck": recheck, "rekey": rekey_profile}
