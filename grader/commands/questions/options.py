"""What several verbs of `hw9 questions` share: where they compute, and where they store."""

import argparse
from pathlib import Path

from grader.commands.terminal.kept import add_kept
from grader.commands.terminal.kept import check_folders as check_folders


def add_computing(parser: argparse.ArgumentParser) -> None:
    """Add --device and --cache: how the reference is computed anew."""
    add_kept(parser)


def add_storing(parser: argparse.ArgumentParser, what: str) -> None:
    """Add --write, whose help says `what` is stored, and --out."""
    parser.add_argument("--write", action="store_true", help=f"store {what}")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to (default: the course's proofs)")
