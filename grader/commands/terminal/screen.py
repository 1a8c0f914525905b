"""The screen: what a verb says goes to stdout, each fault to stderr, a line each.

Only this module writes to a terminal, and no text acts there, whoever wrote it: what rich itself sends (colours, bars)
goes through, what is in a text is shown.
"""

import sys
import traceback
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions
from rich.segment import Segment
from rich.table import Table

from assignment.fixable import Fault, show_line, show_text


class Screen(Console):
    """A console on which only its own control codes act: `[red]` and `:smile:` are texts like others."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def render(self, renderable: Any, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield what is drawn, each text of it shown."""
        for one in super().render(renderable, options):
            yield one if one.control else Segment(show_text(one.text), one.style)


OUT = Screen()


def say(line: str = "") -> None:
    """Print a line, or several of our own, as it is: not wrapped, nothing in it read as markup."""
    OUT.print(show_text(line), soft_wrap=True)


def warn(line: str) -> None:
    """Print a line to stderr."""
    print(show_line(line), file=sys.stderr, flush=True)


def show_table(table: Table) -> None:
    """Print a table."""
    OUT.print(table)


def print_notes(notes: Iterable[str]) -> None:
    """Print what is good to know and no fault, a line each, to stderr."""
    for note in notes:
        warn(f"note: {note}")


def print_faults(faults: Iterable[Fault | str]) -> int:
    """Print faults, a line each, and return the exit code: 1 where there was one."""
    code = 0
    for fault in faults:
        warn(str(fault))
        code = 1
    return code


def print_bug() -> None:
    """Print the error that is being handled, with its traceback, and where to send it, to stderr."""
    print(show_text(traceback.format_exc()), end="", file=sys.stderr)
    warn("this is a bug of hw9, not of yours; please report it with the lines above")
