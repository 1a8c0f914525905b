"""Sharing by an ordinary user: with subordinate ids as by root; without, each notebook is run whole and it is said."""

import subprocess
from pathlib import Path

import pytest

from grader.driver.event import Event, Noted
from grader.driver.run_job import LOG_FILE
from grader.driver.sharing import can_share
from grader.driver.slot import Slot
from grader.runs.result import RunResult
from grader.sandbox.gpu import Gpu
from tests.courses import copy_course
from tests.grader.driver.test_two_classes import load_results, subordinate  # noqa: F401
from tests.grader.ordinary import give, make_environment, to_grader
from tests.grader.sharing.test_class import RELEASED, change, write
from tests.grader.trunk.lab import AS_ROOT, make_job

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]
HANDINS = {"released": [*RELEASED], "scratch": change(2, "# scratch 1\nimport os\nprint(os.getuid())")}


def run_as(before: list[str], folder: Path) -> tuple[dict[str, RunResult], str]:
    """Run a small class that is to share, and return its results and what was said."""
    course = copy_course(folder / "winter")
    write(course.notebook, [*RELEASED])
    for name, cells in HANDINS.items():
        write(folder / "handins" / f"{name}.ipynb", cells)
    give(folder, before)
    words = ("run", folder / "handins", folder / "runs", "--course", course.folder, "--share", "--device", "cpu")
    command = [*before, *to_grader(*words, "--without-memory-group", "--jobs", 1)]
    done = subprocess.run(command, env=make_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return load_results(folder), done.stdout + done.stderr


def check_shared(before: list[str], folder: Path) -> None:
    results, said = run_as(before, folder)
    whys = [path.read_text() for path in folder.glob(f"runs/*/{LOG_FILE}")]
    assert {name: (one.word, one.shared) for name, one in results.items()} == {
        "released": ("ran", (0, 1, 2, 3, 4, 5)),
        "scratch": ("ran", (0, 1, 3, 4, 5)),
    }, (said, whys)


def test_ordinary_user_with_subordinate_ids_shares(subordinate: tuple[list[str], Path]) -> None:  # noqa: F811
    check_shared(*subordinate)


@AS_ROOT
def test_class_that_root_starts_by_the_command_shares(tmp_path: Path) -> None:
    """Whose umask lets nobody else read what it writes."""
    check_shared([], tmp_path)


def test_ordinary_user_without_subordinate_ids_is_told_that_nothing_is_shared(ordinary: tuple[list[str], Path]) -> None:
    before, folder = ordinary
    results, said = run_as(before, folder)
    assert {(one.word, one.shared) for one in results.values()} == {("ran", ())}
    assert not [*folder.glob(f"runs/*/{LOG_FILE}")]
    assert "nothing is shared: an ordinary user without subordinate ids; expected root, or ids" in " ".join(
        said.split()
    )


@AS_ROOT
def test_gpu_is_said_before_anything_is_started() -> None:
    told = list[Event]()
    assert can_share(make_job(), [Slot(0)], told.append)
    assert told == []
    assert not can_share(make_job(), [Slot(0), Slot(1, Gpu("GPU-1", 1))], told.append)
    (said,) = told
    assert said == Noted("nothing is shared: notebooks that may use a GPU; expected --device cpu")
