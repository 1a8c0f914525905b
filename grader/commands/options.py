"""What the verbs of `hw9 questions` share: the options that say what they read, and how faults are printed."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from assignment.fixable import Fault
from questions.bank import BANK_FOLDER
from questions.canonical import CANONICAL_FOLDER


def add_sources(verb: argparse.ArgumentParser, whose: str, *, canonical: bool = True) -> None:
    """Add --profile, whose help says `whose`, --bank, and unless the verb reads none --canonical."""
    verb.add_argument("--profile", default="mini", help=f"{whose} (default: %(default)s)")
    verb.add_argument("--bank", type=Path, default=BANK_FOLDER, help="folder of YAML files (default: the project's)")
    if canonical:
        help_ = "folder of canonical Outputs (default: the project's)"
        verb.add_argument("--canonical", type=Path, default=CANONICAL_FOLDER, help=help_)


def print_faults(faults: Iterable[Fault | str]) -> int:
    """Print faults, a line each, and return the exit code: 1 where there was one."""
    code = 0
    for fault in faults:
        print(fault, file=sys.stderr)
        code = 1
    return code
