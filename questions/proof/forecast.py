"""A Forecast: how long reruns will take, known before they start.

What is kept takes no time. Of the groups that are not, the reference times one unit of each kind of work and counts
units (`python -m reference.produce --forecast`), on one thread, as a rerun is computed. A mistake in an analysis is
taken to need what the analysis needs without it.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assignment.course import Course
from assignment.processors import count_processors
from questions.proof.rerun import CACHE_FOLDER, Rerun, ask_reference, list_folders


@dataclass(frozen=True)
class Forecast:
    """seconds: of each rerun, 0 where it is kept; at_once: how many run side by side; measuring: what knowing took."""

    seconds: tuple[float, ...]
    at_once: int
    measuring: float = 0.0

    @property
    def missing(self) -> int:
        """How many reruns are not kept."""
        return sum(one > 0 for one in self.seconds)

    @property
    def total(self) -> float:
        """The seconds from start to end: the work shared out evenly, and no less than the longest of it.

        >>> Forecast((60.0, 0.0, 20.0, 20.0), at_once=2).total, Forecast((90.0, 5.0), at_once=2).total
        (60.0, 90.0)
        """
        return max(sum(self.seconds) / self.at_once, *self.seconds, 0.0)


def count_missing(reruns: Sequence[Rerun], course: Course, cache: Path = CACHE_FOLDER) -> int:
    """Return how many of some reruns have to be computed."""
    return sum(not folder.exists() for folder in list_folders(reruns, course, cache))


def forecast(reruns: Sequence[Rerun], course: Course, cache: Path = CACHE_FOLDER) -> Forecast:
    """Return how long some reruns will take here, after a measurement; FixableError where the reference refuses."""
    begin = time.perf_counter()
    missing = [not folder.exists() for folder in list_folders(reruns, course, cache)]
    groups: dict[Rerun, set[str]] = {}
    for rerun, lacks in zip(reruns, missing, strict=True):
        if lacks:
            groups.setdefault(_strip(rerun), set()).update(rerun.groups)
    found = {like: _measure(replace(like, groups=tuple(sorted(its))), course) for like, its in groups.items()}
    seconds = (
        _add(rerun, found[_strip(rerun)]) if lacks else 0.0 for rerun, lacks in zip(reruns, missing, strict=True)
    )
    at_once = min(count_processors(), max(sum(missing), 1))
    return Forecast(tuple(seconds), at_once, time.perf_counter() - begin if found else 0.0)


def _strip(rerun: Rerun) -> Rerun:
    """Return what reruns have in common that are measured together: neither groups, nor edits, nor rounded weights."""
    return replace(rerun, groups=(), edits=(), weights="stored")


def _measure(rerun: Rerun, course: Course) -> Mapping[str, float]:
    """Return the seconds by group, and under `start` those that a process needs before it computes."""
    begin = time.perf_counter()
    said = json.loads(ask_reference(["--forecast", *rerun.options], course))
    start = max(time.perf_counter() - begin - said["measuring"], 0.0)
    return {**said["seconds"], "start": start}


def _add(rerun: Rerun, found: Mapping[str, float]) -> float:
    return found["start"] + sum(found[group] for group in rerun.groups)
