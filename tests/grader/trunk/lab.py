"""A trunk to branch from, and what a branch printed."""

import asyncio
import json
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

from assignment.course import open_course
from grader.runs.job import Job, order_course
from grader.sharing.replay import SharingClient
from grader.trunk.joining import Trunk
from grader.trunk.starting import start_trunk
from grader.worker.ending import Ending
from grader.worker.execute import describe_limits
from grader.worker.kernel import Kernel
from grader.worker.place import Place, open_place
from tests.grader.sandboxed import SMALL

AS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root can write the users of a trunk's namespace")


def make_job(**limits: int) -> Job:
    """Return the order of a Run of the embedded course with small limits."""
    its = SMALL.model_copy(update=limits)
    return Job(course=order_course(open_course()), limits=its, without_memory_group=True)


def make_notebook(cells: Sequence[str]) -> Any:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])


@dataclass(frozen=True)
class Result(Ending):
    """How a notebook ended, by the names that a RunResult has."""

    cell_seconds: tuple[float | None, ...] = ()
    notes: tuple[str, ...] = ()
    memory_group: str = "none"
    peak_memory_mib: float = 0.0


@dataclass(frozen=True)
class Executed:
    """What came of a notebook: how it ended, its cells and the text that each printed."""

    result: Result
    cells: list[Any]

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple("".join(out.get("text", "") for out in cell.outputs) for cell in self.cells)

    def said(self, cell: int) -> dict[str, object]:
        """Return the JSON that a cell printed last."""
        found: dict[str, object] = json.loads(self.texts[cell].splitlines()[-1])
        return found


async def run_cells(
    place: Place, kernel: Kernel, notebook: Any, *, begin: int = 0, keep_going: bool = False
) -> Executed:
    """Execute a notebook's cells from `begin` on, on a kernel in which those before ran; it is dead afterwards."""
    client = SharingClient(notebook, place.job.limits, keep_going=keep_going)
    client.code_cells_executed = begin

    async def end(_: bool) -> None:
        client.set_widgets_metadata()

    client.follow(kernel, range(begin, len(notebook.cells)), end)
    ending, group = await place.run(client, kernel), place.group
    notes = (*client.list_notes(ending), *describe_limits(place.job, group.kind))
    used = tuple(client.cell_seconds), notes, group.kind, group.read_peak_mib()
    return Executed(Result(*astuple(ending), *used), notebook.cells)


@dataclass(frozen=True)
class Lab:
    """A trunk that has run some cells, and the loop that it is asked in."""

    runner: asyncio.Runner
    trunk: Trunk
    place: Place

    def execute(
        self,
        cells: Sequence[str],
        *,
        run: str = "alice",
        beside: Path | None = None,
        keep_going: bool = False,
        **limits: int,
    ) -> Executed:
        """Execute cells in a branch of their own."""

        async def execute() -> Executed:
            with open_place(run, make_job(**limits), beside) as place:
                kernel = await self.trunk.branch(place)
                return await run_cells(place, kernel, make_notebook(cells), keep_going=keep_going)

        return self.runner.run(execute())


@contextmanager
def open_lab(cells: Sequence[str] = (), **limits: int) -> Iterator[Lab]:
    """Start a trunk and have it run cells."""
    with asyncio.Runner() as runner, open_place("trunk", make_job(**limits), None) as place:
        trunk = runner.run(start_trunk(place))
        try:
            for source in cells:
                assert runner.run(trunk.run_cell(source))["ok"]
            yield Lab(runner, trunk, place)
        finally:
            runner.run(trunk.kill())


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A trunk that has run nothing yet."""
    with open_lab() as opened:
        yield opened


@pytest.fixture(scope="module")
def execute_once(lab: Lab) -> Callable[..., Executed]:
    """What executes a notebook that several tests look at: here, in a branch."""
    return lambda name, cells, **limits: lab.execute(cells, run=name, **limits)


@pytest.fixture
def execute(lab: Lab) -> Callable[..., Executed]:
    """What executes a notebook: here, in a branch."""
    return lambda cells, sandbox=True, **how: lab.execute(cells, **how)


@pytest.fixture
def sibling(lab: Lab) -> Iterator[tuple[Kernel, str]]:
    """Another student's branch, which lives."""
    run = f"b{secrets.token_hex(8)}"
    with open_place(run, make_job(), None) as place:
        kernel = lab.runner.run(lab.trunk.branch(place))
        yield kernel, run
        lab.runner.run(kernel.kill())
        kernel.close()
