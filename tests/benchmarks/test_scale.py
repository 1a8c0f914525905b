"""The simulation of a class adds up: places, the driver's own time, machines that go down, long notebooks first."""

import re
from pathlib import Path
from random import Random

import pytest

from benchmarks.scale.measure import measure_instant
from benchmarks.scale.simulate import Outcome, World, draw_failures, simulate
from benchmarks.scale.table import HEAD, SIMULATED, describe_measured, to_markdown
from benchmarks.scale.workload import CELL_SECONDS, Ends, draw_times


def test_places_share_the_notebooks() -> None:
    assert simulate([10.0] * 10, World(gpus=4)) == Outcome(30.0, 100.0, 0)
    assert simulate([10.0] * 10, World(gpus=4)).find_efficiency(4) == pytest.approx(100 / 120)


def test_machines_have_the_places_that_are_left() -> None:
    assert World(gpus=6, per_machine=4).machines == (4, 2)
    assert World(gpus=1).machines == (1,)


def test_long_notebooks_first_end_sooner() -> None:
    times = [1.0, 1.0, 1.0, 3.0]
    assert simulate(times, World(gpus=2)).seconds == 4
    assert simulate(sorted(times, reverse=True), World(gpus=2)).seconds == 3


def test_driver_serves_one_hand_in_after_the_other() -> None:
    assert simulate([0.0] * 100, World(gpus=64, driver=0.5)).seconds == 50
    assert simulate([60.0] * 2, World(gpus=2, driver=1.0)).seconds == 62


def test_notebook_of_a_machine_that_goes_down_is_run_again_once_that_is_noticed() -> None:
    two = World(gpus=2, per_machine=1, noticed=20.0, away=1000.0)
    assert simulate([30.0, 30.0], two, {0: [10.0]}) == Outcome(60.0, 60.0, 1)  # by the other, which is free at 30
    assert simulate([30.0, 12.0], two, {0: [10.0]}) == Outcome(60.0, 42.0, 1)  # noticed at 30
    assert simulate([30.0], World(gpus=1, noticed=20.0, away=100.0), {0: [10.0]}) == Outcome(140.0, 30.0, 1)


def test_whole_machine_goes_down_with_all_its_places() -> None:
    four = World(gpus=4, per_machine=4, noticed=5.0, away=50.0)
    assert simulate([10.0] * 4, four, {0: [9.0, 12.0]}) == Outcome(69.0, 40.0, 4)  # it was down already at 12


def test_failures_come_as_often_as_said() -> None:
    world = World(gpus=400, away=0.0)
    failures = draw_failures(world, 10.0, 100 * 3600.0, Random(1))
    assert len(failures) == 100
    assert sum(map(len, failures.values())) == pytest.approx(1000, rel=0.1)


def test_class_takes_what_was_measured_in_the_mean() -> None:
    times = draw_times(5000, 46.0, Random(1), Ends(raises=0.0, loops=0.0))
    assert sum(times) / len(times) == pytest.approx(46.0, rel=0.005)
    assert max(times) < 50
    looped = draw_times(5000, 46.0, Random(1), Ends(raises=0.0, loops=0.5))
    assert sum(one > CELL_SECONDS for one in looped) == pytest.approx(2500, rel=0.05)
    raised = draw_times(5000, 46.0, Random(1), Ends(raises=1.0, loops=0.0))
    assert sum(raised) / len(raised) == pytest.approx(23.0, rel=0.03)


@pytest.mark.nightly
def test_small_class_is_measured(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    its = measure_instant(tmp_path / "instant", 3, places=2)
    assert its.students == 3
    assert 0 < its.seconds < its.command
    assert its.peak_mib > 10
    facts = describe_measured(its, slept=0.4, start=0.5, workers=2, instant=its)
    assert facts["asleep"] == pytest.approx(0.2 / its.seconds)
    assert facts["busy"] == pytest.approx((0.4 + 3 * 0.5) / (2 * its.seconds))


def test_every_figure_has_a_place_in_the_document() -> None:
    its = Outcome(7200.0, 14400.0, 3.0)
    names = re.findall(r"[{](\w+)", HEAD + SIMULATED)
    text = to_markdown(dict.fromkeys(names, 0), [(4, "GPUs", its, its, its)])
    assert "| 4 GPUs | 2.00 | 8.0 | 0.500 | 2.00 | 2.00 | 0.500 | 3.0 |" in text
    assert "{" not in text
