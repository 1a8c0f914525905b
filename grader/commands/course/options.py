"""What the verbs of `hw9 course` share: the folder of the course that is being made, which need not open yet."""

import argparse
import os
from pathlib import Path

from assignment.course import SETTINGS_NAME, VARIABLE
from assignment.fixable import Fault, FixableError
from assignment.profile import MANIFEST_NAME, PROFILES_FOLDER
from grader.commands.terminal.options import Start, Verbs, add_verb


def add_course_verb(
    verbs: Verbs, name: str, start: Start, *, says: str, examples: tuple[str, ...]
) -> argparse.ArgumentParser:
    """Add a verb that works on the folder of a course; `start` gives `take_folder` what it is given."""
    parser = add_verb(verbs, name, start, says=says, examples=examples, opens=False)
    parser.add_argument(
        "--course", dest="folder", type=Path, metavar="DIR", help=f"folder of the course (default: {VARIABLE})"
    )
    return parser


def take_folder(options: argparse.Namespace) -> Path:
    """Return the folder of the course that was asked for; FixableError where it is none of an author's own."""
    named = options.folder or os.environ.get(VARIABLE)
    if not named:
        says = "missing; expected the folder of a course of your own (`hw9 course new DIR` makes one)"
        raise FixableError(Fault(("--course",), f"{says}; the embedded course is made by assignment/making"))
    folder = Path(named)
    if folder.resolve().is_relative_to(PROFILES_FOLDER.resolve()):
        says = "the embedded course, made by assignment/making; expected a course of your own (`hw9 course new DIR`)"
        raise FixableError(Fault((str(folder),), says))
    if missing := [name for name in (SETTINGS_NAME, MANIFEST_NAME) if not (folder / name).is_file()]:
        says = f"no {' and no '.join(missing)}; expected the folder of a course (`hw9 course new DIR` makes one)"
        raise FixableError(Fault((str(folder),), says))
    return folder
