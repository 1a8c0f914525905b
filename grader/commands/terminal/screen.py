"""The screen: what a verb says goes to stdout, each fault to stderr, a line each."""

import sys
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from assignment.fixable import Fault

OUT = Console(highlight=False)


def say(line: str) -> None:
    """Print a line as it is: not wrapped, nothing in it read as markup."""
    OUT.print(line, markup=False, soft_wrap=True)


def show_table(table: Table) -> None:
    """Print a table."""
    OUT.print(table)


def print_notes(notes: Iterable[str]) -> None:
    """Print what is good to know and no fault, a line each, to stderr."""
    for note in notes:
        print(f"note: {note}", file=sys.stderr)


def print_faults(faults: Iterable[Fault | str]) -> int:
    """Print faults, a line each, and return the exit code: 1 where there was one."""
    code = 0
    for fault in faults:
        print(fault, file=sys.stderr)
        code = 1
    return code
