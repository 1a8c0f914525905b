"""Time the CNN analyses against the 2021 notebook's way and against the best that the usual packages can do.

One process; the variants of a contest take turns and each keeps its best round, so that a neighbour slows all alike.
Beside each time: how far the result lies from ours in float64. Writes `benchmarks/results/reference.md`.

    python -m benchmarks.reference                      everything (about 6 minutes on two cores)
    python -m benchmarks.reference --rounds 3 --contest smoothgrad --threads 1 --width 16
"""

import argparse
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from benchmarks.reference_rivals import CONTESTS, Contest, Stage, set_stage

RESULT = Path(__file__).with_name("results") / "reference.md"
HEAD = """# The CNN analyses against their rivals

Made by `python -m benchmarks.reference` on {machine}. *ms*: the best of {rounds} rounds, in which the variants
take turns. *Difference*: largest |difference| from ours in float64, relative to the largest value (for ascent: of the
activation that is reached). A float32 gradient jumps wherever rounding flips a ReLU, so single pixels differ by per
cents between any two float32 programs; *in all* is the relative L2 difference. Lucent's row is its loop written anew,
on a network cut off at the layer, with frozen parameters. Width 16 is the embedded classifier, width 128 the course's
shape with random weights.
"""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    contest: str
    width: int
    threads: int
    variant: str
    seconds: float
    ratio: float
    largest: float
    in_all: float


def measure(contest: Contest, threads: int, rounds: int) -> list[Row]:
    """Run the variants of one contest in turn; returns a row for each, `ratio` = the first variant's time / its own."""
    torch.set_num_threads(threads)
    stage = contest.stage
    exact = np.asarray(contest.exact())
    results = {name: np.asarray(run()) for name, run in contest.variants.items()}  # also warms up
    best = dict.fromkeys(contest.variants, float("inf"))
    for _ in range(rounds):
        for name, run in contest.variants.items():
            best[name] = min(best[name], find_seconds(run))
    first = next(iter(best.values()))
    return [
        Row(contest.name, stage.width, threads, name, seconds, first / seconds, *find_differences(results[name], exact))
        for name, seconds in best.items()
    ]


def find_seconds(run: Callable[[], object]) -> float:
    """Return how long one call takes."""
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def find_differences(found: np.ndarray, exact: np.ndarray) -> tuple[float, float]:
    """Return the largest difference and the L2 difference, both relative.

    >>> find_differences(np.array([4.0, 1.0]), np.array([4.0, 0.0]))
    (0.25, 0.25)
    """
    gap = found.astype(np.float64) - exact
    return float(np.abs(gap).max() / np.abs(exact).max()), float(np.linalg.norm(gap) / np.linalg.norm(exact))


def to_markdown(rows: list[Row], rounds: int) -> str:
    """Return the whole report."""
    lines = [HEAD.format(machine=find_machine(), rounds=rounds)]
    lines.append("| analysis | width | threads | variant | ms | times the notebook | difference | in all |")
    lines.append("|---|---|---|---|---|---|---|---|")
    lines += [
        f"| {row.contest} | {row.width} | {row.threads} | {row.variant} | {row.seconds * 1000:.0f} | {row.ratio:.2f} "
        f"| {row.largest:.0e} | {row.in_all:.0e} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def find_machine() -> str:
    """Return processor, cores and the version of torch."""
    names = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    return f"{names[0] if names else platform.machine()}, {len(names) or '?'} cores, torch {torch.__version__}"


def make_stage(width: int) -> Stage:
    """Say which contest is being set up: the big model takes a while."""
    print(f"width {width}", flush=True)
    return set_stage(width)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--contest", nargs="+", choices=list(CONTESTS), default=list(CONTESTS))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--width", nargs="+", type=int, choices=[16, 128], default=[16, 128])
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    rows: list[Row] = []
    for width in options.width:
        stage = make_stage(width)
        for name in options.contest:
            for contest in CONTESTS[name](stage):
                for threads in options.threads:
                    found = measure(contest, threads, options.rounds)
                    rows += found
                    for row in found:
                        print(f"{row.contest:34s} {width:4d} {threads} {row.variant:34s} {row.seconds * 1e3:8.0f} ms"
                              f" x{row.ratio:5.2f} {row.largest:.0e} {row.in_all:.0e}", flush=True)  # fmt: skip
    options.out.parent.mkdir(exist_ok=True)
    options.out.write_text(to_markdown(rows, options.rounds), encoding="utf-8")


if __name__ == "__main__":
    main()
