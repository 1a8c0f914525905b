"""What the notebooks of a class take: one measured time, the measured spread, and assumptions on those that fail."""

from dataclasses import dataclass
from random import Random

GPU_SECONDS = 46.0  # the whole notebook in the sandbox on one H100 (grader/README.md, "On a GPU")
CORE_SECONDS = 77.5  # processor seconds, in the sandbox on a core of an AMD EPYC: official cells 44.4, all others 33.1
SPREAD = (22.24, 21.10, 21.68, 23.23, 21.72, 23.17, 22.65, 22.43)  # results/sandbox.md: seconds of eight notebooks
CELL_SECONDS = 180.0  # the limit of a cell of the embedded course


@dataclass(frozen=True)
class Ends:
    """Assumed, since no real class was measured: which share of a class raises in a cell, or loops until its limit."""

    raises: float = 0.03
    loops: float = 0.01


USUAL = Ends()


def draw_times(students: int, seconds: float, random: Random, ends: Ends = USUAL) -> list[float]:
    """Return what each notebook of a class takes, in which a whole one takes `seconds` in the mean."""
    mean = sum(SPREAD) / len(SPREAD)
    times = []
    for _ in range(students):
        whole = seconds * random.choice(SPREAD) / mean
        drawn, where = random.random(), random.random()
        if drawn < ends.raises:
            whole *= where
        elif drawn < ends.raises + ends.loops:
            whole = whole * where + CELL_SECONDS
        times.append(whole)
    return times
