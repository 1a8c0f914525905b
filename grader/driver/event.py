"""What a driver tells of a class: that it was taken in, begins or waits, that a notebook starts, how each ended."""

from collections.abc import Callable
from dataclasses import dataclass

from grader.handins.submission import Submission
from grader.runs.result import RunResult


@dataclass(frozen=True)
class TakenIn:
    """The hand-ins were read and kept; nothing runs yet. `notes` are for a person."""

    submissions: tuple[Submission, ...]
    notes: tuple[str, ...]


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


@dataclass(frozen=True)
class Waits:
    """A notebook could not be started, which is not its fault: the class waits, and then tries it again."""

    student: str
    seconds: float
    reason: str


Event = TakenIn | Begun | Started | Ended | Waits
Observer = Callable[[Event], None]  # always called from the thread that called the driver


def ignore(event: Event) -> None:
    """Take notice of nothing."""
