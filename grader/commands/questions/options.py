"""What several verbs of `hw9 questions` share: where they compute, in which parts, and where they store."""

import argparse
from pathlib import Path

from grader.commands.terminal.kept import add_kept
from questions.proof.shard import Shard, parse_shard


def add_computing(parser: argparse.ArgumentParser) -> None:
    """Add --device, --cache and --shard: how the reference is computed anew."""
    add_kept(parser)
    part = "compute part k of n, such as 2/4; without it, what the parts left in --cache is gathered and judged"
    parser.add_argument("--shard", type=_take_shard, default=Shard(), metavar="K/N", help=part)


def _take_shard(text: str) -> Shard:
    try:
        return parse_shard(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def add_storing(parser: argparse.ArgumentParser, what: str) -> None:
    """Add --write, whose help says `what` is stored, and --out."""
    parser.add_argument("--write", action="store_true", help=f"store {what}")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to (default: the course's proofs)")
