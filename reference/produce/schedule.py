"""A Schedule: how long each group of Outputs is said to take, and from that how much is done and how long is left."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rich.progress import ProgressColumn, Task
from rich.progress_bar import ProgressBar
from rich.text import Text

from assignment.analyses import Analyses
from reference.produce.bench import Bench
from reference.produce.estimate import Scope, count_work
from reference.produce.probe import Probe
from reference.ties import count_saturated


@dataclass
class Schedule:
    """Groups one after the other; `said`: the seconds of each. What was taken so far corrects what is left."""

    said: Mapping[str, float]
    clock: Callable[[], float] = time.monotonic
    taken: dict[str, float] = field(default_factory=dict)
    running: str | None = None
    since: float = 0.0

    def start(self, group: str) -> None:
        """Begin with a group."""
        self.running, self.since = group, self.clock()

    def finish(self) -> None:
        """End the running group."""
        if self.running is not None:
            self.taken[self.running] = self.clock() - self.since
            self.running = None

    @property
    def total(self) -> float:
        """The seconds that everything was said to take."""
        return sum(self.said.values())

    @property
    def pace(self) -> float:
        """How many times as long as said everything takes, if what is not done takes as long as said."""
        rest = sum(said for group, said in self.said.items() if group not in self.taken)
        return (sum(self.taken.values()) + rest) / self.total if self.total else 1.0

    def find_left(self) -> float:
        """Return the seconds that are left; a group that takes longer than said counts as about to end."""
        left = sum(said for group, said in self.said.items() if group not in self.taken) * self.pace
        if self.running is None:
            return left
        return left - min(self.clock() - self.since, self.said[self.running] * self.pace)

    def find_done(self) -> float:
        """Return the share of the work that is done, 0 to 1."""
        whole = self.total * self.pace
        return 1 - self.find_left() / whole if whole else 1.0


class WorkBar(ProgressColumn):
    """A bar of the work that is done."""

    def __init__(self, schedule: Schedule) -> None:
        super().__init__()
        self.schedule = schedule

    def render(self, task: Task) -> ProgressBar:
        """Return the bar as it is now."""
        return ProgressBar(total=1.0, completed=1.0 if task.finished else self.schedule.find_done(), width=40)


class TimeLeft(ProgressColumn):
    """How long is left."""

    def __init__(self, schedule: Schedule) -> None:
        super().__init__()
        self.schedule = schedule

    def render(self, task: Task) -> Text:
        """Return the words as they are now."""
        return Text("" if task.finished else f"{to_words(self.schedule.find_left())} left")


def plan(bench: Bench, analyses: Analyses, groups: Sequence[str], seeds: tuple[int, ...]) -> Schedule:
    """Return the schedule of some groups, after one unit of each kind of work was timed on this machine."""
    flat = int((count_saturated(bench.pictures) > 0).sum())
    exact = bench.dtype.itemsize == 8
    scope = Scope(len(bench.pictures), flat, seeds, bench.profile.reader_names, exact)
    works = {group: count_work(group, analyses, lambda: bench.profile.texts, scope) for group in groups}
    probe = Probe(bench, analyses)
    seconds = {unit: probe.time_unit(unit) for unit in sorted(set().union(*works.values()))}
    return Schedule({group: sum(seconds[unit] * n for unit, n in work.items()) for group, work in works.items()})


def to_words(seconds: float) -> str:
    """Return a time as it is said.

    >>> to_words(3.2), to_words(59.6), to_words(250), to_words(9000)
    ('3 s', '1 min 00 s', '4 min 10 s', '2 h 30 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{round(seconds / 60) // 60} h {round(seconds / 60) % 60:02} min"
