"""What a driver tells of a class: that it begins or waits, each start and end of a notebook, its machines."""

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
    """A notebook ended; without a result its worker vanished, and it is tried again. `why`: what a machine said."""

    student: str
    result: RunResult | None
    why: str = ""


@dataclass(frozen=True)
class Waits:
    """A notebook could not be started, which is not its fault: the class waits, and then tries it again."""

    student: str
    seconds: float
    reason: str


@dataclass(frozen=True)
class MachineCame:
    """A machine came to work for the class, with so many places."""

    name: str
    places: int


@dataclass(frozen=True)
class MachineLeft:
    """A machine is gone, or went; how long notebooks ran on it, and how many of them have their result from it."""

    name: str
    why: str
    busy_seconds: float
    results: int


@dataclass(frozen=True)
class Placed:
    """A notebook runs at a place of a machine."""

    student: str
    machine: str
    place: int


@dataclass(frozen=True)
class SharedRun:
    """The released notebook runs once for all that share: how many of its code cells have run, and whether it ended.

    stops: who shares no further than to some cell, and why; "" where nobody.
    """

    ran: int
    cells: int
    over: bool = False
    stops: str = ""


@dataclass(frozen=True)
class Noted:
    """Something about a machine, or the class, that a person may want to know."""

    text: str


Event = TakenIn | Begun | Started | Ended | MachineCame | MachineLeft | Placed | SharedRun | Noted | Waits
Observer = Callable[[Event], None]  # always called from the thread that called the driver


def ignore(event: Event) -> None:
    """Take notice of nothing."""
