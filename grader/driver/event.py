"""What a driver tells of a class while it runs: that it begins, that a notebook starts, and how each ended."""

from collections.abc import Callable
from dataclasses import dataclass

from grader.runs.result import RunResult


@dataclass(frozen=True)
class Begun:
    """A class of `total` notebooks begins, of which some have their result already."""

    total: int
    finished: int


@dataclass(frozen=True)
class Started:
    """A notebook was given to the executor."""

    student: str


@dataclass(frozen=True)
class Ended:
    """A notebook ended; without a result its worker vanished, and it is tried again."""

    student: str
    result: RunResult | None


Event = Begun | Started | Ended
Observer = Callable[[Event], None]  # always called from the thread that called the driver


def ignore(event: Event) -> None:
    """Take notice of nothing."""
