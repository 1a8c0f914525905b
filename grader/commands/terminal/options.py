"""What several verbs share: how a verb is added, the folders of a class, and how its notebooks are run."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from assignment.assignment import Limits
from assignment.course import VARIABLE
from assignment.fixable import FixableError, show_line, show_value

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Start = Callable[[argparse.Namespace], int]  # unpacks what was typed, calls the verb, returns the exit code


@dataclass(frozen=True)
class RunOptions:
    """How notebooks are run. None: for `jobs` as many as there are GPUs, else cores; for a limit the course's."""

    jobs: int | None = None
    device: str = "auto"
    sandbox: bool = True
    without_memory_group: bool = False
    keep_going: bool = False
    share: bool = False
    full: str | None = None
    cell_seconds: int | None = None
    notebook_seconds: int | None = None
    memory_mib: int | None = None

    def to_limits(self, usual: Limits) -> Limits:
        """Return the usual limits, a course's, with those put in that were given."""
        given = {
            "cell_seconds": self.cell_seconds,
            "notebook_seconds": self.notebook_seconds,
            "memory_mib": self.memory_mib,
        }
        return usual.model_copy(update={name: value for name, value in given.items() if value is not None})


class VerbParser(argparse.ArgumentParser):
    """The parser of a verb: options may stand among its places, also where a place can be left out.

    >>> parser = VerbParser()
    >>> _ = parser.add_argument("handins", nargs="?"), parser.add_argument("runs"), parser.add_argument("--jobs")
    >>> parser.parse_args(["in", "--jobs", "2", "out"])
    Namespace(jobs='2', handins='in', runs='out')
    """

    mixing = False

    def __init__(self, **how: Any) -> None:
        super().__init__(**{"allow_abbrev": False, **how})  # else --prin is --print, which is taken out of a command

    def error(self, message: str) -> NoReturn:  # noqa: D102
        super().error(show_line(message))

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # noqa: D102
        verbs = any(action.nargs == argparse.PARSER for action in self._actions)
        if self.mixing or verbs or {"-h", "--help"}.intersection(args or ()):
            return super().parse_known_args(args, namespace)
        self.mixing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self.mixing = False


@dataclass(frozen=True)
class Given:
    """The files of the staff by which a class is scored; None: what RUNS keeps, or what lies beside HANDINS."""

    responses: Path | None = None
    roster: Path | None = None
    decisions: Path | None = None


def add_verb(
    verbs: Verbs,
    name: str,
    start: Start,
    *,
    says: str,
    examples: tuple[str, ...],
    about: str = "",
    opens: bool = True,
) -> argparse.ArgumentParser:
    """Add a verb that `start` carries out. `says` is its line in a list, `about` its description in its own help.

    A verb has --course, and `start` is given the opened Course in its place; not where it `opens` none.
    """
    parser = verbs.add_parser(
        name,
        help=says,
        description=about or f"{says[0].upper()}{says[1:]}.",
        epilog="\n".join(f"example: {example}" for example in examples),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(start=start)
    if opens:
        add_course(parser)
    return parser


def add_course(parser: argparse.ArgumentParser) -> None:
    """Add --course."""
    parser.add_argument(
        "--course", type=Path, metavar="DIR", help=f"folder of the course (default: {VARIABLE}, else the embedded one)"
    )


def add_handins(parser: argparse.ArgumentParser, *, needed: bool = True) -> None:
    """Add HANDINS."""
    parser.add_argument(
        "handins",
        type=Path,
        metavar="HANDINS",
        nargs=None if needed else "?",
        help="folder of <student>.ipynb files or <student>/ folders, and optionally handins.csv"
        + ("" if needed else "; without it, what `run` took in is scored, with the roster of then"),
    )


def add_runs(parser: argparse.ArgumentParser) -> None:
    """Add RUNS."""
    parser.add_argument(
        "runs",
        type=Path,
        metavar="RUNS",
        help="folder of results, with a folder for each student; `run` and `grade` make it, or resume in it",
    )


def add_given(parser: argparse.ArgumentParser) -> None:
    """Add the options that `take_given` reads."""
    add = parser.add_argument
    add(
        "--responses",
        type=Path,
        metavar="FILE.csv",
        help="the quiz's Student Analysis report (Canvas, classic quiz); RUNS keeps it for later scorings",
    )
    add(
        "--roster",
        type=Path,
        metavar="FILE",
        help="who is of the class and whose each row of --responses is: an exported gradebook, a quiz report or a CSV "
        "file with a column student",
    )
    add(
        "--decisions",
        type=Path,
        metavar="FILE",
        help="what the staff decided, .yaml or .csv (default: HANDINS.decisions.yaml or .csv, beside HANDINS or RUNS)",
    )


def take_given(options: argparse.Namespace) -> Given:
    """Return the staff's files, as they were typed."""
    return Given(options.responses, options.roster, options.decisions)


def add_show_key(parser: argparse.ArgumentParser) -> None:
    """Add --show-key."""
    parser.add_argument("--show-key", action="store_true", help="show the right letters on the students' pages")


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that `take_run_options` reads."""
    add = parser.add_argument
    add("--jobs", type=parse_positive, help="notebooks at once (default: one for each GPU, else for each core)")
    add("--device", choices=["auto", "cpu", "cuda"], default="auto", help="auto: a GPU where there is one (default)")
    add("--cell-seconds", type=parse_positive, help="time limit of a cell (default: the course's)")
    add("--notebook-seconds", type=parse_positive, help="time limit of a notebook (default: the course's)")
    add("--memory-mib", type=parse_positive, help="memory limit of a notebook (default: the course's)")
    add(
        "--no-sandbox",
        action="store_true",
        help="for your own notebook only: it can read and write everything that you can; only its time, and the memory "
        "and file size of each process, are limited",
    )
    add(
        "--without-memory-group",
        action="store_true",
        help="run also where no control group limits the memory of a whole notebook: a watcher adds up what it holds, "
        "and may be too late",
    )


def add_keep_going(parser: argparse.ArgumentParser) -> None:
    """Add --keep-going, which not every verb that runs notebooks has."""
    parser.add_argument(
        "--keep-going",
        action="store_true",
        help="run on after a cell that failed, as `jupyter nbconvert --allow-errors` does; a limit still ends the "
        "notebook, and those with a result are not run again for it",
    )


def add_share(parser: argparse.ArgumentParser) -> None:
    """Add --share and --full, which only verbs that run a class have."""
    parser.add_argument(
        "--share",
        action="store_true",
        help="run the released notebook once, take from it what a hand-in left as released, and run the rest of each "
        "in a copy of its process (as root or with subordinate ids, not on a GPU); what cannot share is run "
        "whole, one in fifty both ways",
    )
    parser.add_argument(
        "--full",
        metavar="STUDENT|N|all",
        help="with --share: run this student's notebook, a sample of N, or all of them whole, again where they shared",
    )


def take_run_options(options: argparse.Namespace) -> RunOptions:
    """Return how notebooks are run, as it was typed; FixableError where one option asks for another."""
    share, full = getattr(options, "share", False), getattr(options, "full", None)
    if full is not None and not share:
        raise FixableError(
            f"--full: {show_value(full)}; expected --share beside it: without, all notebooks are run whole"
        )
    return RunOptions(
        jobs=options.jobs,
        device=options.device,
        sandbox=not options.no_sandbox,
        without_memory_group=options.without_memory_group,
        keep_going=getattr(options, "keep_going", False),
        share=share,
        full=full,
        cell_seconds=options.cell_seconds,
        notebook_seconds=options.notebook_seconds,
        memory_mib=options.memory_mib,
    )


def parse_positive(text: str, most: int | None = None) -> int:
    """Return a whole number of one or more, at most `most`; the error that argparse shows otherwise."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1 or (most is not None and number > most):
        to = "" if most is None else f" to {most}"
        raise argparse.ArgumentTypeError(f"{text!r}; expected a whole number from 1{to}")
    return number
