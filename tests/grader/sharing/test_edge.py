"""A released notebook that cannot be shared from some cell on: what is before it is, the rest runs alone."""

from pathlib import Path

import pytest

from grader.driver.both_ways import list_differences
from grader.driver.event import Event, SharedRun
from grader.driver.run_job import LOG_FILE
from tests.courses import copy_course
from tests.grader.sharing.test_class import RELEASED, load, run, write
from tests.grader.trunk.lab import AS_ROOT

pytestmark = [pytest.mark.sandbox, pytest.mark.slow, AS_ROOT]
THREAD = "\nimport threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()"
Cells = list[tuple[str, str]]


def change(cells: Cells, number: int, source: str) -> Cells:
    return [(name, source if n == number else old) for n, (name, old) in enumerate(cells)]


def run_both_ways(released: Cells, folder: Path, handins: dict[str, Cells], told: list[Event]) -> dict[str, list[str]]:
    """Execute hand-ins of a course with and without sharing; return in what they differ, of each that does."""
    course = copy_course(folder / "winter")
    write(course.notebook, released)
    run(course, folder / "fresh", handins)
    run(course, folder / "shared", handins, share=True, observer=told.append)
    runs = [folder / way / "runs" for way in ("shared", "fresh")]
    return {name: found for name in handins if (found := list_differences(runs[0] / name, runs[1] / name))}


def find_stops(told: list[Event]) -> set[str]:
    return {one.stops for one in told if isinstance(one, SharedRun) and one.stops}


def test_who_differs_after_a_thread_shares_what_is_before_it_and_the_others_all(tmp_path: Path) -> None:
    released = [(name, source + THREAD * (name == "lime")) for name, source in RELEASED]
    handins = {
        "released": released,
        "answers": change(released, 4, "answers = {'lime-1': 'ab'}"),
        "scratch": change(released, 2, "# scratch 1\nmine = 3\nprint(mine)"),
        "both": change(change(released, 4, "answers = {'lime-1': 'b'}"), 2, "# scratch 1\nlabel += 1"),
    }
    told = list[Event]()
    assert run_both_ways(released, tmp_path, handins, told) == {}
    taken = {name: load(tmp_path / "shared" / "runs", name).shared for name in handins}
    assert taken == {"released": (0, 1, 2, 3, 4, 5), "answers": (0, 1, 2), "scratch": (0, 1, 3, 4, 5), "both": (0, 1)}
    (stops,) = find_stops(told)
    says = "who differs at cell 4 goes on alone from released code cell 3: sandbox: cannot share: threads: 2 tasks"
    assert stops.startswith(says)


def test_what_is_before_a_released_cell_that_fails_is_shared(tmp_path: Path) -> None:
    released = change([*RELEASED], 5, "1 / 0")
    handins = {
        "answers": change(released, 4, "answers = {'lime-1': 'ab'}"),
        "released": released,
        "mends": change(released, 5, "1 / 1"),
    }
    told = list[Event]()
    assert run_both_ways(released, tmp_path, handins, told) == {}
    results = {name: load(tmp_path / "shared" / "runs", name) for name in handins}
    assert {name: (one.shared, one.word) for name, one in results.items()} == {
        "answers": ((0, 1, 2, 3), "failed"),
        "released": ((0, 1, 2, 3, 4), "failed"),
        "mends": ((0, 1, 2, 3, 4), "ran"),
    }
    assert find_stops(told) == {"all go on alone from released code cell 5: cell 5: it failed"}


def test_class_whose_first_released_cell_fails_is_run_whole(tmp_path: Path) -> None:
    released = change([*RELEASED], 0, "1 / 0")
    handins = {"answers": change(released, 4, "answers = {'lime-1': 'ab'}"), "released": released}
    told = list[Event]()
    assert run_both_ways(released, tmp_path, handins, told) == {}
    for name in handins:
        log = (tmp_path / "shared" / "runs" / name / LOG_FILE).read_text()
        assert log.startswith("not shared: released code cell 0: it failed")


WIDGET = """import ipywidgets
shown = ipywidgets.Output()
display(shown)"""
INTO = "with shown:\n    print('caught')"


def test_what_is_before_a_cell_whose_outputs_a_widget_takes_is_shared(tmp_path: Path) -> None:
    released = change(change([*RELEASED], 1, f"{RELEASED[1][1]}\n{WIDGET}"), 5, INTO)
    handins = {
        "answers": change(released, 4, "answers = {'lime-1': 'ab'}"),
        "scratch": change(released, 2, "# scratch 1\nmine = 3\nprint(mine)"),
    }
    told = list[Event]()
    assert run_both_ways(released, tmp_path, handins, told) == {}
    taken = {name: load(tmp_path / "shared" / "runs", name).shared for name in handins}
    assert taken == {"answers": (0, 1, 2, 3), "scratch": (0, 1, 3, 4)}
    (stops,) = find_stops(told)
    assert stops.startswith("all go on alone from released code cell 5: cell 5: an Output widget took")
