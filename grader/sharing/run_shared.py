"""One hand-in that shares, in a process of its own, a child of the host; `result.json` is its answer, as a worker's.

Where something stands against sharing it leaves no result, and the whole notebook is executed by a worker.
"""

import ast
import asyncio
import contextlib
import json
import logging
import os
import socket
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from ipykernel.ipkernel import IPythonKernel

from assignment.fixable import FixableError
from grader.handins.notebook import parse_notebook
from grader.handins.sharing import list_executed, list_sources
from grader.runs.doing import forget_cell, note_cell
from grader.runs.job import load_job, read_order
from grader.runs.result import RunResult, commit_result
from grader.sharing.released import Released, read
from grader.sharing.replay import SharingClient, Steps
from grader.trunk.joining import LOOK, NotShared, Trunk
from grader.trunk.rule.known import Look, parse_look
from grader.trunk.rule.path import Order, walk
from grader.worker.ending import Ending
from grader.worker.execute import BegunRun, Execution, begin_run, bound_memory, describe_limits, describe_run
from grader.worker.place import Place, open_place
from grader.worker.save import OUTPUTS, save_notebook, save_outputs
from grader.worker.watch import Clock, run_notebook

MOST_SAID = 2**21  # characters of a look
LANGUAGE = IPythonKernel.language_info  # of every kernel of this Python


def run_shared(folder: Path, released: Released) -> None:
    """Execute the Run of a folder as its job says, and commit its result; FixableError where it is not to share."""
    order, job = read_order(folder), load_job(folder)
    bound_memory(job.limits)
    logging.disable(logging.CRITICAL)  # as a worker does
    try:
        result = asyncio.run(Journey(begin_run(folder, job), released).go())
    finally:
        forget_cell(folder)
    if read_order(folder) == order:
        commit_result(folder, result)


@dataclass
class Journey:
    """A hand-in on its way, and what it used by now."""

    begun: BegunRun
    released: Released
    clock: Clock = field(default_factory=Clock)
    cpu_seconds: float = 0.0
    peak_mib: float = 0.0
    memory_group: str = ""  # of its branches
    outputs: tuple[str, ...] = ()  # notes on what it saved
    done: int = 0  # steps
    order: Order | None = None
    is_back: bool = False  # in the trunk

    async def go(self) -> RunResult:
        """Take what is the trunk's, run what is not, and return the result."""
        begun, notebook = self.begun, parse_notebook(self.begun.data)
        self.indices = list_executed(notebook)
        self.path = self.released.find_path(list_sources(notebook))
        self.way = walk(self.path, self.released.to_known())
        tell = partial(note_cell, begun.folder)
        client = SharingClient(notebook, begun.job.limits, keep_going=begun.job.keep_going, tell_cell=tell)
        try:
            ending = await self._travel(client)
            if ending.word == "ran" or ending.kept_going:
                client.set_widgets_metadata()
            return self._describe(client, ending)
        finally:
            client.close()

    async def _travel(self, client: SharingClient) -> Ending:
        """Go from the first cell to the last, or to where the notebook ends; return how it ended."""
        self.order = next(self.way, None)
        while self.order is not None:
            self._take(client, self.order.first)
            ending = await self._run(client, self.order)
            if not self.is_back:
                return ending
        self._take(client, len(self.indices))
        self._take_outputs()
        return Ending("ran")

    async def _run(self, client: SharingClient, order: Order) -> Ending:
        """Run steps on a branch, and what is to follow there; return how it ended."""
        job, folder = self.begun.job, self.begun.folder
        if order.start not in self.released.snapshots:
            raise NotShared(
                f"no snapshot before released code cell {order.start}; expected one where a hand-in departs"
            )
        snapshot = self.released.snapshots[order.start]
        with (
            contextlib.closing(socket.socket(fileno=os.dup(snapshot.control))) as control,
            open_place(folder.name, job, None) as place,
        ):
            before = [self.path.steps[number].source for number in range(order.first)]
            trunk = Trunk(None, control, mounted=snapshot.mounted)
            kernel = await trunk.branch(place, before)
            meter = replace(place.open_meter(kernel), spent=self.cpu_seconds)
            self.is_back = False
            client.follow(kernel, self.indices[order.first : order.last], partial(self._go_on, client))
            try:
                ending = await run_notebook(client, meter, self.clock)
                self.is_back = self.is_back and ending.word == "ran"  # it may have passed a limit in its last moment
                self._note_use(place, meter.cpu_seconds, meter.peak_mib)
                if ending.word != "ran" and (client.cell is None or trunk.has_ended()):  # no fault of the hand-in's
                    raise NotShared(f"sandbox: {ending.detail}; expected a branch that answers")
                self.outputs = () if self.is_back else save_outputs(folder / "work", job.limits, kernel.work)
            finally:
                await kernel.kill()
                client.close()
                kernel.close()
        return ending

    async def _go_on(self, client: SharingClient, failed: bool) -> Steps | None:
        """Return the next cells of the branch, None where the hand-in goes on in the trunk or is at its end."""
        assert self.order is not None
        said = await client.ask(LOOK) if self.order.look and not failed else None
        self.done = self.order.last
        try:
            self.order = self.way.send(parse_said(said))
        except StopIteration:
            self.order = None
        if self.order is not None and self.order.start is None:
            return self.indices[self.order.first : self.order.last]
        self.is_back = self.done < len(self.indices)
        return None

    def _take(self, client: SharingClient, end: int) -> None:
        """Take the steps before `end` from the trunk."""
        for number in range(self.done, end):
            step = self.path.steps[number].released
            assert step is not None
            client.take(self.indices[number], self.released.records[step], LANGUAGE)
        self.done = end

    def _take_outputs(self) -> None:
        """Write what the trunk saved into the Run's work folder."""
        folder = self.begun.folder / "work" / OUTPUTS
        folder.mkdir(exist_ok=True)
        for name, descriptor in self.released.outputs.items():
            (folder / name).write_bytes(read(descriptor))
        self.outputs = self.released.notes

    def _note_use(self, place: Place, cpu_seconds: float, peak_mib: float) -> None:
        self.cpu_seconds += cpu_seconds
        self.peak_mib = max(self.peak_mib, peak_mib, place.group.read_peak_mib())
        self.memory_group = place.group.kind

    def _describe(self, client: SharingClient, ending: Ending) -> RunResult:
        begun, kind = self.begun, self.memory_group or self.released.memory_group
        saved = save_notebook(begun.folder / "work", begun.job.limits, client.nb, len(begun.data))
        seen = Execution(
            ending=ending,
            cell_seconds=tuple(client.cell_seconds),
            peak_memory_mib=round(self.peak_mib, 1),
            peak_gpu_memory_mib=None,
            output_bytes=client.session.received,
            notes=(*client.list_notes(ending), *saved, *self.outputs),
            shared=tuple(client.taken),
        )
        return describe_run(begun, seen, kind, describe_limits(begun.job, kind))


def parse_said(said: str | None) -> Look | None:
    """Return what a branch says of itself, None where that is nothing that can be read, or takes long to."""
    try:
        return parse_look(json.loads(ast.literal_eval(said))) if said is not None and len(said) <= MOST_SAID else None
    except (FixableError, ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None
