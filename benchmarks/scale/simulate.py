"""A class on many GPUs, event by event, without a second of sleep.

Places take the next notebook when they are free. Each hand-in also takes the driver some time, one after the other. A
machine that goes down is noticed after a while, its notebooks go to the front, and it comes back.
"""

import heapq
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random

USUAL_PER_MACHINE = 4


@dataclass(frozen=True)
class World:
    """What a class runs on; all times in seconds.

    driver: of the driver for each hand-in. noticed: until a machine that is down counts as gone. away: until it
    is back.
    """

    gpus: int
    per_machine: int = USUAL_PER_MACHINE
    driver: float = 0.0
    noticed: float = 20.0
    away: float = 600.0

    @property
    def machines(self) -> tuple[int, ...]:
        """The places of each machine."""
        whole, rest = divmod(self.gpus, self.per_machine)
        return (*[self.per_machine] * whole, *([rest] if rest else []))


@dataclass(frozen=True)
class Outcome:
    """How a class went: its seconds, the GPU seconds of its notebooks that counted, and how many were begun again."""

    seconds: float
    useful: float
    again: float

    def find_efficiency(self, gpus: int) -> float:
        """Return which share of the GPUs' time went into notebooks that counted."""
        return self.useful / (gpus * self.seconds)


def draw_failures(world: World, hours: float, horizon: float, random: Random) -> dict[int, list[float]]:
    """Return when each machine goes down within a horizon, `hours` apart in the mean."""
    failures: dict[int, list[float]] = {}
    for machine in range(len(world.machines)):
        times, now = list[float](), random.expovariate(1 / (hours * 3600))
        while now < horizon:
            times.append(now)
            now += world.away + random.expovariate(1 / (hours * 3600))
        failures[machine] = times
    return failures


def simulate(times: Sequence[float], world: World, failures: Mapping[int, Sequence[float]] | None = None) -> Outcome:
    """Run notebooks that take these seconds, in this order; failures: when each machine goes down.

    >>> simulate([10.0] * 8, World(gpus=4))
    Outcome(seconds=20.0, useful=80.0, again=0)
    """
    return _Class(times, world, failures or {}).run()


class _Class:
    """A class while it runs."""

    def __init__(self, times: Sequence[float], world: World, failures: Mapping[int, Sequence[float]]) -> None:
        self.times, self.world, self.todo = times, world, deque(range(len(times)))
        self.free, self.up = list(world.machines), [True] * len(world.machines)
        self.running: list[dict[int, int]] = [{} for _ in world.machines]  # order -> notebook, of each machine
        self.events: list[tuple[float, int, str, int, int]] = []  # when, a number, what, machine, order or notebook
        self.numbers, self.driver_free, self.done, self.again, self.now = count(), 0.0, 0, 0, 0.0
        for machine, downs in failures.items():
            for down in downs:
                self._plan(down, "down", machine)

    def run(self) -> Outcome:
        self._hand_out()
        while self.done < len(self.times):
            self.now, _, what, machine, which = heapq.heappop(self.events)
            {"end": self._end, "down": self._go_down, "up": self._come_back, "noticed": self._notice}[what](
                machine, which
            )
            self._hand_out()
        return Outcome(self.now, float(sum(self.times)), self.again)

    def _plan(self, when: float, what: str, machine: int, which: int = 0) -> None:
        heapq.heappush(self.events, (when, next(self.numbers), what, machine, which))

    def _hand_out(self) -> None:
        for machine in range(len(self.free)):
            while self.todo and self.up[machine] and self.free[machine]:
                notebook, order = self.todo.popleft(), next(self.numbers)
                begin = self.driver_free = max(self.now, self.driver_free) + self.world.driver
                self.free[machine] -= 1
                self.running[machine][order] = notebook
                self._plan(begin + self.times[notebook], "end", machine, order)

    def _end(self, machine: int, order: int) -> None:
        if order in self.running[machine]:
            del self.running[machine][order]
            self.free[machine] += 1
            self.done += 1

    def _go_down(self, machine: int, _: int) -> None:
        if not self.up[machine]:
            return
        self.up[machine] = False
        for notebook in self.running[machine].values():
            self._plan(self.now + self.world.noticed, "noticed", machine, notebook)
        self.running[machine].clear()
        self._plan(self.now + self.world.away, "up", machine)

    def _notice(self, _: int, notebook: int) -> None:
        self.todo.appendleft(notebook)
        self.again += 1

    def _come_back(self, machine: int, _: int) -> None:
        self.up[machine], self.free[machine] = True, self.world.machines[machine]
