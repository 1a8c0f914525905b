"""What a person sees while something long runs: a bar, what runs now and since when, what ended with which status."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from assignment.fixable import show_line
from grader.commands.terminal.screen import Screen
from grader.driver.event import (
    Begun,
    Ended,
    Event,
    MachineCame,
    MachineLeft,
    Noted,
    Placed,
    SharedRun,
    Started,
    TakenIn,
    Waits,
)
from grader.runs.result import RunResult

COLUMNS = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
TENTHS = 10  # where stderr is no terminal: a line for each tenth of the work
COLOURS = {"ran": "green", "failed": "red", "timed_out": "yellow", "lost": "magenta"}


@contextmanager
def show_progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr; what is given is called once for each of the `total` steps that is done.

    Where stderr is no terminal, the bar comes at the end alone: a line before it says how much there is to do.
    """
    console = Screen(stderr=True)
    if not console.is_terminal:
        console.print(f"{what}: {total} to do")
    with Progress(*COLUMNS, console=console) as progress:
        task = progress.add_task(what, total=total)
        yield lambda _: progress.advance(task)


@contextmanager
def show_time_left(
    what: str, seconds: Sequence[float], clock: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[int], None]]:
    """Show on stderr how far the steps are and how long is left; what is given is called with each that is done.

    seconds: how long each step is said to take, 0 where it is done already. On a terminal a bar, else a line now and
    then, such as a log of CI keeps.
    """
    console, start, left = Screen(stderr=True), clock(), dict(enumerate(seconds))
    total, tenths = sum(seconds), 0
    columns = (COLUMNS[0], BarColumn(), TimeElapsedColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=total or 1.0, completed=0 if total else 1, left="")

        def tick(number: int) -> None:
            nonlocal tenths
            left.pop(number)
            share, took = 1 - sum(left.values()) / total if total else 1.0, clock() - start
            more = f", about {to_time(took * (1 - share) / share)} left" if share and left else ""
            words = f"{len(seconds) - len(left)} of {len(seconds)} after {to_time(took)}{more}"
            progress.update(task, completed=total * share or 1.0, left=words)
            if not console.is_terminal and total and int(share * TENTHS) > tenths:
                tenths = int(share * TENTHS)
                console.print(f"{what}: {words}", soft_wrap=True)

        yield tick


def to_time(seconds: float) -> str:
    """Return hours, minutes and seconds.

    >>> to_time(9001.2)
    '2:30:01'
    """
    return str(timedelta(seconds=round(seconds)))


class ShownProgress:
    """Shows on a console what a driver tells: live on a terminal, else a line for each notebook that ended.

    A context manager, since the bar must go whatever happens.
    """

    def __init__(self, console: Screen) -> None:
        self.console, self.running = console, dict[str, TaskID]()
        self.machines = dict[str, str]()  # where each student's notebook runs, in a class on several
        self.live = Progress(SpinnerColumn(), *COLUMNS, console=console, disable=not console.is_terminal)
        self.shared: TaskID | None = None
        self.stops = ""
        self.all = self.live.add_task("notebooks", total=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.live.stop()

    def __call__(self, event: Event) -> None:
        """Show one event."""
        match event:
            case TakenIn(_, notes):
                for note in notes:
                    self.console.print(show_line(note), soft_wrap=True)
            case Begun(total, finished):
                self.live.update(self.all, total=total, completed=finished)
                self.live.start()
                if finished:
                    self.console.print(f"{finished} of {total} notebooks have a result already")
            case Started(student):
                self.running[student] = self.live.add_task(f"  {student}", total=None)
            case Placed(student, machine, place):
                self.machines[student] = machine
                if student in self.running:
                    self.live.update(self.running[student], description=f"  {student}  {machine}, place {place}")
            case MachineCame() | MachineLeft() | Noted():
                self.console.print(show_line(describe_machine(event)), soft_wrap=True)
            case SharedRun():
                self._show_shared_run(event)
            case Waits(student, seconds, reason):
                if student in self.running:
                    self.live.remove_task(self.running.pop(student))
                says = f"{student}: not started, and not at fault; tried again in {seconds:.0f} s: {reason}"
                self.console.print(show_line(says), soft_wrap=True)
            case Ended(student, result, why):
                if student in self.running:
                    self.live.remove_task(self.running.pop(student))
                self.console.print(describe_end(student, result, why, self.machines.pop(student, "")), soft_wrap=True)
                self.live.advance(self.all, result is not None)

    def _show_shared_run(self, event: SharedRun) -> None:
        if self.shared is None:
            self.shared = self.live.add_task("  the released notebook, once for all", total=event.cells)
            if not self.console.is_terminal:
                self.console.print(f"the released notebook runs once for all that share: {event.cells} code cells")
        if event.stops and event.stops != self.stops:
            self.stops = event.stops
            self.console.print(show_line(event.stops), soft_wrap=True)
        self.live.update(self.shared, completed=event.ran, visible=not event.over)


def describe_machine(event: MachineCame | MachineLeft | Noted) -> str:
    """Return one line that says what happened to a machine.

    >>> describe_machine(MachineLeft("gpu1", "not a word for 21 s", 125.0, 7))
    'gpu1 left: not a word for 21 s; 7 notebooks in 125 s'
    >>> describe_machine(MachineLeft("gpu1", "stopped", 46.0, 1))
    'gpu1 left: stopped; 1 notebook in 46 s'
    """
    match event:
        case MachineCame(name, places):
            return f"{name} came, {places} at once"
        case MachineLeft(name, why, seconds, results):
            return f"{name} left: {why}; {results} notebook{'' if results == 1 else 's'} in {seconds:.0f} s"
        case Noted(text):
            return text


def describe_end(student: str, result: RunResult | None, why: str = "", machine: str = "") -> Text:
    """Return one line that says how a notebook ended, on which of several machines; `why` one had no result."""
    where = f"  {show_line(machine)}" if machine else ""
    name = f"{show_line(student):24} "
    if result is None:
        return Text.assemble(
            name, ("no result", "magenta"), f" ({show_line(why or 'its worker ended')}; it is run again)"
        )
    reason = f" ({result.reason})" if result.reason else ""
    place = f" in cell {result.cell}" if result.cell is not None else ""
    return Text.assemble(name, (result.word, COLOURS[result.word]), f"{reason}{place}  {result.seconds:.1f} s{where}")
