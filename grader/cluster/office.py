"""What a worker may ask of a driver: each call checked, answered with plain values, and carried to the desk.

Without a machine's secret, which it is given when it comes, a caller can do no more than come. It reads of the class
what it was given to execute, writes where its own order allows, and never learns of another's.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from assignment.course import Course
from assignment.fixable import FixableError, parse_as
from grader.cluster.desk import LATE, Desk
from grader.cluster.machine import Hello, Machine
from grader.cluster.parcel import Parcel, read_piece
from grader.cluster.shipment import Shipment, describe_course, list_course
from grader.cluster.wire import PEER, REFUSED, Handler
from grader.driver.event import Noted

Answer = dict[str, Any]
UNKNOWN: Answer = {"unknown": True}
MOST_WHY = 500


class Office:
    """The calls of one class."""

    def __init__(self, desk: Desk, course: Course) -> None:
        self.desk, self.shipment = desk, describe_course(course)
        self.files = list_course(course)
        self.handlers: dict[str, Handler] = {
            "hello": self._guard(self.hello),
            "ready": self._guard(self._known(self.ready)),
            "read": self._guard(self._known(self.read)),
            "take": self._guard(self._known(self.take)),
            "piece": self._guard(self._known(self.piece)),
            "done": self._guard(self._known(self.done)),
            "beat": self._guard(self._known(self.beat)),
            "bye": self._guard(self._known(self.bye)),
        }

    def _guard(self, call: Callable[[Answer], Awaitable[Answer]]) -> Handler:
        """Return the call as one that never raises for what a caller says."""

        async def guarded(message: Answer) -> Answer:
            try:
                return await call(message)
            except FixableError as error:
                return {REFUSED: str(error)[:4000]}
            except Exception as error:
                return {REFUSED: f"{type(error).__name__}: {error}"[:MOST_WHY]}

        return guarded

    def _known(self, call: Callable[[Machine, Answer], Awaitable[Answer]]) -> Callable[[Answer], Awaitable[Answer]]:
        """Return the call as one that only a machine which has come may make."""

        async def known(message: Answer) -> Answer:
            machine = self.desk.find(message.get("machine"))
            return UNKNOWN if machine is None else await call(machine, message)

        return known

    async def hello(self, message: Answer) -> Answer:
        """Let a worker come, or tell it, and whoever watches, what differs."""
        try:
            machine = self.desk.enter(parse_as(Hello, message.get("hello"), "hello"), message[PEER])
        except FixableError as error:
            self.desk.news.append(Noted(f"refused a worker: {'; '.join(str(error).splitlines())[:MOST_WHY]}"))
            raise
        return {"machine": machine.key, "name": machine.name, "beat": self.desk.pace.beat,
                "course": self.shipment.model_dump_json()}  # fmt: skip

    async def ready(self, machine: Machine, message: Answer) -> Answer:
        """Let a machine take orders once it has the course; it says by which digests."""
        theirs = parse_as(Shipment, json.loads(message["course"]), "course")
        if theirs != self.shipment:
            raise FixableError(f"course {theirs.mark}; expected {self.shipment.mark}, and the same released notebook")
        self.desk.be_ready(machine)
        return {}

    async def read(self, machine: Machine, message: Answer) -> Answer:
        """Give a piece of a file: of the course, or of an order of the machine's own."""
        name, offset, ticket = message["name"], message["offset"], message.get("ticket")
        if ticket is None:
            path = self.files[name]
        else:
            parcel = _find(machine, ticket)
            path = parcel.folder / name if name in parcel.sent else Path("/nonexistent")
        return {"data": await asyncio.to_thread(read_piece, path, offset)}

    async def take(self, machine: Machine, message: Answer) -> Answer:
        """Give an order to a free place; wait a while for one."""
        end = time.monotonic() + self.desk.pace.poll
        left = message.get("seconds_left")
        its = float(left) if isinstance(left, int | float) else None
        while (taken := self.desk.take(machine, message["place"], its)) is None:
            if machine.aside == LATE:
                return {"late": True}
            if time.monotonic() > end or self.desk.closing or machine.key not in self.desk.machines:
                return {}
            await asyncio.sleep(0.02)
        ticket, parcel = taken
        return {"ticket": ticket, "student": parcel.student, "job": parcel.order, "files": parcel.sent}

    async def piece(self, machine: Machine, message: Answer) -> Answer:
        """Take a piece of what a Run saved."""
        ticket = message["ticket"]
        try:
            _find(machine, ticket).add_piece(message.get("name"), message.get("offset"), message.get("data"))
        except FixableError as error:
            self._blame(machine, ticket, error)
            raise
        except OSError as error:  # this machine's disk
            why = f"what it sent could not be kept here: {error.strerror or error}"
            self.desk.fail(machine, ticket, why, blamed=False)
            raise
        return {}

    async def done(self, machine: Machine, message: Answer) -> Answer:
        """Take the result of a Run, or the reason why there is none."""
        ticket, data = message["ticket"], message.get("result")
        parcel = _find(machine, ticket)
        if data is None:
            why = str(message.get("why", ""))[:MOST_WHY] or "its worker ended without a result"
            self.desk.fail(machine, ticket, why, ours=message.get("ours") is True)
            return {}
        try:
            result = parcel.check_result(data)
            if note := parcel.clean_notebook():
                result = result.model_copy(update={"notes": (*result.notes, note)})
        except FixableError as error:
            self._blame(machine, ticket, error)
            raise
        return {"first": self.desk.accept(machine, ticket, result)}

    def _blame(self, machine: Machine, ticket: object, error: FixableError) -> None:
        """Note that what a machine sent cannot be believed."""
        if isinstance(ticket, str) and ticket in machine.running:
            self.desk.fail(machine, ticket, f"what it sent was refused: {error}")

    async def beat(self, machine: Machine, message: Answer) -> Answer:
        """Hear that a machine lives; tell it which orders to end, and whether the class is over."""
        return {"drop": self.desk.list_dropped(machine, message.get("running")), "over": self.desk.closing}

    async def bye(self, machine: Machine, message: Answer) -> Answer:
        """Let a machine go that ends of itself."""
        self.desk.leave(machine, str(message.get("why", ""))[:MOST_WHY] or "it was stopped")
        return {}


def _find(machine: Machine, ticket: object) -> Parcel:
    """Return an order of a machine's own; FixableError where it has none of that name (any more)."""
    if not isinstance(ticket, str) or ticket not in machine.running:
        raise FixableError("an order that this machine does not have; expected one that it took")
    return machine.running[ticket].parcel
