"""What is left is said by work: of how long each group was said to take, corrected by how long the others took."""

import subprocess
import sys
from pathlib import Path

import pytest
from rich.progress import Progress

from reference.produce.schedule import Schedule, TimeLeft, WorkBar


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_time_left_falls_with_the_clock_and_not_with_the_number_of_groups() -> None:
    clock = Clock()
    schedule = Schedule({"pictures": 1.0, "smoothgrad": 99.0}, clock)
    assert (schedule.find_left(), schedule.find_done()) == (100, 0)
    schedule.start("pictures")
    clock.now = 1
    schedule.finish()
    assert (schedule.find_left(), schedule.find_done()) == (99, pytest.approx(0.01))
    schedule.start("smoothgrad")
    clock.now = 50
    assert (schedule.find_left(), schedule.find_done()) == (50, 0.5)


def test_what_took_twice_as_long_as_said_makes_what_is_left_longer() -> None:
    clock = Clock()
    schedule = Schedule({"lime": 50.0, "smoothgrad": 50.0}, clock)
    schedule.start("lime")
    clock.now = 100
    schedule.finish()
    assert schedule.pace == 1.5
    assert schedule.find_left() == 75


def test_group_that_takes_longer_than_said_stays_about_to_end() -> None:
    clock = Clock()
    schedule = Schedule({"lime": 10.0, "smoothgrad": 30.0}, clock)
    schedule.start("lime")
    for clock.now in (10, 1000):
        assert (schedule.find_left(), schedule.find_done()) == (30, 0.25)


def test_bar_shows_the_work_that_is_done() -> None:
    clock = Clock()
    schedule = Schedule({"lime": 60.0, "smoothgrad": 180.0}, clock)
    progress = Progress(disable=True)
    number = progress.add_task("", total=2)
    (task,) = progress.tasks
    schedule.start("lime")
    clock.now = 60
    assert WorkBar(schedule).render(task).completed == 0.25
    assert str(TimeLeft(schedule).render(task)) == "3 min 00 s left"
    progress.advance(number, 2)
    assert WorkBar(schedule).render(task).completed == 1
    assert str(TimeLeft(schedule).render(task)) == ""


@pytest.mark.slow
@pytest.mark.parametrize("quiet", [False, True])
def test_command_says_how_long_it_takes_before_it_starts(quiet: bool, tmp_path: Path) -> None:
    groups = ["pictures", "texts", "attention", "embedding_pca", "embedding_distance"]
    words = ["--analysis", *groups, "--threads", "1", "--out", str(tmp_path), *(["--quiet"] if quiet else ["--fresh"])]
    done = subprocess.run(
        [sys.executable, "-m", "reference.produce", *words], capture_output=True, text=True, check=True
    )
    said = [line for line in done.stdout.splitlines() if line.startswith("mini on cpu: about ")]
    assert len(said) == (0 if quiet else 1)
    assert all(f"{group} " in line for group in groups for line in said)
    assert len(list(tmp_path.glob("*.npz"))) == len(groups)
    if said:
        assert done.stdout.index(said[0]) < done.stdout.index("wrote ")
