"""The keeper of a trunk: a process that has the released cells run once, and tells the host what comes of each.

It tells (kind, what, descriptors): `record` of the next cell; `look` at a point; `snapshot` of a point; `edge`, from
which cell on some share nothing; `outputs`, what the cells saved; and `over`, with what stands against sharing or "".
Then it waits for the host to end, and the trunk ends with it.
"""

import ast
import asyncio
import json
import os
import socket
from collections.abc import Sequence
from typing import Any

from assignment.fixable import FixableError
from grader.files.untrusted import list_untrusted, read_untrusted
from grader.handins.notebook import parse_notebook
from grader.runs.job import Job
from grader.sandbox import cage
from grader.sharing.memory import bound_trunk, check_memory
from grader.sharing.released import Released, hold
from grader.sharing.replay import SharingClient, find_untakable
from grader.trunk.joining import LOOK, NotShared, Refused, Trunk
from grader.trunk.starting import start_trunk
from grader.trunk.wire import send
from grader.worker.client import MIB
from grader.worker.place import EMPTY, Place, open_place
from grader.worker.save import KNOWN, MOST_FILES, OUTPUTS

NAME = ".trunk"  # what the trunk's Run is called; no student's is


class Keeper:
    """Runs a trunk from its first cell to its last."""

    def __init__(self, job: Job, released: Released, host: socket.socket) -> None:
        self.job, self.released, self.host = job, released, host
        self.point, self.told = 0, False  # of the last one that there could be
        self.snapshot: Trunk | None = None

    def run(self) -> None:
        """Keep the trunk until the host ends."""
        asyncio.run(self._keep())

    async def _keep(self) -> None:
        limits = bound_trunk(self.job.limits)
        try:
            with open_place(NAME, self.job.model_copy(update={"limits": limits}), None) as place:
                trunk = await start_trunk(place)
                try:
                    await self._go(trunk, place)
                    self.tell("over", "")
                    await self._wait(trunk)
                except NotShared:
                    check_memory(trunk, place)  # which is why it ended
                    raise
                finally:
                    await trunk.kill()
        except TimeoutError:
            self.tell("over", f"the released notebook ran more than {self.job.limits.notebook_seconds} s")
        except (FixableError, OSError) as error:
            self.tell("over", str(error))
        await asyncio.to_thread(self.host.recv, 1)  # the host ends

    async def _go(self, trunk: Trunk, place: Place) -> None:
        looks = list[asyncio.Task[None]]()
        try:
            async with asyncio.timeout(self.job.limits.notebook_seconds):
                ran = await self._run_cells(trunk, place, looks)
                await asyncio.gather(*looks)
                if ran:
                    self._tell_outputs(trunk, place)
        finally:
            for one in looks:
                one.cancel()
            await asyncio.gather(*looks, return_exceptions=True)
            if self.snapshot is not None:
                self.snapshot.control.close()

    async def _run_cells(self, trunk: Trunk, place: Place, looks: "list[asyncio.Task[None]]") -> bool:
        """Run the cells, to the first whose outputs no hand-in can have; tell whether there was none."""
        assert self.job.share is not None
        leave, back = self.job.share.leave, self.job.share.back
        for point in range(len(self.released.sources) + 1):
            refused = await self._take_snapshot(trunk, point, needed=point in leave) if leave else ""
            if refused and point in leave:
                self._tell_edge(f"who differs at cell {point} goes", refused)
            if point in back and not refused:
                await asyncio.gather(*looks[:-1])  # two at a time
                looks.append(asyncio.create_task(self._look(trunk, point)))
                await asyncio.sleep(0)  # its fork is asked for now, before the next cell; it looks meanwhile
            untakable = await self._run_cell(trunk, point) if point < len(self.released.sources) else ""
            check_memory(trunk, place)
            if untakable:
                self._tell_edge("all go", untakable, last=True)
                return False
        return True

    async def _run_cell(self, trunk: Trunk, number: int) -> str:
        """Run a cell, and return why no hand-in can have what it gave, or ""."""
        ask = self.released.names[number].reads_globals
        record = await trunk.run_cell(self.released.sources[number], ask=ask)
        self.tell("record", number, [hold_json(record)])
        if record["trace"]["history"] and self.snapshot is not None:  # of the sources before it: each hand-in's own
            if self.point == number:
                self._tell_snapshot()
            else:
                self._tell_edge("who differs goes", f"cell {number} looks at the cells before it")
        why = find_untakable(record)
        return f"cell {number}: {why}" if why else ""

    async def _take_snapshot(self, trunk: Trunk, point: int, *, needed: bool) -> str:
        """Keep a snapshot instead of the one before, and tell it if it is needed; return why there is none, or ""."""
        try:
            snapshot = await trunk.take_snapshot(needed=needed)
        except Refused as error:
            return str(error)
        if self.snapshot is not None:
            self.snapshot.control.close()
        self.point, self.snapshot, self.told = point, snapshot, False
        if needed:
            self._tell_snapshot()
        return ""

    def _tell_snapshot(self) -> None:
        """Hand the snapshot that is kept to the host, once."""
        if self.snapshot is not None and not self.told:
            said = {"point": self.point, "mounted": list(map(str, self.snapshot.mounted))}
            self.tell("snapshot", said, [os.dup(self.snapshot.control.fileno())])
            self.told = True

    def _tell_edge(self, who: str, why: str, *, last: bool = False) -> None:
        """Tell that some go on alone from the last snapshot on; NotShared where no cell ran before that."""
        if not self.point:
            raise NotShared(f"released code {why}" if last else why)
        self._tell_snapshot()
        says = f"{who} on alone from released code cell {self.point}: {why}"
        self.tell("edge", {"point": self.point, "why": says, "last": last})

    async def _look(self, trunk: Trunk, point: int) -> None:
        """Tell what a branch says of its state that ran nothing."""
        with open_place(NAME, self.job, None) as place:
            kernel = await trunk.branch(place, self.released.sources[:point])
            client, said = SharingClient(parse_notebook(EMPTY), self.job.limits), list[str | None]()

            async def ask(_: bool) -> None:
                said.append(await client.ask(LOOK))

            client.follow(kernel, (), ask)
            ending = await place.run(client, kernel)
        if not said or said[0] is None:
            raise FixableError(f"sandbox: a branch before released code cell {point}: {ending}; expected its state")
        self.tell("look", point, [hold_json(json.loads(ast.literal_eval(said[0])))])

    def _tell_outputs(self, trunk: Trunk, place: Place) -> None:
        """Tell what the trunk saved; FixableError where that is more than a notebook may."""
        limits = self.job.limits
        work = os.open(f"/proc/{trunk.pid}/root{cage.WORK}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            names = [name for name in list_untrusted(work, OUTPUTS, MOST_FILES) if name in KNOWN]
            files = [hold(read_untrusted(work, f"{OUTPUTS}/{name}", limits.file_mib * MIB)) for name in names]
        finally:
            os.close(work)
        self.tell("outputs", {"names": names, "notes": [], "memory_group": place.group.kind}, files)

    async def _wait(self, trunk: Trunk) -> None:
        """Wait for the host's end, or the trunk's."""
        assert trunk.outer is not None
        host = asyncio.ensure_future(asyncio.to_thread(self.host.recv, 1))
        await asyncio.wait({host, asyncio.ensure_future(trunk.outer.wait())}, return_when=asyncio.FIRST_COMPLETED)
        if not host.done():
            self.tell("over", "the trunk ended")

    def tell(self, kind: str, what: Any, descriptors: Sequence[int] = ()) -> None:
        """Tell the host one thing; the descriptors are closed here."""
        send(self.host, [kind, what], descriptors)
        for one in descriptors:
            os.close(one)


def hold_json(data: Any) -> int:
    """Return a descriptor of a memory file that holds the data as JSON."""
    return hold(json.dumps(data).encode())
