"""Time the variants of a contest in turns, and compare what they find."""

import time
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from benchmarks.reference.stage import Contest, Implementation


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
            found = to_array(variant.run())  # this waits for a GPU
            best[variant.name] = min(best[variant.name], time.perf_counter() - begin)
            results.setdefault(variant.name, found)
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


def to_array(found: object) -> np.ndarray:
    """Return a result as an array on the CPU."""
    return np.asarray(found.cpu() if isinstance(found, Tensor) else found)
