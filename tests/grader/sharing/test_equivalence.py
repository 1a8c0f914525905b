"""Made hand-ins through real hosts and cages, shared and each with a kernel of its own: the same comes of both.

An eighth of those of the short notebook runs in CI, by the commit; all of them at night, as do those of the released
notebook. Hosts whose rule is unsound are caught.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assignment.course import Course, open_course
from grader.driver import sharing
from grader.driver.both_ways import list_differences
from grader.driver.event import Event, Noted
from grader.runs.folder import load_submissions
from grader.scoring.grading import Grading, load_grading
from grader.scoring.handin_record import HandinRecord
from grader.scoring.judge import score_runs
from tests.courses import copy_course
from tests.grader.sharing import whole
from tests.grader.sharing.planted import LEFT_OUT, to_student
from tests.grader.sharing.test_class import load, run, write
from tests.grader.trunk.lab import AS_ROOT
from tests.grader.trunk.planted import PLANTED
from tests.grader.trunk.short import BACK, CELLS, EDITS, OFFICIAL, SOURCES, make_handin
from tests.patience import PATIENCE
from tests.turns import find_turn

pytestmark = [pytest.mark.sandbox, pytest.mark.slow, AS_ROOT]
PARTS = 8
SAME = ("total", "verdicts", "words", "agreements", "why")
NAMES = {source: source.partition("\n")[0].removeprefix("# official: ") for kind, source in CELLS if kind == OFFICIAL}
Cells = list[tuple[str, str]]


@dataclass(frozen=True)
class Both:
    """A class executed both ways.

    planted: students that unsound rules are to judge -> whose hand-ins theirs are.
    """

    course: Course
    grading: Grading
    handins: dict[str, Cells]
    shared: Path
    fresh: Path
    planted: dict[str, str]


def take_part(names: Iterable[str], part: str) -> list[str]:
    """Return all names, or those whose turn it is."""
    return [*names] if part == "all" else [*names][find_turn() % PARTS :: PARTS]


def to_cells(sources: Sequence[str]) -> Cells:
    return [(NAMES.get(source, ""), source) for source in sources]


def answer(cells: Cells, grading: Grading) -> Cells:
    """Return cells in which whoever answers is right, so that there are points to compare."""
    right = "".join(sorted(grading.key.letters["lime-1"]))
    return [(name, source.replace('"lime-1": "ac"', f'"lime-1": "{right}"')) for name, source in cells]


def execute(course: Course, folder: Path, handins: dict[str, Cells], **how: Any) -> Path:
    """Execute hand-ins, and return their RUNS."""
    limits = course.assignment.limits.model_copy(update={"cell_seconds": PATIENCE, "notebook_seconds": 6 * PATIENCE})
    run(course, folder, handins, limits=limits, **how)
    return folder / "runs"


@pytest.fixture(scope="module", params=["part", pytest.param("all", marks=pytest.mark.nightly)])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """The made hand-ins of the short notebook."""
    folder = tmp_path_factory.mktemp("short")
    course = copy_course(folder / "winter")
    write(course.notebook, to_cells(SOURCES))
    grading = load_grading(course)
    planted = {to_student(one): to_student(PLANTED[one]) for one in take_part(PLANTED, request.param)}
    chosen = {
        "answers",
        *take_part(EDITS, request.param),
        *(one for one in EDITS if to_student(one) in planted.values()),
    }
    handins = {to_student(one): answer(to_cells(make_handin(EDITS[one])), grading) for one in EDITS if one in chosen}
    runs = [execute(course, folder / way, handins, share=way == "shared") for way in ("shared", "fresh")]
    return Both(course, grading, handins, runs[0], runs[1], planted)


def find_differences(both: Both) -> dict[str, list[str]]:
    """Return what is not the same in the two Runs of each hand-in, and in what it earned."""
    shared, fresh = (score(runs, both.grading) for runs in (both.shared, both.fresh))
    assert any(one.total for one in fresh.values())
    found = dict[str, list[str]]()
    for name in both.handins:
        found[name] = list_differences(both.shared / name, both.fresh / name)
        found[name] += [one for one in SAME if getattr(shared[name], one) != getattr(fresh[name], one)]
        found[name] += ["notes"] if load(both.shared, name).notes != load(both.fresh, name).notes else []
    return {name: its for name, its in found.items() if its}


def score(runs: Path, grading: Grading) -> dict[str, HandinRecord]:
    return {one.student: one for one in score_runs(load_submissions(runs), runs, grading)}


def test_same_comes_of_a_hand_in_both_ways(both: Both) -> None:
    assert find_differences(both) == {}


def test_what_stands_before_the_first_change_is_taken_and_after_a_harmless_one_too(both: Both) -> None:
    wrong, harmless = dict[str, list[int]](), {to_student(one) for one in BACK}
    for name, cells in both.handins.items():
        sources = [source for _, source in cells]
        before = next((n for n, (one, its) in enumerate(zip(sources, SOURCES, strict=False)) if one != its), 0)
        due = set(range(before))
        if name in harmless:  # the last cell reads the cells before it
            due = {n for n, source in enumerate(sources) if source in SOURCES[:-1]}
        if not due <= set(load(both.shared, name).shared) or load(both.fresh, name).shared:
            wrong[name] = sorted(due)
    assert not wrong


def test_host_whose_rule_does_not_look_at_one_kind_of_state_is_caught(
    both: Both, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = list[Event]()
    monkeypatch.setattr(sharing, "PROGRAM", "tests.grader.sharing.planted")
    handins = {student: both.handins[its] for student, its in both.planted.items()}
    runs = execute(both.course, tmp_path, handins, share=True, observer=told.append)
    assert all(load(runs, student).shared for student in handins)
    same = [student for student, its in both.planted.items() if not list_differences(runs / student, both.fresh / its)]
    assert not same, [LEFT_OUT[student] for student in same]
    assert any("not the same" in one.text for one in told if isinstance(one, Noted))  # the sample finds one, too


@pytest.mark.nightly
def test_same_comes_of_a_hand_in_of_the_released_notebook_both_ways(tmp_path: Path) -> None:
    course, released = open_course(), whole.list_released()
    grading = load_grading(course)
    handins = {name: answer(whole.make_handin(released, edits), grading) for name, edits in whole.EDITS.items()}
    runs = [execute(course, tmp_path / way, handins, share=way == "shared") for way in ("shared", "fresh")]
    assert find_differences(Both(course, grading, handins, runs[0], runs[1], {})) == {}
    assert all(load(runs[0], name).shared for name in handins)
