"""Who is told how far a class is; the command line's own observer is in `grader/commands/progress.py`."""

from typing import Protocol

from grader.runs.folder import Result


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
