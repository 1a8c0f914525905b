"""A machine of a class, as its driver sees it: its places, what runs on them, and how far it can be trusted."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from pydantic import Field, NonNegativeInt, PositiveInt

from assignment.records import Record
from grader.cluster.parcel import Parcel
from grader.driver.run_job import SPARE_SECONDS

MOST_SLOTS = 256
TRANSFER_SECONDS = 600.0  # to bring a hand-in and to send back what it saved
ENOUGH_FAULTS = 2  # in a row, of different students, after which a machine gets nothing more


class Device(Record):
    """A GPU, or a slice of one, as its worker told of it."""

    uuid: str = Field(max_length=100)
    name: str = Field(max_length=100)
    memory_mib: NonNegativeInt
    driver: str = Field(max_length=40)


class Place(Record):
    """Where one notebook at a time runs: on a share of a device, or on processors."""

    device: Device | None = None
    memory_mib: NonNegativeInt = 0  # of the device's memory, for this place

    def fits(self, kind: str, memory_mib: int) -> bool:
        """Tell whether a class may use it that asks for `auto`, `cpu` or `cuda`, and for so much memory of a GPU.

        >>> Place().fits("auto", 0), Place().fits("cuda", 0), Place().fits("cpu", 8000)
        (True, False, True)
        """
        if self.device is None:
            return kind != "cuda" and (kind == "cpu" or memory_mib == 0)
        return kind != "cpu" and self.memory_mib >= memory_mib


class Hello(Record):
    """What a worker says of itself when it comes."""

    host: str = Field(max_length=100, pattern=r"^[\w.-]+$")
    pid: PositiveInt
    places: tuple[Place, ...] = Field(min_length=1, max_length=MOST_SLOTS)
    environment: dict[str, str] = Field(max_length=2000)


@dataclass(frozen=True)
class Errand:
    """An order that a machine has: at which of its places, what, and since when."""

    place: int
    parcel: Parcel
    since: float

    @property
    def end(self) -> float:
        """Return when a worker that keeps its own limits has ended it long since; a shared notebook may run again."""
        job = self.parcel.job
        starts = 1 if job.share is None else 3
        return self.since + starts * (job.limits.notebook_seconds + SPARE_SECONDS) + TRANSFER_SECONDS


@dataclass
class Machine:
    """One worker, from its hello to its last word."""

    key: str  # its secret in this class: who knows it speaks for it
    name: str
    places: tuple[Place, ...]  # those that fit, by the worker's numbers
    numbers: tuple[int, ...]
    seen: float  # when it was heard last, by the driver's clock
    origin: str = ""  # the address that it came from, else its host's name
    broken: bool = False  # its connection ended, and it has not spoken since
    told: float = 0.0  # when it was told last, by its beat, how things stand
    ready: bool = False  # its course was compared
    running: dict[str, Errand] = field(default_factory=dict)  # by their tickets
    faults: list[str] = field(default_factory=list)  # students of the faults since its last result
    proved: bool = False  # its last order came back with a result
    aside: str = ""  # why it gets nothing more
    busy_seconds: float = 0.0
    results: int = 0

    @property
    def is_usable(self) -> bool:
        """Tell whether it is given orders."""
        return self.ready and not self.aside

    def find_device(self, place: int) -> Device | None:
        """Return the device of a place, by the worker's numbers."""
        return self.places[self.numbers.index(place)].device

    def has_free(self, number: int) -> bool:
        """Tell whether one of its places is known, and free."""
        return number in self.numbers and all(number != its.place for its in self.running.values())

    def forgive(self, seconds: float) -> None:
        """Leave out time in which the driver itself stood still."""
        self.seen += seconds
        for ticket, errand in self.running.items():
            self.running[ticket] = replace(errand, since=errand.since + seconds)

    def note_fault(self, student: str) -> bool:
        """Note that an order ended without a result; tell whether the machine is to be set aside for it."""
        self.proved = False
        self.faults.append(student)
        return len(set(self.faults)) >= ENOUGH_FAULTS

    def note_result(self, seconds: float) -> None:
        """Note that an order came back with a result."""
        self.proved, self.faults = True, []
        self.busy_seconds += seconds
        self.results += 1


def name_apart(host: str, pid: int, taken: Collection[str]) -> str:
    """Return a name for a machine that no other one has now.

    >>> name_apart("gpu1", 7, ()), name_apart("gpu1", 7, ["gpu1"]), name_apart("gpu1", 7, ["gpu1", "gpu1.7"])
    ('gpu1', 'gpu1.7', 'gpu1.7.2')
    """
    names = (host, f"{host}.{pid}", *(f"{host}.{pid}.{number}" for number in range(2, len(taken) + 2)))
    return next(name for name in names if name not in taken)
