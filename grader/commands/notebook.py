"""`hw9 notebook`: build the released notebook from its source, the setting and the questions, or check it."""

import argparse

from assignment.assignment import NOTEBOOK_FILE
from assignment.fixable import FixableError
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import say
from grader.files.output import save_output
from grader.release.notebook import build_notebook
from questions.bank import load_bank


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "notebook",
        _start,
        says="build the released notebook from assignment/homework.py, assignment.yaml and the questions",
        examples=("hw9 notebook --write", "hw9 notebook --check"),
    )
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--write", action="store_true", help="write assignment/homework.ipynb")
    choice.add_argument("--check", action="store_true", help="exit with 1 where it is not what these give")


def _start(options: argparse.Namespace) -> int:
    return notebook(write=options.write)


def notebook(*, write: bool) -> int:
    """Write the released notebook; without `write` check it."""
    built = build_notebook(load_bank())
    if write:
        save_output(NOTEBOOK_FILE, built.encode())
        say(f"wrote {NOTEBOOK_FILE}")
        return 0
    found = NOTEBOOK_FILE.read_text(encoding="utf-8") if NOTEBOOK_FILE.exists() else ""
    if found != built:
        raise FixableError(
            f"{NOTEBOOK_FILE}: is not what homework.py, the setting and the bank give; expected `hw9 notebook --write`"
        )
    return 0
