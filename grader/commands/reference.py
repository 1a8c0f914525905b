"""`hw9 reference`: recompute the canonical Outputs, in another process with a command line of its own."""

import subprocess
import sys
from collections.abc import Sequence

from grader.commands.terminal.options import Verbs


def add_parser(verbs: Verbs) -> None:
    """Add the verb to the lists of verbs; its arguments are read by `python -m reference.produce`."""
    verbs.add_parser("reference", help="recompute the canonical Outputs (hw9 reference --help)", add_help=False)


def reference(arguments: Sequence[str]) -> int:
    """Run `python -m reference.produce`: another process, since the grader must not load what it is compared with."""
    return subprocess.run([sys.executable, "-m", "reference.produce", *arguments], check=False).returncode
