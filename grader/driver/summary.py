"""One line on a class that shared: how many hand-ins did, what they took, and why the others were executed whole."""

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

from grader.driver.both_ways import is_to_share
from grader.driver.run_job import read_reason
from grader.driver.sharing import may_share
from grader.handins.submission import Submission
from grader.runs.folder import run_folder
from grader.runs.result import RunResult

ASKED, BESIDE = "--full asked for it", "files lie beside the notebook"
SAMPLED = "in the sample, which shared as well"
ON_GPU, AGAIN, FEW = (
    "on a GPU",
    "an earlier attempt ended without a word",
    "little to share at that time, or run without --share or with --full",
)


def summarize_sharing(
    runs: Path, submissions: Sequence[Submission], results: Sequence[RunResult], full: Collection[str]
) -> str:
    """Return the line; a cell counts where it was taken or executed."""
    shared = [one for one in results if one.shared]
    taken = sum(len(one.shared) for one in shared)
    executed = sum(seconds is not None for one in shared for seconds in one.cell_seconds)
    says = f"{len(shared)} of {len(results)} hand-ins shared a run of the released notebook"
    says += f", {taken} of their {taken + executed} code cells" if shared else ""
    whole = {one.student: one for one in results if not one.shared}
    if not whole:
        return says
    reasons = (_find_reason(runs, one, whole[one.student], full) for one in submissions if one.student in whole)
    ((reason, count),) = Counter(reasons).most_common(1)
    return f"{says}; {len(whole)} executed whole, {count} of them: {reason}"


def _find_reason(runs: Path, one: Submission, result: RunResult, full: Collection[str]) -> str:
    if one.student in full:
        return ASKED
    if not may_share(one):
        return BESIDE
    if result.device == "cuda":
        return ON_GPU
    if is_to_share(runs, one.student, result.notebook_sha256):
        return SAMPLED
    return read_reason(run_folder(runs, one)) or (AGAIN if result.attempt > 1 else FEW)
