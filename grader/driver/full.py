"""Hand-ins of a class that shares which are executed whole all the same, since a person asked for it (`--full`)."""

from collections.abc import Collection, Sequence
from pathlib import Path

from assignment.fixable import FixableError, show_value
from grader.driver.sharing import may_share
from grader.handins.submission import Submission
from grader.runs.folder import read_handin, run_folder, set_aside, write_handin
from grader.runs.result import load_result

ALL = "all"


def choose_full(asked: str | None, submissions: Sequence[Submission]) -> frozenset[str]:
    """Return whose notebooks are to be executed whole: one student's, so many of those that could share, or all.

    A student's own id comes first, also one that is a number. The sample is drawn by the notebooks' digests, so that
    the same class has the same one. FixableError where there is no such student, or not so many.
    """
    students = {one.student for one in submissions}
    sharing = sorted((one.sha256 or "", one.student) for one in submissions if may_share(one))
    if asked is None or asked in students:
        return frozenset(() if asked is None else (asked,))
    if asked == ALL:
        return frozenset(students)
    number = int(asked) if asked.isdecimal() and len(asked) <= len(str(len(sharing))) else 0
    if not 1 <= number <= len(sharing):
        most = f"a number from 1 to {len(sharing)} (so many could share), " if sharing else ""
        raise FixableError(f"--full: {show_value(asked)}; expected a student with a notebook to run, {most}or {ALL}")
    return frozenset(student for _, student in sharing[:number])


def begin_again(runs: Path, submissions: Sequence[Submission], full: Collection[str]) -> None:
    """Set the Runs aside that shared and are to be executed whole; those that were whole stay as they are."""
    for one in submissions:
        folder = run_folder(runs, one)
        if one.student in full and (result := load_result(folder)) is not None and result.shared:
            data = read_handin(folder)
            set_aside(runs, folder)
            write_handin(folder, data)
