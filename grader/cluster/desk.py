"""The driver's desk: which machines there are, which Run waits, who has which, and what becomes of it.

No network and no thread of its own: the calls of workers (`office.py`) and the driver's thread both come here, one at a
time. A Run is given to one machine at a time. What a machine does wrong is never a student's fault: the Run goes to
another machine, and who has two such faults in a row, of different students, gets nothing more.
"""

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from assignment.fixable import FixableError
from grader.cluster.likeness import compare_environments, describe_environment
from grader.cluster.machine import Device, Errand, Hello, Machine, name_apart
from grader.cluster.pace import Pace
from grader.cluster.parcel import Parcel
from grader.driver.event import Event, MachineCame, MachineLeft, Noted, Placed
from grader.driver.executors import MachineError
from grader.runs.result import RunResult

SPARE_SECONDS = 120.0  # beyond a notebook's limit, to bring it and to send it back
LATE = "its time is nearly over"


@dataclass
class Desk:
    """What all who come to it see; `kind` and `memory_mib` are what the class asks of a place."""

    pace: Pace
    kind: str = "auto"
    memory_mib: int = 0
    most: int | None = None  # machines at once
    clock: Callable[[], float] = time.monotonic
    machines: dict[str, Machine] = field(default_factory=dict)
    waiting: deque[Parcel] = field(default_factory=deque)
    futures: dict[str, "Future[None]"] = field(default_factory=dict)  # student -> what the driver waits for
    banned: dict[str, str] = field(default_factory=dict)  # where machines that were set aside came from -> why
    avoided: dict[str, set[str]] = field(default_factory=dict)  # student -> machines that failed the Run
    news: deque[Event] = field(default_factory=deque)
    closing: str = ""  # "stop": workers wait for the next driver; "end": they end
    lock: threading.RLock = field(default_factory=threading.RLock)
    lonely_since: float = 0.0

    def __post_init__(self) -> None:
        self.lonely_since = self.clock()

    def enter(self, hello: Hello, peer: str = "") -> Machine:
        """Take a machine in; FixableError says why not. peer: the address that it comes from."""
        with self.lock:
            if (origin := peer or hello.host) in self.banned:
                says = f"a machine from {origin} was set aside: {self.banned[origin]}"
                raise FixableError(f"{hello.host}: {says}; expected it mended, and then the class run again")
            if differing := compare_environments(hello.environment, describe_environment()):
                raise FixableError(*(f"{hello.host}: {one}" for one in differing))
            fitting = [(n, one) for n, one in enumerate(hello.places) if one.fits(self.kind, self.memory_mib)]
            if not fitting:
                asked = f"{self.kind}, {self.memory_mib} MiB of GPU memory"
                raise FixableError(f"{hello.host}: none of its places fits; expected one as the class asks: {asked}")
            if self.most is not None and len(self.machines) >= self.most:
                raise FixableError(f"{hello.host}: one machine too many; expected at most {self.most} (--max-workers)")
            name = name_apart(hello.host, hello.pid, {one.name for one in self.machines.values()})
            numbers, places = tuple(n for n, _ in fitting), tuple(one for _, one in fitting)
            machine = Machine(secrets.token_hex(16), name, places, numbers, self.clock(), origin)
            self.machines[machine.key] = machine
            return machine

    def be_ready(self, machine: Machine) -> None:
        """Note that a machine has the course: from now on it may take orders."""
        with self.lock:
            machine.ready = True
            self.news.append(MachineCame(machine.name, len(machine.places)))

    def find(self, key: object) -> Machine | None:
        """Return a machine that has just said something, None where it is not known (any more)."""
        with self.lock:
            machine = self.machines.get(key) if isinstance(key, str) else None
            if machine is not None:
                machine.seen, machine.broken = self.clock(), False
            return machine

    def put(self, parcel: Parcel) -> "Future[None]":
        """Let a Run wait for a machine."""
        with self.lock:
            future: Future[None] = Future()
            self.futures[parcel.student] = future
            self.waiting.append(parcel)
            return future

    def take(self, machine: Machine, number: int, seconds_left: float | None = None) -> tuple[str, Parcel] | None:
        """Give a machine's free place the first Run that may go there, with its ticket.

        seconds_left: that the machine has. One that could not end what waits is given nothing any more.
        """
        with self.lock:
            if not machine.is_usable or not machine.has_free(number) or self.closing:
                return None
            parcel = next((one for one in self.waiting if self._may_go(one, machine)), None)
            if parcel is None:
                return None
            if seconds_left is not None and seconds_left < parcel.job.limits.notebook_seconds + SPARE_SECONDS:
                machine.aside = LATE
                self._check_lonely()
                return None
            self.waiting.remove(parcel)
            if not parcel.is_ordered() or not self.futures[parcel.student].set_running_or_notify_cancel():
                self.futures.pop(parcel.student, None)
                return self.take(machine, number, seconds_left)
            ticket = secrets.token_hex(8)
            machine.running[ticket] = Errand(number, parcel, self.clock())
            self.news.append(Placed(parcel.student, machine.name, number))
            return ticket, parcel

    def _may_go(self, parcel: Parcel, machine: Machine) -> bool:
        """Tell whether a Run may go to a machine: to one that failed it only where there is no other."""
        avoided = self.avoided.get(parcel.student, set())
        others = (one.name for one in self.machines.values() if one.is_usable)
        return machine.name not in avoided or all(name in avoided for name in others)

    def accept(self, machine: Machine, ticket: str, result: RunResult) -> bool:
        """Put a checked result into place and end its order; tell whether it counts.

        Where it cannot be put there the order fails: whatever happens, nobody waits for ever.
        """
        with self.lock:
            errand = machine.running[ticket]
            parcel, device = errand.parcel, machine.find_device(errand.place)
            try:
                first = parcel.commit(result.model_copy(update=_describe_place(machine, device)))
            except Exception as error:
                why = f"its result could not be put into place: {type(error).__name__}: {error}"
                self.news.append(Noted(f"{parcel.student}: {machine.name}: {why}"))
                self.fail(machine, ticket, why, blamed=not isinstance(error, OSError))  # that is this machine's disk
                return False
            del machine.running[ticket]
            parcel.drop()
            machine.note_result(self.clock() - errand.since)
            self._end(parcel)
            return first

    def fail(self, machine: Machine, ticket: str, why: str, *, ours: bool = False, blamed: bool = True) -> None:
        """End an order for which a machine has no result, or none that can be believed.

        ours: it says that it can execute nothing at all. blamed: it is the machine's fault, not the driver's own.
        """
        with self.lock:
            parcel = machine.running.pop(ticket).parcel
            self._fail(machine, parcel, why, proved=machine.proved and blamed and not ours)
            if blamed and machine.note_fault(parcel.student) and not machine.aside:
                machine.aside = self.banned[machine.origin] = why
                self._check_lonely()
                self.news.append(Noted(f"{machine.name} is set aside: {len(machine.faults)} faults in a row: {why}"))

    def leave(self, machine: Machine, why: str) -> None:
        """Let a machine go; what it ran goes to another."""
        with self.lock:
            if self.machines.pop(machine.key, None) is None:
                return
            for errand in machine.running.values():
                self._fail(machine, errand.parcel, why, proved=False)
            machine.running.clear()
            self._check_lonely()
            self.news.append(MachineLeft(machine.name, why, machine.busy_seconds, machine.results))

    def sweep(self) -> None:
        """Let those machines go that were not heard of for too long; end orders that no honest worker still has."""
        with self.lock:
            for machine in list(self.machines.values()):
                for ticket in [one for one, errand in machine.running.items() if self.clock() > errand.end]:
                    self.fail(machine, ticket, "no result, long after a notebook's time was over", ours=True)
                if (quiet := self.clock() - machine.seen) > self.pace.gone:
                    self.leave(machine, "its connection broke" if machine.broken else f"not a word for {quiet:.0f} s")

    def hurry(self, key: str) -> None:
        """Note that a machine's connection broke: it has less time to say another word."""
        with self.lock:
            if (machine := self.machines.get(key)) is not None:
                machine.broken = True
                machine.seen = min(machine.seen, self.clock() - self.pace.gone + self.pace.broken)

    def list_dropped(self, machine: Machine, tickets: object) -> list[str]:
        """Return which of the orders that a machine says it runs it is to end."""
        with self.lock:
            machine.told = self.clock()
            told = [one for one in tickets if isinstance(one, str)] if isinstance(tickets, tuple | list) else []
            kept = {ticket for ticket, errand in machine.running.items() if errand.parcel.is_ordered()}
            for ticket, errand in list(machine.running.items()):
                if ticket not in kept:
                    del machine.running[ticket]
                    errand.parcel.drop()
                    self._end(errand.parcel)
                elif ticket not in told and self.clock() - errand.since > self.pace.gone:
                    self.fail(machine, ticket, "the order, or the word that it is done, got lost on the way")
            return [ticket for ticket in told if ticket not in kept or self.closing]

    def count_places(self) -> int:
        """Return how many Runs may be at the desk or away at once; FixableError after too long without a machine."""
        with self.lock:
            usable = [one for one in self.machines.values() if one.is_usable]
            if usable:
                stuck = [one for one in self.waiting if self.avoided.get(one.student)]
                return sum(len(one.places) for one in usable) + len(stuck)
            if (alone := self.clock() - self.lonely_since) > self.pace.nobody:
                aside = [f"{one.name} is set aside: {one.aside}" for one in self.machines.values() if one.aside]
                why = f" ({'; '.join(aside)})" if aside else ""
                expected = "expected one: start `hw9 worker`, then run again"
                raise FixableError(f"no worker for {alone:.0f} s{why}; {expected}")
            return 0

    def _check_lonely(self) -> None:
        if not any(one.is_usable for one in self.machines.values()):
            self.lonely_since = self.clock()

    def _fail(self, machine: Machine, parcel: Parcel, why: str, *, proved: bool) -> None:
        """End an order without a result; it counts as the notebook's doing only where the machine had proved sound."""
        parcel.drop()
        self.avoided.setdefault(parcel.student, set()).add(machine.name)
        self._end(parcel, MachineError(machine.name, why, counts=proved))

    def _end(self, parcel: Parcel, error: MachineError | None = None) -> None:
        future = self.futures.pop(parcel.student, None)
        if future is not None and not future.done():
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(error)


def _describe_place(machine: Machine, device: Device | None) -> dict[str, str | None]:
    """Return what a result says of where it comes from; the worker's own word on it does not count."""
    if device is None:
        return {"machine": machine.name, "gpu": None, "gpu_driver": None}
    gpu = f"{device.name} ({device.uuid})"
    return {"machine": machine.name, "gpu": gpu, "gpu_driver": device.driver or None}
