"""The place where a notebook is executed: its user, its group, its cage. What fails here is our fault.

A kernel that cannot be started is tried again with nothing in its cage. Where that fails too, no hand-in is to blame.
"""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from assignment.fixable import FixableError
from grader.handins.notebook import parse_notebook
from grader.runs.job import Job, open_ordered
from grader.sandbox import cage
from grader.sandbox.cgroup import Cgroup, check_group, open_group
from grader.sandbox.gpu import GpuMemory, open_gpu_memory
from grader.sandbox.holding import Holding, is_inside
from grader.sandbox.user import hold_user
from grader.worker.client import Client
from grader.worker.ending import Ending
from grader.worker.kernel import Kernel
from grader.worker.meter import GpuShare, Meter
from grader.worker.start import start_bare, start_caged
from grader.worker.watch import run_notebook

EMPTY = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


class OurFault(FixableError):  # noqa: N818  # a fault of ours, and of no hand-in
    """Notebooks cannot be executed here, whatever is in them."""


@dataclass(frozen=True)
class Place:
    """What is held for one notebook while it is executed."""

    job: Job
    view: cage.View
    group: Cgroup
    gpu_memory: GpuMemory | None  # of a GPU that others use too

    async def start(self) -> Kernel:
        """Start a kernel; FixableError or OSError where that cannot be done."""
        kernel = await (start_caged(self.view, self.group) if self.job.sandbox else start_bare(self.view))
        self.group.follow(kernel.outer.pid)
        return kernel

    async def run(self, client: Client, kernel: Kernel) -> Ending:
        """Execute a client's notebook on a kernel of this place; the kernel is dead and both are closed afterwards."""
        try:
            return await run_notebook(client, self.open_meter(kernel))
        finally:
            await kernel.kill()
            client.close()
            kernel.close()

    def open_meter(self, kernel: Kernel) -> Meter:
        """Return what measures a kernel of this place."""
        folders = tuple(f"/proc/{kernel.pid}/root{folder}" for folder in cage.FOLDERS)
        holding = Holding(kernel.first, folders) if self.job.sandbox else None
        return Meter(kernel, self.group, holding, self.job.limits, self._open_share(kernel))

    def _open_share(self, kernel: Kernel) -> GpuShare | None:
        if self.gpu_memory is None or self.job.gpu_memory_mib is None:
            return None
        is_its = partial(is_inside, kernel.first) if self.job.sandbox else kernel.pid.__eq__
        return GpuShare(self.gpu_memory, self.job.gpu_memory_mib, is_its)


@contextmanager
def open_place(run: str, job: Job, beside: Path | None) -> Iterator[Place]:
    """Hold a place for a Run; OurFault where it cannot be had. Everything in it must be dead at the end."""
    with ExitStack() as held:
        try:
            view = _make_view(run, job, beside)
            group = Cgroup("none")
            if job.sandbox:
                view = replace(view, uid=held.enter_context(hold_user()))
                group = open_group(view.token, job.limits.memory_mib, job.limits.processes)
                held.callback(group.close)
                check_group(group, without=job.without_memory_group)
            shared = open_gpu_memory(job.gpu.uuid) if job.gpu and job.gpu_memory_mib else None
        except FixableError as error:
            raise OurFault(*error.faults) from None
        except OSError as error:
            raise OurFault(f"sandbox: {error}; expected a user and a group for a cage") from None
        yield Place(job, view, group, shared)


async def check_health(run: str, job: Job) -> None:
    """Raise OurFault where an empty notebook cannot be executed either, with nothing in its cage."""
    with open_place(run, job, None) as place:
        try:
            kernel = await place.start()
        except (FixableError, OSError) as error:
            raise OurFault(str(error)) from None
        ending = await place.run(Client(parse_notebook(EMPTY), kernel, job.limits), kernel)
    if ending.word != "ran":
        says = f"sandbox: an empty notebook {ending.word}: {ending.detail}"
        raise OurFault(f"{says}; expected it to run within the limits")


async def check_start(run: str, job: Job, ending: Ending) -> None:
    """Raise where a notebook ended before its first cell and nothing in it can be why.

    OurFault where the place does not work; FixableError where the kernel was silent and the place works again.
    """
    if ending.cell is not None or ending.word == "ran":
        return
    await check_health(run, job)
    if ending.reason == "kernel_died":
        raise FixableError(f"sandbox: {ending.detail}; expected a kernel that answers")


def _make_view(run: str, job: Job, beside: Path | None) -> cage.View:
    return cage.View(
        token=secrets.token_hex(8),
        run=run,
        limits=job.limits,
        course=open_ordered(job),
        gpu=job.gpu,
        gpu_memory_mib=job.gpu_memory_mib,
        threads=job.threads,
        fonts=job.fonts,
        hidden=job.hidden,
        beside=beside,
    )
