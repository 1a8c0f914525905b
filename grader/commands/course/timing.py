"""`hw9 course check --time`: what the released notebook uses on this machine, and the limits that follow."""

import json
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from assignment.assignment import Limits
from assignment.course import Course
from assignment.fixable import Fault, show_line
from assignment.processors import count_processors
from grader.commands.terminal.screen import OUT, print_faults, say, show_table
from grader.driver.measure import MEMORY, NAME, SECONDS, SIZES, Measured, measure_notebook, propose_limits
from grader.runs.doing import read_cell

BUSY = 1.0  # processes that waited or ran before we began
LONGEST = 8  # cells that are shown
COMPARED = {"cell_seconds": "s", "notebook_seconds": "s", "memory_mib": "MiB", "output_mib": "MiB", "group_mib": "MiB"}


class CellColumn(ProgressColumn):
    """Which cell runs now, read where the worker says it."""

    def __init__(self, folder: Path, sources: list[str]) -> None:
        super().__init__()
        self.folder, self.sources = folder, sources

    def render(self, task: Task) -> Text:
        """Return the number of the cell and its first line."""
        cell = read_cell(self.folder)
        if cell is None or cell >= len(self.sources):
            return Text("starting" if not task.completed else "")
        task.completed = cell
        return Text(f"cell {cell} of {len(self.sources)}  {_first_line(self.sources[cell])}")


def time_course(course: Course, device: str) -> int:
    """Execute the released notebook, show what it used and print the limits; 1 where it failed, or is over its own."""
    cells = json.loads(course.read_released())["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    with tempfile.TemporaryDirectory(prefix="hw9-time-") as name:
        columns = (TextColumn(show_line(course.name), markup=False), BarColumn(), TimeElapsedColumn())
        column = CellColumn(Path(name) / "runs" / NAME, sources)
        with Progress(*columns, column, console=OUT, transient=True, disable=not OUT.is_terminal) as progress:
            progress.add_task("", total=len(sources))
            measured = measure_notebook(course, Path(name), device=device)
    show_measured(measured, sources)
    if measured.result.word == "ran":
        say("\n".join(to_yaml(measured, course.assignment.limits)))
    return print_faults(find_measured_faults(measured, course))


def show_measured(measured: Measured, sources: list[str]) -> None:
    """Print how the notebook ended and the cells that took longest."""
    its = measured.result
    if measured.busy >= BUSY:
        say(f"the machine had {measured.busy:.0f} other things to do: measure again when it has none")
    if measured.unboxed:
        say(f"without the sandbox, which cannot be had here: {measured.unboxed}")
    longest = sorted(((one, cell) for cell, one in enumerate(its.cell_seconds) if one), reverse=True)[:LONGEST]
    table = Table("cell", "s", "begins", title="the longest cells")
    for seconds, cell in sorted(longest, key=lambda item: item[1]):
        table.add_row(str(cell), f"{seconds:.1f}", _first_line(sources[cell]))
    show_table(table)
    largest = ", ".join(f"{name} {size:.1f}" for name, size in measured.group_mib.items()) or "none"
    say(f"{its.word} in {its.seconds:.1f} s; at most {its.peak_memory_mib:.0f} MiB of memory")
    say(f"printed and drew {its.output_bytes / 2**20:.1f} MiB; MiB of arrays: {largest}")


def to_yaml(measured: Measured, usual: Limits) -> Iterator[str]:
    """Yield the lines of `limits` to paste into the settings, each that changes with what stands there now."""
    its, proposed = measured.result, propose_limits(measured, usual)
    where = f"{its.device}, {count_processors()} cores, {'no sandbox' if measured.unboxed else 'in the sandbox'}"
    yield f"# Measured {date.today().isoformat()} on one machine ({where}); another one: measure there."
    yield f"# Times x {SECONDS:g} (two notebooks that share the cores, and half as much again), memory x {MEMORY:g},"
    yield f"# sizes x {SIZES:g}."
    yield "limits:"
    for name, value in proposed.model_dump().items():
        before = getattr(usual, name)
        yield f"  {name}: {value}" + (f"  # was {before}" if value != before else "")


def find_measured_faults(measured: Measured, course: Course) -> Iterator[Fault]:
    """Yield why the notebook did not come to its end, and each limit of the course that it passes by itself."""
    its = measured.result
    if its.word != "ran":
        says = f"cell {its.cell}: {its.word}: {its.detail or its.reason}; expected a notebook that runs to its end"
        yield Fault((str(course.notebook),), says)
        return
    used = {
        "cell_seconds": max((one for one in its.cell_seconds if one), default=0.0),
        "notebook_seconds": its.seconds,
        "memory_mib": its.peak_memory_mib,
        "output_mib": its.output_bytes / 2**20,
        "group_mib": max(measured.group_mib.values(), default=0.0),
    }
    for name, unit in COMPARED.items():
        allowed = getattr(course.assignment.limits, name)
        if used[name] > allowed:
            says = f"{allowed} {unit}; expected more than the {used[name]:.0f} {unit} that the notebook needs here"
            yield Fault((str(course.settings), "limits", name), says)


def _first_line(source: str) -> str:
    return next((line for line in source.splitlines() if line.strip()), "")[:60]
