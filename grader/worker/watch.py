"""Running one notebook to its end or to the first limit, whichever comes first, and saying which it was.

How it ended is concluded from what this process saw: its clock, the bytes that it received, the kernel's life and its
control group. Exit codes, and what the kernel tells of itself, come last.
"""

import asyncio
import time
from dataclasses import dataclass, replace
from typing import Any

from grader.worker.client import Client
from grader.worker.ending import BROKEN_OFF, Ending, describe_death, judge_error
from grader.worker.meter import Meter

TICK = 0.2  # seconds between two looks at the clock
LONGEST_TICK = 2.0  # a longer one was a frozen host or a suspended supervisor, and does not count
GRACE = 5.0  # seconds that an interrupted cell has to end


async def run_notebook(client: Client, meter: Meter, clock: "Clock | None" = None) -> Ending:
    """Execute the notebook of a client to its end or to the first limit; the kernel is dead afterwards.

    clock: of the same notebook, where other kernels ran a part of it.
    """
    work = asyncio.ensure_future(client.async_execute())
    watch = asyncio.ensure_future(_watch(client, meter, clock or Clock()))
    life = asyncio.ensure_future(client.kernel.outer.wait())
    await asyncio.wait({work, watch, life}, return_when=asyncio.FIRST_COMPLETED)
    if not work.done() and not watch.done():
        await asyncio.wait({work}, timeout=0.3)  # a last message may still be on its way
    meter.look(now=True)  # what a last cell took stays until the kernel is dead
    ending, code = _judge(client, meter, work, watch), client.kernel.outer.returncode
    await client.kernel.kill()
    for task in (work, watch, life):
        task.cancel()
    await asyncio.gather(work, watch, life, return_exceptions=True)
    if ending.reason == "kernel_died" and client.kernel.drain is not None:
        await asyncio.wait([client.kernel.drain], timeout=1)
        ending = replace(ending, detail=describe_death(code, bytes(client.kernel.stderr)))
    return ending


def _judge(client: Client, meter: Meter, work: "asyncio.Future[Any]", watch: "asyncio.Future[Ending]") -> Ending:
    """Return how it ended; what we measured goes before what the kernel told."""
    if client.session.fault is not None:
        return replace(client.session.fault, cell=client.cell)
    if watch.done():
        return watch.result()
    if passed := meter.find_passed(client.cell):
        return passed
    if client.interrupted:
        return _cell_time(client, "ended when it was interrupted")
    if not work.done():
        return Ending("failed", "kernel_died", client.cell, "the kernel ended while the cell ran")
    if client.failures and work.exception() is None:
        return replace(client.failures[0], kept_going=True)
    return judge_error(work.exception(), client.cell)


@dataclass
class Clock:
    """Seconds of the notebook and of its current cell, without the time that this process or its host stood still."""

    last: float = 0.0
    notebook: float = 0.0
    in_cell: float = 0.0
    cell: int | None = None

    def tick(self, now: float, cell: int | None) -> None:
        """Let time pass up to now, in which this cell ran."""
        step, self.last = min(now - self.last, LONGEST_TICK), now
        self.notebook += step
        self.in_cell = self.in_cell + step if cell == self.cell else 0.0
        self.cell = cell


async def _watch(client: Client, meter: Meter, clock: Clock) -> Ending:
    """Return the first limit that is passed; interrupt a cell that runs too long before giving up on it."""
    clock.last = time.monotonic()
    while not client.session.cut.is_set():
        await _sleep_or_cut(client.session.cut)
        clock.tick(time.monotonic(), client.cell)
        meter.look()
        passed = _find_passed(client, meter, clock)
        if passed is not None:
            return passed
        if await client.has_lost_output():
            return Ending("failed", "output", client.cell, BROKEN_OFF)
        if client.running_since is not None and clock.in_cell > client.limits.cell_seconds and not client.interrupted:
            client.interrupted = True
            client.kernel.interrupt()
    assert client.session.fault is not None
    return replace(client.session.fault, cell=client.cell)


def _find_passed(client: Client, meter: Meter, clock: Clock) -> Ending | None:
    """Return the limit that is passed, if any."""
    limits, cell = client.limits, client.cell
    if passed := meter.find_passed(cell):
        return passed
    if clock.notebook > limits.notebook_seconds:
        return Ending("timed_out", "notebook_time", cell, f"more than {limits.notebook_seconds} s for the notebook")
    if client.interrupted and clock.in_cell > limits.cell_seconds + GRACE:
        return _cell_time(client, "ignored the interrupt and was killed")
    return None


async def _sleep_or_cut(cut: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(cut.wait(), TICK)
    except TimeoutError:
        return


def _cell_time(client: Client, how: str) -> Ending:
    return Ending(
        "timed_out", "cell_time", client.cell, f"more than {client.limits.cell_seconds} s for one cell; it {how}"
    )
