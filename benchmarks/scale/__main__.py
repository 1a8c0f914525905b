"""Measure what handing out costs, and simulate a class of 1,000 on GPUs that are not here.

python -m benchmarks.scale [--out FILE]             about five minutes on two quiet cores
"""

import argparse
import tempfile
from pathlib import Path
from random import Random

from benchmarks.machine import describe_machine
from benchmarks.scale.measure import draw_sleeps, measure_instant, measure_notebook, measure_sleeping, measure_start
from benchmarks.scale.simulate import Outcome, World, draw_failures, simulate
from benchmarks.scale.table import describe_measured, to_markdown
from benchmarks.scale.workload import CELL_SECONDS, GPU_SECONDS, USUAL, draw_times

RESULTS = Path(__file__).parents[1] / "results" / "scale.md"
SLEEP = {"least": 2, "most": 20, "seed": 1}
WORKERS = PLACES = 4
GPUS = (1, 4, 16, 64)
HOURS = 24.0  # between two failures of a machine: far more often than machines fail


def main() -> None:
    """Measure, simulate, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sleepers", type=int, default=60)
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=20, help="simulated classes of each kind")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    facts = measure(options.sleepers, options.students)
    driver = float(str(facts["through"])) / options.students
    facts |= {"driver": driver, "seconds": GPU_SECONDS, "students": options.students, "rounds": options.rounds}
    facts |= {"raises": USUAL.raises, "loops": USUAL.loops, "limit": CELL_SECONDS, "hours": HOURS}
    facts |= {name: getattr(World(1), name) for name in ("per_machine", "noticed", "away")}
    rows = [(gpus, *simulate_classes(gpus, driver, options.students, options.rounds)) for gpus in GPUS]
    text = to_markdown(facts, rows)
    print(text)
    options.out.write_text(text, encoding="utf-8")


def measure(sleepers: int, students: int) -> dict[str, object]:
    """Return what is measured on this machine, by the names that the document has for it."""
    sleeps = draw_sleeps(sleepers, **SLEEP)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)  # a notebook's own user must be able to go through
        wall, processor = measure_notebook(place / "one")
        start = measure_start(place / "start")
        sleeping = measure_sleeping(place / "sleeping", sleeps, WORKERS)
        instant = measure_instant(place / "instant", students, PLACES)
    told = {"notebook": f"{wall:.1f} s, {processor:.1f} processor seconds", "workers": WORKERS, "places": PLACES}
    return {
        "machine": describe_machine(),
        **SLEEP,
        **told,
        **describe_measured(sleeping, sum(sleeps), start, WORKERS, instant),
    }


def simulate_classes(gpus: int, driver: float, students: int, rounds: int) -> tuple[Outcome, Outcome, Outcome]:
    """Return how classes go in the mean: as they come, longest first, and as they come on machines that fail."""
    world = World(gpus, driver=driver)
    plain, known, failing = list[Outcome](), list[Outcome](), list[Outcome]()
    for seed in range(rounds):
        times = draw_times(students, GPU_SECONDS, Random(seed))
        plain.append(simulate(times, world))
        known.append(simulate(sorted(times, reverse=True), world))
        failures = draw_failures(world, HOURS, 4 * plain[-1].seconds, Random(seed))
        failing.append(simulate(times, world, failures))
    return find_mean(plain), find_mean(known), find_mean(failing)


def find_mean(outcomes: list[Outcome]) -> Outcome:
    """Return the mean of outcomes, `again` as a share of a notebook."""
    count = len(outcomes)
    seconds, useful, again = (sum(getattr(one, name) for one in outcomes) for name in ("seconds", "useful", "again"))
    return Outcome(seconds / count, useful / count, again / count)


if __name__ == "__main__":
    main()
