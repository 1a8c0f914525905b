"""`hw9 course check`: everything that is wrong with a course, whole or half made, and the commands that mend it."""

import argparse
import os
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from assignment.authoring.check.section import Section
from assignment.course import VARIABLE, open_course
from grader.commands.course.parts import Place, check_course, find_place
from grader.commands.course.timing import time_course
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import OUT, say

ABOUT = """Look at every part of a course, each as far as those that it is made of are there: settings, manifest,
pictures, masks, experiments, model, maps, texts, canonical Outputs, bank, proofs, notebook. What is wrong is said with
its place and the command that mends it; it exits with 1 where there is something.
"""
COLUMNS = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "check",
        _start,
        says="say what is wrong with a course, and which commands mend it",
        about=ABOUT,
        examples=("hw9 course check --course ~/bakery", "hw9 course check --course ~/bakery --time"),
        opens=False,
    )
    told = f"folder of the course, whole or not (default: {VARIABLE}, else the embedded one)"
    parser.add_argument("--course", dest="folder", type=Path, metavar="DIR", help=told)
    parser.add_argument(
        "--time",
        action="store_true",
        help="instead, execute the released notebook in the sandbox and propose the limits that it needs here",
    )
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="cpu", help="of --time (default: cpu)")


def _start(options: argparse.Namespace) -> int:
    named = options.folder or os.environ.get(VARIABLE)
    folder = Path(named) if named else None
    return time_course(open_course(folder), options.device) if options.time else check(find_place(folder))


def check(place: Place) -> int:
    """Show every part of a course as it is looked at; 1 where something is to be mended."""
    sections: list[Section] = []
    with Progress(*COLUMNS, console=OUT, transient=True, disable=not OUT.is_terminal) as progress:
        task = progress.add_task("settings", total=None)

        def tell(doing: str, done: int, total: int) -> None:
            progress.update(task, description=f"{doing} {done + 1} of {total}" if total > 1 else doing)

        for section in check_course(place, tell):
            sections.append(section)
            show(section)
    say(summarize(sections))
    return 0 if all(section.holds for section in sections) else 1


def show(section: Section) -> None:
    """Print a part: whether it holds in a line, below it what is wrong, what mends that, and what is worth knowing."""
    mark, colour = ("–", "yellow") if section.waits else ("✓", "green") if section.holds else ("✗", "red")
    said = f"waits for {', '.join(section.waits)}" if section.waits else section.says
    OUT.print(Text.assemble((mark, colour), f" {section.title:<12}"), end="", soft_wrap=True)
    say(said or ("1 fault" if len(section.flaws) == 1 else f"{len(section.flaws)} faults"))
    for mend, flaws in groupby(section.flaws, lambda flaw: flaw.mend):
        for flaw in flaws:
            say(f"    {flaw.fault}")
        if mend:
            say(f"      mend: {mend}")
    for note in section.notes:
        say(f"    note: {note}")


def summarize(sections: Iterable[Section]) -> str:
    """Return the last line: how many faults, and with which command to begin."""
    flaws = [flaw for section in sections for flaw in section.flaws]
    if not flaws:
        return "nothing is wrong with the course"
    faults = "1 fault" if len(flaws) == 1 else f"{len(flaws)} faults"
    first = next((flaw.mend for flaw in flaws if flaw.mend), "")
    return f"{faults}; begin with `{first}`" if first and flaws[0].mend else f"{faults}; begin with the first"
