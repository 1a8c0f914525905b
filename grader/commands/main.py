"""The command `hw9`: one verb for each arrow of the house, and the exit codes.

0 fine; 1 something can be fixed or a person must look; 2 the command was used wrongly; 3 our own bug, with its
traceback.
"""

import argparse
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from assignment.fixable import FixableError
from grader.commands import questions, verbs

Verb = Callable[[argparse.Namespace], int]

EXAMPLES = """examples:
  hw9 grade handins/ runs/          run, score and report a class
  hw9 run handins/ runs/ --jobs 4   only execute; Ctrl-C and the same command goes on where it stopped
  hw9 score handins/ runs/          score again, with today's key; runs nothing
  hw9 report runs/                  write the pages again
  hw9 demo                          grade the embedded class
  hw9 questions check               prove the bank
  hw9 questions handout dist/       write the questions for students, to print
  hw9 reference --help              recompute the canonical Outputs

HANDINS holds <student>.ipynb files, or <student>/ folders with one notebook each, and optionally a handins.csv with the
columns student, name, submitted_at (ISO 8601 with a time zone).
exit codes: 0 fine, 1 something can be fixed or a person must look, 2 wrong usage, 3 our own bug
"""

SCORE_EPILOG = """example: hw9 score handins/ runs/
example: hw9 score handins/ runs/ --responses "Homework 9 Quiz Student Analysis Report.csv"

A row of the report belongs to the student whose id is in sis_id, or where that is empty in login_id, login or id (the
first that is filled); that id is the name of the hand-in. The last attempt counts. A student without a row gets blank
answers and goes to a person; a row without a hand-in is scored, with the word not_run. Download the report with Canvas
in English. Canvas's own points are not read: it gives partial credit.
"""


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command."""
    parser = _with_form(
        argparse.ArgumentParser, prog="hw9", description="Grade the homework on explainable AI.", epilog=EXAMPLES
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="VERB")
    add = commands.add_parser
    grade = _with_form(
        add, "grade", help="run, score and report a class", epilog="example: hw9 grade handins/ runs/ --jobs 2"
    )
    run = _with_form(
        add, "run", help="execute the notebooks in the sandbox", epilog="example: hw9 run handins/ runs/ --jobs 2"
    )
    score = _with_form(add, "score", help="score what was run", epilog=SCORE_EPILOG)
    report = _with_form(
        add, "report", help="write the pages of what was scored", epilog="example: hw9 report runs/ --show-key"
    )
    for verb in (grade, run, score):
        verb.add_argument(
            "handins",
            type=Path,
            metavar="HANDINS",
            help="folder of <student>.ipynb files or <student>/ folders, and optionally handins.csv",
        )
    for verb in (grade, run, score, report):
        verb.add_argument(
            "runs",
            type=Path,
            metavar="RUNS",
            help="folder of results, a folder in it for each student; `run` and `grade` make it or go on in it",
        )
    for verb in (grade, score):
        verb.add_argument(
            "--responses",
            type=Path,
            metavar="FILE.csv",
            help="the quiz's Student Analysis report (Canvas, classic quiz): its answers and times count alone",
        )
    for verb in (grade, run):
        _add_run_options(verb)
    for verb in (grade, score, report):
        verb.add_argument("--profile", default="mini", help="whose key and canonical Outputs (default: %(default)s)")
    for verb in (grade, report):
        verb.add_argument("--show-key", action="store_true", help="show the right letters on the students' pages")
    demo = _with_form(add, "demo", help="grade the embedded class", epilog="example: hw9 demo /tmp/demo --jobs 2")
    demo.add_argument(
        "folder",
        type=Path,
        nargs="?",
        default=Path("demo"),
        metavar="DIR",
        help="where its hand-ins and results go (default: %(default)s)",
    )
    demo.add_argument(
        "--keep", action="store_true", help="go on with the Runs of an earlier demo instead of a new class"
    )
    _add_run_options(demo)
    notebook = _with_form(add, "notebook", help="build the released notebook", epilog="example: hw9 notebook --write")
    choice = notebook.add_mutually_exclusive_group(required=True)
    choice.add_argument("--write", action="store_true", help="write assignment/homework.ipynb")
    choice.add_argument("--check", action="store_true", help="fail where it is not what its source and the bank give")
    bundle = _with_form(
        add,
        "bundle",
        help="write hw9-student.zip, what students need beside the notebook",
        epilog="example: hw9 bundle dist/",
    )
    bundle.add_argument("folder", type=Path, metavar="DIR", help="where to write it; made when missing")
    explorer = _with_form(
        add,
        "explorer",
        help="write the attention explorer as one HTML page that needs no server and no network",
        epilog="example: hw9 explorer explorer.html",
    )
    explorer.add_argument("out", type=Path, metavar="FILE", help="the page; folders are made when missing")
    explorer.add_argument("--profile", default="mini", help="whose BERT and sentences (default: %(default)s)")
    look = _with_form(add, "look", help="read a notebook's answers and cells without running it or using the key",
                      epilog="example: hw9 look my-homework.ipynb")  # fmt: skip
    look.add_argument("notebook", type=Path, metavar="NOTEBOOK")
    questions.add_parser(commands)
    add("reference", help="recompute the canonical Outputs (hw9 reference --help)", add_help=False)
    return parser


def _with_form(make: Callable[..., argparse.ArgumentParser], *names: str, **texts: str) -> argparse.ArgumentParser:
    if "help" in texts:
        texts.setdefault("description", texts["help"][0].upper() + texts["help"][1:] + ".")
    return make(*names, formatter_class=argparse.RawDescriptionHelpFormatter, **texts)


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs", type=_positive, help="notebooks at once (default: one for each GPU, else for each core)"
    )
    parser.add_argument(
        "--device", choices=["auto", "cpu", "cuda"], default="auto", help="auto: a GPU where there is one (default)"
    )
    parser.add_argument("--cell-seconds", type=_positive, help="time limit of a cell (default: assignment.yaml)")
    parser.add_argument(
        "--notebook-seconds", type=_positive, help="time limit of a notebook (default: assignment.yaml)"
    )
    parser.add_argument("--memory-mib", type=_positive, help="memory limit of a notebook (default: assignment.yaml)")
    parser.add_argument(
        "--no-sandbox",
        action="store_true",
        help="for your own notebook only: it can read and write everything that you can, and only its time is limited",
    )


def _positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r}; expected a whole number from 1")
    return number


def run_reference(arguments: list[str]) -> int:
    """Run `python -m reference.produce`: another process, since the grader must not load what it is compared with."""
    return subprocess.run([sys.executable, "-m", "reference.produce", *arguments], check=False).returncode


VERBS: dict[str, Verb] = {
    "grade": verbs.grade,
    "run": verbs.run,
    "score": verbs.score,
    "report": verbs.report,
    "demo": verbs.demo,
    "notebook": verbs.notebook,
    "look": verbs.look,
    "bundle": verbs.bundle,
    "explorer": verbs.explorer,
    "questions": questions.main,
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    try:
        if words[:1] == ["reference"]:
            return run_reference(words[1:])
        options = make_parser().parse_args(words)
        return VERBS[options.command](options)
    except FixableError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on where it stopped", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1
    except Exception:
        traceback.print_exc()
        print("this is a bug of hw9, not of yours; please report it with the lines above", file=sys.stderr)
        return 3
