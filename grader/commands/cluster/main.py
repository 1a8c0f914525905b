"""`hw9 cluster`: what a class on several machines needs beside its workers."""

import argparse
from pathlib import Path

from grader.cluster.keys import make_keys
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import say

EPILOG = """examples:
  hw9 cluster keys keys/                                    once for a class
  hw9 run handins/ runs/ --executor dask --keys keys/       where the class is kept
  hw9 worker grader.example.edu:8790 --keys keys/           on each machine, that one too
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "cluster",
        help="prepare a class on several machines",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    its = add_verb(
        below,
        "keys",
        _start,
        says="make the certificate by which a class and its workers know each other",
        examples=("hw9 cluster keys keys/", "scp -r keys/ gpu1:hw9/"),
        opens=False,
    )
    its.add_argument("folder", type=Path, metavar="DIR", help="a new folder; whoever has it can work for the class")


def _start(options: argparse.Namespace) -> int:
    return keys(options.folder)


def keys(folder: Path) -> int:
    """Make a certificate and say what it is for."""
    made = make_keys(folder)
    say(f"{made.certificate.parent}: give `hw9 run --keys` and each `hw9 worker --keys` a copy, and nobody else")
    return 0
