"""In which order a class is run: what is known to take long begins first, so that nobody waits for it at the end.

Known is how long an earlier hand-in of the same student ran, which RUNS keeps when it is replaced. Who has none stands
where a usual one would.
"""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from assignment.fixable import FixableError
from grader.handins.submission import Submission
from grader.runs.folder import list_aside
from grader.runs.result import load_result


def order_by_time(submissions: Sequence[Submission], runs: Path) -> list[Submission]:
    """Return the hand-ins, the longest known first; those that take the same keep their order."""
    known = {one.student: seconds for one in submissions if (seconds := find_seconds(runs, one.student)) is not None}
    usual = median(known.values()) if known else 0.0
    return sorted(submissions, key=lambda one: -known.get(one.student, usual))


def find_seconds(runs: Path, student: str) -> float | None:
    """Return how long the latest earlier hand-in of a student ran; None where there is none, or it has no result."""
    for folder in list_aside(runs, student):
        try:
            result = load_result(folder)
        except FixableError:  # of another version
            continue
        if result is not None:
            return result.seconds
    return None
