"""`hw9 questions handout DIR` writes what students get on paper, `hw9 questions qti FILE.zip` a quiz for Canvas."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from assignment.assignment import load_assignment
from assignment.fixable import FixableError
from assignment.profile import load_profile
from questions.bank import BANK_FOLDER, load_bank
from questions.handout_page import find_handout, list_files

HANDOUT = """Write the handout for students: handout.html, one page to print (A4) or to read on a screen with its pictures
inside; handout.md with its pictures beside it. English above Traditional Chinese; no answer, claim or reason is in it.

example: hw9 questions handout dist/handout
"""


def add_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verbs that hand the questions out."""
    handout = _add(verbs, "handout", "write the students' handout: a page to print, and Markdown", HANDOUT)
    handout.add_argument("folder", type=Path, metavar="DIR", help="where to write it; made when missing")
    for verb in (handout,):
        verb.add_argument("--profile", default="mini", help="whose pictures (default: %(default)s)")
        verb.add_argument(
            "--bank", type=Path, default=BANK_FOLDER, help="folder of YAML files (default: the project's)"
        )


def _add(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, short: str, text: str
) -> argparse.ArgumentParser:
    about, _, example = text.partition("\nexample")
    form = argparse.RawDescriptionHelpFormatter
    return verbs.add_parser(name, help=short, description=about, epilog="example" + example, formatter_class=form)


def write_handout(args: argparse.Namespace) -> int:
    """Write the handout's files."""
    handout = find_handout(load_bank(args.bank), load_assignment(), load_profile(args.profile))
    for name, data in list_files(handout):
        _write(args.folder / name, data)
    blocks = sum(len(topic.blocks) for topic in handout.topics)
    _say(f"wrote {args.folder / 'handout.html'}: {blocks} questions, {len(handout.pictures)} pictures")
    return 0


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise FixableError(f"{path}: {error.strerror}; expected a place that can be written") from None


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


VERBS: dict[str, Callable[[argparse.Namespace], int]] = {"handout": write_handout}
