"""What a person sees while a class runs: a bar, what runs now and since when, and what ended with which word."""

from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from grader.runs.folder import Result

COLOURS = {"ran": "green", "failed": "red", "timed_out": "yellow", "lost": "magenta"}


class Observer(Protocol):
    """Who is told what happens; every method is called from one thread at a time."""

    def begin(self, total: int, finished: int) -> None:
        """A class of `total` notebooks begins, of which some are finished already."""

    def start(self, student: str) -> None:
        """A notebook starts."""

    def end(self, student: str, result: Result | None) -> None:
        """A notebook ended; without a result its worker vanished."""

    def close(self) -> None:
        """Nothing more will happen."""


class Silence:
    """An observer that shows nothing."""

    def begin(self, total: int, finished: int) -> None:
        """Show nothing."""

    def start(self, student: str) -> None:
        """Show nothing."""

    def end(self, student: str, result: Result | None) -> None:
        """Show nothing."""

    def close(self) -> None:
        """Show nothing."""


class ShownProgress:
    """Shows progress on a console: live on a terminal, else a line for each notebook that ended."""

    def __init__(self, console: Console) -> None:
        self.console, self.running = console, dict[str, TaskID]()
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self.live = Progress(*columns, console=console, disable=not console.is_terminal)
        self.all: TaskID | None = None

    def begin(self, total: int, finished: int) -> None:
        """Show the bar."""
        self.all = self.live.add_task("notebooks", total=total, completed=finished)
        self.live.start()
        if finished:
            self.console.print(f"{finished} of {total} notebooks have a result already")

    def start(self, student: str) -> None:
        """Show a notebook that runs, with its seconds."""
        self.running[student] = self.live.add_task(f"  {escape(student)}", total=None)

    def end(self, student: str, result: Result | None) -> None:
        """Show how a notebook ended."""
        self.live.remove_task(self.running.pop(student))
        self.console.print(describe_end(student, result), highlight=False)
        if result is not None and self.all is not None:
            self.live.advance(self.all)

    def close(self) -> None:
        """Take the bar away."""
        self.live.stop()


def describe_end(student: str, result: Result | None) -> str:
    """Return one line of rich markup that says how a notebook ended."""
    if result is None:
        return f"{escape(student):24} [magenta]no word[/] (its worker ended; it is run again)"
    reason = f" ({result.reason})" if result.reason else ""
    place = f" in cell {result.cell}" if result.cell is not None else ""
    return f"{escape(student):24} [{COLOURS[result.word]}]{result.word}[/]{reason}{place}  {result.seconds:.1f} s"
