"""What each verb of the command does: decide with the rooms' functions, then show. It prints, as `cli` does."""

import argparse
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from assignment.assignment import NOTEBOOK_FILE, Limits, load_assignment
from assignment.fixable import FixableError
from assignment.profile import load_profile
from grader.agreement.agree import CANONICAL_SEED
from grader.commands.progress import ShownProgress
from grader.demo.outcomes import Outcome, find_outcomes, write_handins
from grader.driver.drive import run_class
from grader.handins.look import look_at
from grader.handins.quiz import join_responses
from grader.handins.submission import find_submissions
from grader.release.bundle import write_bundle
from grader.release.explorer import export_explorer
from grader.release.notebook import build_notebook
from grader.report.pages import Course, write_reports
from grader.runs.folder import load_submissions
from grader.scoring.judge import find_leftovers, score_runs
from grader.scoring.scored import Scored
from questions.bank import load_bank
from questions.canonical import load_canonical, load_canonicals
from questions.canvas.responses import load_responses
from questions.key import find_key
from questions.measures.attention import FUNCTIONS

OUT = Console(highlight=False)
DEMO_CELL_SECONDS = 120  # the endless loop of the embedded class is waited for this long


def grade(options: argparse.Namespace) -> int:
    """Run, score and report a class."""
    if options.responses is not None:  # what is wrong with the report is said before hours of running, not after
        join_responses(find_submissions(options.handins), load_responses(options.responses, load_bank()))
    run(options)
    needed = score(options)
    report(options)
    return needed


def run(options: argparse.Namespace) -> int:
    """Execute the notebooks; the exit code says whether each hand-in has its result."""
    with ShownProgress(OUT) as shown:
        results = run_class(
            options.handins,
            options.runs,
            jobs=options.jobs,
            device=options.device,
            sandbox=not options.no_sandbox,
            limits=find_limits(options),
            observer=shown,
        )
    return 1 if any(result.word == "lost" for result in results) else 0


def find_limits(options: argparse.Namespace) -> Limits:
    """Return the assignment's limits with those of the command line put in."""
    names = ("cell_seconds", "notebook_seconds", "memory_mib")
    given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    return load_assignment().limits.model_copy(update=given)


def score(options: argparse.Namespace) -> int:
    """Score what was run and say who needs a person."""
    scored = score_class(options.handins, options.runs, options.profile, options.responses)
    for one in scored:
        if one.needs_person:
            OUT.print(f"{one.student}: {' '.join(why.en for why in one.why)}", markup=False, soft_wrap=True)
    count = sum(one.needs_person for one in scored)
    OUT.print(f"{len(scored)} hand-ins scored; {count} need a person")
    return 1 if count else 0


def score_class(handins: Path, runs: Path, profile: str, responses: Path | None = None) -> list[Scored]:
    """Score every hand-in with today's key; with `responses`, by the answers to the quiz."""
    load_submissions(runs)  # refuses a folder that another version made
    bank, canonicals = load_bank(), load_canonicals(profile)
    key = find_key(bank, canonicals)
    canonical = load_canonical(profile, CANONICAL_SEED)
    submissions, sheets = find_submissions(handins), None
    if responses is not None:
        found = load_responses(responses, bank)
        submissions, sheets = join_responses(submissions, found)
        for note in found.notes:
            OUT.print(note, markup=False, soft_wrap=True)
    for student in find_leftovers(submissions, runs):
        said = "scored before and not of this class; the reports show it until the folder is removed"
        OUT.print(f"{runs / student}: {said}", markup=False, soft_wrap=True)
    return score_runs(submissions, runs, bank, key, load_assignment(), canonical, sheets)


def report(options: argparse.Namespace) -> int:
    """Write the pages, the gradebook and results.json."""
    OUT.print(f"report: {write_pages(options.runs, options.profile, show_key=options.show_key)}", soft_wrap=True)
    return 0


def write_pages(runs: Path, profile: str, *, show_key: bool) -> Path:
    """Write all reports of a scored class; returns the class page."""
    load_submissions(runs)
    bank = load_bank()
    key = find_key(bank, load_canonicals(profile))
    canonical = load_canonical(profile, CANONICAL_SEED)
    its = load_profile(profile)
    return write_reports(
        runs,
        Course(bank, key, load_assignment(), canonical, its.pictures, its.texts, its.reader_names, show_key=show_key),
    )


def demo(options: argparse.Namespace) -> int:
    """Grade the embedded class and compare what came with what was expected."""
    handins, runs = options.folder / "handins", options.folder / "runs"
    if not options.keep:
        clear_demo(options.folder)
    options.cell_seconds = options.cell_seconds or DEMO_CELL_SECONDS
    expected = write_handins(handins)
    options.handins, options.runs = handins, runs
    run(options)
    outcomes = find_outcomes(score_class(handins, runs, "mini"), expected)
    page = write_pages(runs, "mini", show_key=False)
    OUT.print(to_table(outcomes))
    OUT.print(f"report: {page.resolve()}", soft_wrap=True)
    return 0 if all(outcome.holds for outcome in outcomes) else 1


def clear_demo(folder: Path) -> None:
    """Remove an earlier demo; a folder that is none stays as it is."""
    if not folder.exists():
        return
    if not folder.is_dir() or {path.name for path in folder.iterdir()} - {"handins", "runs"}:
        raise FixableError(f"{folder}: holds other things than an earlier demo; expected a new name or an empty folder")
    for name in ("handins", "runs"):
        shutil.rmtree(folder / name, ignore_errors=True)


def to_table(outcomes: Sequence[Outcome]) -> Table:
    """Return the demo's outcomes as a table: student, words, points, and whether they are as expected."""
    table = Table("student", "words", "points", "expected", title="the embedded class")
    for outcome in outcomes:
        wanted = f"{' '.join(sorted(outcome.expected.words))}, {outcome.expected.points}"
        table.add_row(
            outcome.student,
            " ".join(outcome.words),
            str(outcome.total),
            "yes" if outcome.holds else f"[red]NO: {wanted}[/red]",
        )
    counts = Counter(outcome.holds for outcome in outcomes)
    table.caption = f"{counts[True]} of {len(outcomes)} as expected"
    return table


def notebook(options: argparse.Namespace) -> int:
    """Build the released notebook, or check that it is what its source gives."""
    built = build_notebook(load_bank())
    if options.write:
        NOTEBOOK_FILE.write_text(built, encoding="utf-8")
        OUT.print(f"wrote {NOTEBOOK_FILE}", soft_wrap=True)
        return 0
    found = NOTEBOOK_FILE.read_text(encoding="utf-8") if NOTEBOOK_FILE.exists() else ""
    if found != built:
        raise FixableError(
            f"{NOTEBOOK_FILE}: is not what homework.py and the bank give; expected `hw9 notebook --write`"
        )
    return 0


def bundle(options: argparse.Namespace) -> int:
    """Write what students need beside the notebook."""
    OUT.print(f"wrote {write_bundle(options.folder)}", soft_wrap=True)
    return 0


def explorer(options: argparse.Namespace) -> int:
    """Write the attention explorer with the sentences of the questions, and what each head was measured to do."""
    canonical = load_canonical(options.profile, CANONICAL_SEED)
    scores, chances = (canonical["attention", name] for name in ("score", "chance"))
    functions = {name: (score, float(chance)) for name, score, chance in zip(FUNCTIONS, scores, chances, strict=True)}
    sentences = [one.plain for one in load_profile(options.profile).texts.attention]
    page = export_explorer(options.profile, sentences, options.out, functions)
    OUT.print(f"wrote {page} ({page.stat().st_size / 2**20:.1f} MB)", soft_wrap=True)
    return 0


def look(options: argparse.Namespace) -> int:
    """Say what the grader will read in a notebook; runs nothing, knows no key."""
    seen = look_at(options.notebook, load_bank(), NOTEBOOK_FILE)
    for line in seen.lines:
        OUT.print(line, markup=False, soft_wrap=True)
    sys.stdout.flush()
    return 0 if seen.fine else 1
