"""Who of a class that shares is executed whole all the same, and when.

A person asks for some (`--full`). While the released notebook runs, for whose end all wait that share, free places
execute those that cannot share or are not to; and where there is room left, those that could take little: an official
cell among the first is edited, moved or missing, from where they run on to their end in any case; and then some of the
sample that is executed both ways. So the first result of a class need not wait for the run that the others share.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assignment.fixable import FixableError, show_value
from grader.driver.both_ways import count_sample, order_by_chance
from grader.driver.sharing import find_paths, may_share, plan_sharing
from grader.handins.sharing import Sharing, list_sources
from grader.handins.submission import Submission
from grader.runs.compared import FOLDER
from grader.runs.folder import read_handin, run_folder, set_aside, write_handin
from grader.runs.result import load_result

if TYPE_CHECKING:
    from grader.trunk.rule.path import Path as HandinPath

ALL = "all"
LITTLE = 0.1  # of the released code cells: the set-up and what directly follows


def choose_full(asked: str | None, submissions: Sequence[Submission]) -> frozenset[str]:
    """Return whose notebooks are to be executed whole: one student's, so many of those that could share, or all.

    A student's own id comes first, also one that is a number. The sample follows from the digests of all notebooks, so
    that the same class has the same one; some of it may have been executed both ways before.
    FixableError where there is no such student, or not so many.
    """
    students = {one.student for one in submissions}
    sharing = order_by_chance((one.student, one.sha256 or "") for one in submissions if may_share(one))
    if asked is None or asked in students:
        return frozenset(() if asked is None else (asked,))
    if asked == ALL:
        return frozenset(students)
    number = int(asked) if asked.isdecimal() and len(asked) <= len(str(len(sharing))) else 0
    if not 1 <= number <= len(sharing):
        most = f"a number from 1 to {len(sharing)} (with no files beside them), " if sharing else ""
        raise FixableError(f"--full: {show_value(asked)}; expected a student with a notebook to run, {most}or {ALL}")
    return frozenset(sharing[-number:])


def begin_again(runs: Path, submissions: Sequence[Submission], full: Collection[str]) -> None:
    """Set the Runs aside that shared and are to be executed whole; those that were whole stay as they are."""
    for one in submissions:
        folder = run_folder(runs, one)
        if one.student in full and (result := load_result(folder)) is not None and result.shared:
            data = read_handin(folder)
            set_aside(runs, folder)
            write_handin(folder, data)


@dataclass(frozen=True)
class Turns:
    """The hand-ins in the order of their turns; who of them is executed whole, and who of those shares later."""

    todo: tuple[Submission, ...]
    whole: frozenset[str]
    sampled: frozenset[str]

    def list_sharing(self, paths: "Mapping[str, HandinPath]") -> "list[HandinPath]":
        """Return the paths of those who share, now or later."""
        return [path for student, path in paths.items() if student not in self.whole or student in self.sampled]


def plan_class(
    runs: Path, todo: Sequence[Submission], released: Any, places: int, full: Collection[str]
) -> tuple[Turns, Sharing | None]:
    """Return whose turn is when, and what those who share need of the released notebook (parsed, format 4)."""
    paths = find_paths(runs, todo, released)
    drawn = sum(path.is_dir() for path in (runs / FOLDER).glob("*"))  # at an earlier call
    turns = find_turns(todo, paths, len(list_sources(released)), places, full, drawn)
    return turns, plan_sharing(turns.list_sharing(paths), released)


def find_turns(
    todo: Sequence[Submission],
    paths: "Mapping[str, HandinPath]",
    released: int,
    places: int,
    full: Collection[str],
    drawn: int,
) -> Turns:
    """Return whose turn is when: one that shares and then waits, who is executed whole meanwhile, and the rest.

    paths: of those who may share and whose notebooks can be read (`sharing.find_paths`). released: how many code cells
    the released notebook has. drawn: how many of the sample there are already.
    """
    whole = [one for one in todo if one.student in full or not may_share(one)]
    known = {one.student for one in whole}
    sharing = [one for one in todo if one.student not in known]
    room = places - 1 - len(whole)
    early = [one for one in sharing if _takes_little(paths.get(one.student), released)][: max(room, 0)]
    known = {one.student for one in early}
    waiting = [one for one in sharing if one.student not in known]
    readable = [one for one in waiting if one.student in paths]
    sampled = _draw_first(readable, min(room - len(early), count_sample(len(readable)) - drawn))
    waiting = [one for one in waiting if one not in sampled]
    turns = (*waiting[:1], *whole, *early, *sampled, *waiting[1:])
    names = [frozenset(one.student for one in its) for its in ((*whole, *early, *sampled), sampled)]
    return Turns(turns, *names)


def _draw_first(sharing: Sequence[Submission], number: int) -> list[Submission]:
    """Return so many of those that share, by chance, and no more than that one is left."""
    known = {one.student: one for one in sharing}
    drawn = order_by_chance((one.student, one.sha256 or "") for one in sharing)
    return [known[student] for student in drawn[: max(min(number, len(sharing) - 1), 0)]]


def _takes_little(path: "HandinPath | None", released: int) -> bool:
    """Tell whether a hand-in runs on to its end from a cell among the first, in any case."""
    return path is not None and any(gap.final and gap.start <= LITTLE * released for gap in path.gaps)
