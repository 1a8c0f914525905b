"""Time the CNN analyses against the 2021 notebook's way and against the best that the usual packages can do.

One process; the variants of a contest take turns and each keeps its best round, so that a neighbour slows all alike.
Beside each time: how far the result lies from ours in float64. Writes `benchmarks/results/reference.md`.

    python -m benchmarks.reference                      everything (about 7 minutes on two cores)
    python -m benchmarks.reference --seconds 5 --contest smoothgrad --threads 1 --width 16
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from benchmarks.machine import describe_machine
from benchmarks.reference.rivals import CONTESTS
from benchmarks.reference.stage import Contest, Implementation, set_stage

RESULT = Path(__file__).parents[1] / "results" / "reference.md"
PAGE_HEAD = """# The CNN analyses against their rivals

Made by `python -m benchmarks.reference` on {machine}. *ms*: the best of several rounds, in which the variants take
turns. *Rival*: the package at the best of its own options. *Tuned*: the same, given a model that was made ready for it
(channels-last; for LIME a model function without gradients), which its users seldom do. Lucent's row is its loop
written anew, on a network cut off at the layer, with frozen parameters. Width 16 is the embedded classifier, width 128
the course's shape with random weights.

*Agreement*: relative L2 difference between our result and the best rival's, for LIME the largest difference between two
weights, for ascent the difference of the activations that are reached. A float32 gradient jumps wherever rounding flips
a ReLU, so any two float32 programs differ by 1e-3 or so; in float64 ours and captum's agree to 1e-10 (tests).

"""
COLUMNS = (
    "| analysis | width | threads | ours, ms | best rival, ms | times faster | best tuned rival, ms | times faster "
    "| agreement |\n|---|---|---|---|---|---|---|---|---|\n"
)
DETAILS = """
## Every variant

*Difference*: largest |difference| from ours in float64, relative to the largest value; *in all*: relative L2.

| analysis | width | threads | variant | ms | times the notebook | difference | in all |
|---|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Timing:
    """One variant's time, and how far its result lies from ours in float64."""

    variant: Implementation
    seconds: float
    largest: float
    in_all: float


@dataclass(frozen=True)
class ContestResult:
    """One contest on so many threads; `agreement`: how far ours lies from the best rival's."""

    contest: Contest
    threads: int
    rows: list[Timing]
    agreement: float

    def find_best(self, kind: str) -> Timing:
        """Return the fastest variant of a kind; the notebook's way of LIME is the package too, so it counts as one."""
        kinds = (kind, "notebook") if kind == "rival" and "LIME" in self.contest.name else (kind,)
        return min((row for row in self.rows if row.variant.kind in kinds), key=lambda row: row.seconds)


def measure(contest: Contest, exact: np.ndarray, threads: int, seconds: float) -> ContestResult:
    """Run the variants in turn for so many seconds, at least twice; the first round gives the results."""
    torch.set_num_threads(threads)
    end = time.perf_counter() + seconds
    results: dict[str, np.ndarray] = {}
    best = dict.fromkeys((variant.name for variant in contest.variants), float("inf"))
    rounds = 0
    while rounds < 2 or time.perf_counter() < end:
        for variant in contest.variants:
            begin = time.perf_counter()
            found = variant.run()
            best[variant.name] = min(best[variant.name], time.perf_counter() - begin)
            results.setdefault(variant.name, np.asarray(found))
        rounds += 1
    rows = [Timing(v, best[v.name], *compute_errors(results[v.name], exact)) for v in contest.variants]
    outcome = ContestResult(contest, threads, rows, 0.0)
    ours, theirs = (results[outcome.find_best(kind).variant.name] for kind in ("ours", "rival"))
    gap = float(np.abs(ours - theirs).max()) if "LIME" in contest.name else compute_errors(ours, theirs)[1]
    return replace(outcome, agreement=gap)


def compute_errors(found: np.ndarray, exact: np.ndarray) -> tuple[float, float]:
    """Return the largest difference and the L2 difference, both relative.

    >>> compute_errors(np.array([4.0, 1.0]), np.array([4.0, 0.0]))
    (0.25, 0.25)
    """
    gap = found.astype(np.float64) - exact
    return float(np.abs(gap).max() / np.abs(exact).max()), float(np.linalg.norm(gap) / np.linalg.norm(exact))


def to_markdown(outcomes: list[ContestResult]) -> str:
    """Return the whole report: the compact table, then every variant."""
    compact = "".join(_write_compact(outcome) for outcome in outcomes)
    every = "".join(_write_row(outcome, row) for outcome in outcomes for row in outcome.rows)
    head = PAGE_HEAD.format(machine=describe_machine())
    return f"{head}<!-- compact -->\n{COLUMNS}{compact}<!-- /compact -->\n{DETAILS}{every}"


def _write_compact(outcome: ContestResult) -> str:
    ours = outcome.find_best("ours")
    cells = [_write_start(outcome), f"{ours.seconds * 1e3:.0f}"]
    for kind in ("rival", "tuned"):
        best = outcome.find_best(kind)
        cells += [f"{best.seconds * 1e3:.0f} ({best.variant.name})", f"{best.seconds / ours.seconds:.2f}"]
    return f"| {' | '.join(cells)} | {outcome.agreement:.0e} |\n"


def _write_row(outcome: ContestResult, row: Timing) -> str:
    cells = f"{row.variant.name} | {row.seconds * 1e3:.0f} | {outcome.rows[0].seconds / row.seconds:.2f}"
    return f"| {_write_start(outcome)} | {cells} | {row.largest:.0e} | {row.in_all:.0e} |\n"


def _write_start(outcome: ContestResult) -> str:
    return f"{outcome.contest.name} | {outcome.contest.stage.width} | {outcome.threads}"


def run(contests: list[str], widths: list[int], threads: list[int], seconds: float) -> Iterator[ContestResult]:
    """Yield the outcome of each contest, and say what it was."""
    for width in widths:
        print(f"width {width}", flush=True)
        stage = set_stage(width)
        for contest in (contest for name in contests for contest in CONTESTS[name](stage)):
            exact = np.asarray(contest.exact())
            for count in threads:
                outcome = measure(contest, exact, count, seconds)
                print("".join(_write_row(outcome, row) for row in outcome.rows), end="", flush=True)
                yield outcome


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--seconds", type=float, default=9, help="for each contest and count of threads, at least two rounds"
    )
    parser.add_argument("--contest", nargs="+", choices=list(CONTESTS), default=list(CONTESTS))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--width", nargs="+", type=int, choices=[16, 128], default=[16, 128])
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    outcomes = list(run(options.contest, options.width, options.threads, options.seconds))
    options.out.parent.mkdir(exist_ok=True)
    options.out.write_text(to_markdown(outcomes), encoding="utf-8")


if __name__ == "__main__":
    main()
