"""A worker: a machine's places at the service of whichever driver answers at an address.

It only calls, and nothing calls it. It comes, obtains the course, takes orders for its places and says now and then
that it lives. When the driver is silent for longer than its grace it ends and leaves nothing; when the driver does not
know it any more (it stood still for too long, or another driver has the address) it drops what it has and comes again.
"""

import asyncio
import contextlib
import json
import os
import platform
import re
import shutil
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assignment.fixable import FixableError, parse_as
from grader.cluster.devices import LocalPlace
from grader.cluster.errand import PAUSE, Bound, Stay, find_result
from grader.cluster.guard.gate import raise_descriptors
from grader.cluster.keys import Keys
from grader.cluster.likeness import describe_environment
from grader.cluster.machine import Hello
from grader.cluster.scratch import find_base, hold_numbers, open_scratch
from grader.cluster.shipment import Shipment, describe_course, obtain_course
from grader.cluster.wire import GIVEN_UP, REFUSED, Line, check_answer, describe_fault
from grader.driver.sharing import end_hosts, end_idle_hosts
from grader.driver.slot import make_font_list, share_threads
from grader.runs.job import order_course
from grader.sandbox.cgroup import sweep_groups
from grader.sandbox.check import check_readable
from grader.sandbox.orphans import sweep_cages
from grader.sandbox.subordinate import has_own_users

IDLE = 120.0  # seconds; longer than the released notebook runs, which it would have to once more
Tell = Callable[[str], None]
RESERVED, PER_PLACE = 256, 32  # descriptors; no more than these are asked for, since notebooks inherit the limit


@dataclass(frozen=True)
class Service:
    """What a worker offers, to whom, and how long it waits."""

    address: str
    keys: Keys | None
    places: tuple[LocalPlace, ...]
    cache: Path  # of courses
    grace: float = 600.0  # seconds without a driver, after which it ends
    seconds: float | None = None  # that its job has; it takes nothing that it could not end
    name: str = ""  # of the machine; '' for its own
    without_memory_group: bool = False


class Worker:
    """A worker while it works."""

    def __init__(self, service: Service, folder: Path, numbers: tuple[int, ...], tell: Tell) -> None:
        self.service, self.folder, self.numbers, self.tell = service, folder, numbers, tell
        self.fonts = make_font_list(folder / "fonts")
        self.end = None if service.seconds is None else time.monotonic() + service.seconds
        self.heard = time.monotonic()
        self.stay: Stay | None = None
        self.signalled, self.told = False, ""

    async def work(self) -> str:
        """Stay with one driver after another; return why no more."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop)
        while True:
            try:
                over = await self._stay(Line(self.service.address, self.service.keys))
            except OSError as error:
                over = f"no driver at {self.service.address}: {describe_fault(error)}"
                self._tell_once(f"{over}; trying for {self.service.grace:.0f} s")
            if self.signalled or over in ("end", "late", "silent"):
                return "stopped" if self.signalled else over
            if self._is_silent():
                return over
            await asyncio.sleep(PAUSE)

    def _tell_once(self, text: str) -> None:
        if text != self.told:
            self.tell(text)
        self.told = text

    def _stop(self) -> None:
        self.signalled = True
        if self.stay is not None:
            self.stay.over = "stopped"

    def _is_silent(self) -> bool:
        return time.monotonic() - self.heard > self.service.grace

    async def _stay(self, line: Line) -> str:
        """Come to a driver, work for it, and return why that is over."""
        try:
            stay = self.stay = await self._come(line)
            self.tell(f"at work for course {stay.course.mark}, {len(self.numbers)} at once")
            tasks = [asyncio.ensure_future(self._serve(stay, place)) for place in range(len(self.numbers))]
            await asyncio.gather(self._beat(stay, line, tasks), _end_idle(stay), *tasks)
            if stay.over in ("late", "stopped"):
                with contextlib.suppress(OSError):
                    await line.call("bye", machine=stay.machine, why=stay.over)
            return stay.over
        finally:
            self.stay = None
            line.close()
            await asyncio.to_thread(end_hosts)  # the next driver's class may be another

    async def _come(self, line: Line) -> Stay:
        """Say what this machine is and obtain the course; FixableError with what the driver objects to."""
        places = tuple(one.place for one in self.service.places)
        host = re.sub(r"[^\w.-]", "-", self.service.name or platform.node() or "worker")[:100]
        hello = Hello(host=host, pid=os.getpid(), places=places, environment=describe_environment())
        answer = check_answer(await line.call("hello", hello=hello.model_dump(mode="json")))
        self.heard = time.monotonic()
        machine, shipment = answer["machine"], parse_as(Shipment, json.loads(answer["course"]), "course")

        async def ask(name: str, offset: int) -> bytes:
            self.heard = time.monotonic()
            return bytes(
                check_answer(await line.call("read", machine=machine, name=name, offset=offset)).get("data", b"")
            )

        try:
            course = await obtain_course(shipment, self.service.cache, ask)
            check_readable(course)
            ours = describe_course(course).model_copy(update={"files": shipment.files})
            check_answer(await line.call("ready", machine=machine, course=ours.model_dump_json()))
        except FixableError as error:
            await line.call("bye", machine=machine, why=str(error))
            raise
        own_users = not any(one.gpu for one in self.service.places) and await asyncio.to_thread(has_own_users, course)
        return Stay(machine, course, float(answer["beat"]), own_users)

    async def _beat(self, stay: Stay, line: Line, tasks: "Sequence[asyncio.Future[None]]") -> None:
        """Say now and then that we live, and hear which orders to end; at the end let none run on."""
        while not stay.over or (stay.over == "late" and not all(task.done() for task in tasks)):
            try:
                answer = await line.call("beat", machine=stay.machine, running=list(stay.running))
            except OSError:
                stay.over = "silent" if self._is_silent() else stay.over
            else:
                self.heard = time.monotonic()
                stay.drop(answer.get("drop", ()))
                stay.over = "unknown" if "unknown" in answer else stay.over or str(answer.get("over", ""))
            end = time.monotonic() + stay.beat
            while time.monotonic() < end and not stay.over:
                await asyncio.sleep(0.05)
            if stay.over == "late":
                await asyncio.sleep(0.2)
        stay.drop(list(stay.running))

    async def _serve(self, stay: Stay, place: int) -> None:
        """Take one order after another for a place."""
        line = Line(self.service.address, self.service.keys)
        folder = self.folder / f"place{place}"
        bound = Bound(stay.machine, self._make_own(stay, place), folder)
        try:
            while not stay.over:
                left = None if self.end is None else self.end - time.monotonic()
                try:
                    order = await line.call("take", machine=stay.machine, place=place, seconds_left=left)
                    if order.get("late"):
                        stay.over = "late"
                    elif "ticket" in order:
                        await self._carry_out(stay, line, order, bound)
                    elif "unknown" in order or REFUSED in order:
                        await asyncio.sleep(PAUSE)
                except OSError:
                    await asyncio.sleep(PAUSE)
        finally:
            line.close()
            shutil.rmtree(folder, ignore_errors=True)

    async def _carry_out(self, stay: Stay, line: Line, order: dict[str, Any], bound: Bound) -> None:
        """Execute an order and bring back what came of it; nobody hears of one that was dropped meanwhile."""
        ticket, student = str(order["ticket"]), order.get("student")
        stay.running[ticket] = None
        try:
            why, ours = await find_result(stay, line, order, bound)
            if ticket in stay.running and why and why != GIVEN_UP:
                self.tell(f"{student}: {why}")
                await line.call("done", machine=stay.machine, ticket=ticket, why=why, ours=ours)
        finally:
            stay.running.pop(ticket, None)

    def _make_own(self, stay: Stay, place: int) -> dict[str, Any]:
        keys = self.service.keys
        secret = (self.folder, find_base(), self.service.cache, *((keys.key.parent.resolve(),) if keys else ()))
        return {
            "slot": self.numbers[place],
            "gpu": self.service.places[place].gpu,
            "gpu_memory_mib": self.service.places[place].watched_mib,
            "threads": share_threads(len(self.numbers)),
            "fonts": self.fonts,
            "hidden": tuple(path.resolve() for path in secret),
            "course": order_course(stay.course),
            "without_memory_group": self.service.without_memory_group,
            "subordinate": stay.subordinate,
        }


async def _end_idle(stay: Stay) -> None:
    """While a stay lasts, end what holds memory for a class that sends nothing any more."""
    while not stay.over:
        await asyncio.sleep(PAUSE)
        await asyncio.to_thread(end_idle_hosts, IDLE)


def run_host(service: Service, tell: Tell) -> str:
    """Work until there is no driver any more, or none wants it; return why it ended.

    FixableError with what a driver objects to, or what this machine lacks.
    """
    raise_descriptors(RESERVED + PER_PLACE * len(service.places))
    base = find_base()
    with open_scratch(base) as folder, hold_numbers(base, len(service.places)) as numbers:
        sweep_cages()
        sweep_groups()
        return asyncio.run(Worker(service, folder, numbers, tell).work())
