"""A class that shares one run of the released notebook: its results are those of kernels of its own; nothing stays."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from assignment.course import Course
from grader.driver.drive import run_class
from grader.driver.event import Ended, Event, Noted
from grader.driver.run_job import LOG_FILE
from grader.driver.sharing import GONE
from grader.files.private import keep_private
from grader.runs.result import RunResult, load_result
from grader.scoring.evidence import load_evidence
from tests.courses import copy_course
from tests.grader.sharing.test_replay import show
from tests.grader.trunk.lab import AS_ROOT
from tests.patience import PATIENCE, wait_until

ROOT = Path(__file__).parents[3]
pytestmark = [pytest.mark.sandbox, pytest.mark.slow, AS_ROOT]
SAVE = "np.savez('outputs/{group}.npz', {array}={name})\nprint({name})"
RELEASED = (
    ("setup", "import os\nfrom pathlib import Path\nimport numpy as np\nPath('outputs').mkdir(exist_ok=True)"),
    ("pictures", "label = np.arange(3)\n" + SAVE.format(group="pictures", array="label", name="label")),
    ("", "# scratch 1\nprint('scratch', label)"),
    ("lime", "weights = label * 2\n" + SAVE.format(group="lime", array="weights", name="weights")),
    ("", "answers = {}"),
    ("", "len(weights)"),
)
ODD = "weights = label * 3\n" + SAVE.format(group="lime", array="weights", name="weights")


def change(number: int, *sources: str) -> list[tuple[str, str]]:
    name = RELEASED[number][0]
    return [*RELEASED[:number], *((name, source) for source in sources), *RELEASED[number + 1 :]]


HANDINS: dict[str, tuple[list[tuple[str, str]], tuple[int, ...]]] = {  # and which cells are taken
    "released": ([*RELEASED], (0, 1, 2, 3, 4, 5)),
    "answers": (change(4, "answers = {'lime-1': 'ab'}"), (0, 1, 2, 3, 5)),
    "scratch": (change(2, "# scratch 1\nmine = 3\nprint(mine)", "'two for one'"), (0, 1, 4, 5, 6)),
    "changes": (change(2, "# scratch 1\nlabel += 1"), (0, 1)),
    "official": (change(3, ODD), (0, 1, 2)),
    "fails": (change(2, "1 / 0"), (0, 1)),
}


def write(path: Path, cells: list[tuple[str, str]]) -> None:
    made = [
        new_code_cell(source, id=f"c{n}", metadata={"hw9": {"official": True, "name": name}} if name else {})
        for n, (name, source) in enumerate(cells)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nbformat.write(new_notebook(cells=made, metadata={"kernelspec": kernel}), path)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = copy_course(tmp_path_factory.mktemp("course") / "winter")
    write(made.notebook, [*RELEASED])
    return made


def run(course: Course, folder: Path, handins: dict[str, list[tuple[str, str]]], **how: Any) -> dict[str, RunResult]:
    for name, cells in handins.items():
        write(folder / "handins" / f"{name}.ipynb", cells)
    how = {"jobs": 2, "device": "cpu", "without_memory_group": True, **how}
    with keep_private():  # as the verb does
        return {one.student: one for one in run_class(folder / "handins", folder / "runs", course, **how)}


@pytest.fixture(scope="module")
def both(course: Course, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The class run with a kernel for each hand-in, and sharing."""
    folders, told = (tmp_path_factory.mktemp("fresh"), tmp_path_factory.mktemp("shared")), list[Event]()
    for folder, share in zip(folders, (False, True), strict=True):
        run(course, folder, {name: cells for name, (cells, _) in HANDINS.items()}, share=share, observer=told.append)
    (said,) = (one.text for one in told if isinstance(one, Noted))
    assert said.endswith("shared, and executed whole as well: the same came of it")
    return folders[0] / "runs", folders[1] / "runs"


def load(runs: Path, name: str) -> RunResult:
    result = load_result(runs / name)
    assert result is not None
    return result


@pytest.mark.parametrize("name", HANDINS)
def test_hand_in_has_the_results_of_a_kernel_of_its_own(both: tuple[Path, Path], name: str) -> None:
    fresh, shared = (load(runs, name) for runs in both)
    assert not (both[1] / name / LOG_FILE).exists()
    assert (shared.shared, fresh.shared) == (HANDINS[name][1], ())
    same = ("word", "reason", "cell", "detail", "memory_group", "sandbox", "notebook_sha256")
    assert [getattr(shared, one) for one in same] == [getattr(fresh, one) for one in same]
    for index, seconds in enumerate(shared.cell_seconds):
        assert (seconds is None) == (index in shared.shared or fresh.cell_seconds[index] is None)
    notebooks = (json.loads((runs / name / "work" / "executed.ipynb").read_text()) for runs in both)
    assert show(next(notebooks)) == show(next(notebooks))
    saved = [{path.name: path.read_bytes() for path in (runs / name / "work/outputs").iterdir()} for runs in both]
    assert saved[0] == saved[1]
    assert len(saved[1]) == (2 if name != "fails" else 1)


def test_scoring_knows_what_was_taken(both: tuple[Path, Path]) -> None:
    fresh, shared = (load_evidence(runs / "answers") for runs in both)
    assert (shared.shared, fresh.shared) == ((0, 1, 2, 3, 5), ())
    assert shared.notes == fresh.notes


def test_one_hand_in_alone_shares_nothing(course: Course, tmp_path: Path) -> None:
    assert run(course, tmp_path, {"alone": [*RELEASED]}, share=True)["alone"].shared == ()


SLOW = change(2, "# scratch 1\nimport time\ntime.sleep(5)")


@pytest.mark.parametrize("what", ["its own process", "the host"])
def test_hand_in_whose_process_is_killed_is_executed_alone(course: Course, tmp_path: Path, what: str) -> None:
    log, killed = tmp_path / "runs" / "slow" / LOG_FILE, list[int]()

    def kill() -> None:
        assert wait_until(lambda: find_writers(log, os.getpid()))
        for pid in find_writers(log, os.getpid()):
            killed.append(pid if what == "its own process" else find_parent(pid))
            os.kill(killed[-1], signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    results = run(course, tmp_path, {"slow": SLOW, "other": [*RELEASED]}, share=True)
    thread.join(PATIENCE)
    assert killed
    assert {one.word for one in results.values()} == {"ran"}
    assert results["slow"].shared == ()
    why = "its process ended without a word" if what == "its own process" else GONE
    assert f"not shared: {why}" in log.read_text()


def test_class_goes_on_where_it_was_when_its_driver_is_killed(course: Course, tmp_path: Path) -> None:
    for name, cells in {"slow": SLOW, "other": [*RELEASED]}.items():
        write(tmp_path / "handins" / f"{name}.ipynb", cells)
    words = ("run", tmp_path / "handins", tmp_path / "runs", "--course", course.folder, "--share")
    command = [sys.executable, "-P", "-m", "grader", *map(str, words), "--device", "cpu", "--without-memory-group"]
    log = (tmp_path / "log").open("wb")
    driver = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=log, stderr=log)
    assert wait_until(lambda: find_writers(tmp_path / "runs" / "slow" / LOG_FILE, driver.pid))
    theirs = list_descendants(driver.pid)
    driver.kill()
    driver.wait()
    assert wait_until(lambda: not any(is_alive(pid) for pid in theirs))
    assert subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=log, stderr=log).returncode == 0
    assert {load(tmp_path / "runs", name).word for name in ("slow", "other")} == {"ran"}


def find_parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def find_writers(path: Path, above: int) -> list[int]:
    """Return the processes below one whose stderr goes to a file."""
    found = []
    for pid in list_descendants(above):
        with contextlib.suppress(OSError):
            found += [pid] if Path(f"/proc/{pid}/fd/2").readlink() == path else []
    return found


def test_nothing_is_left_of_a_class_that_shared(course: Course, tmp_path: Path) -> None:
    told, seen = list[str](), set[int]()

    def observe(event: Event) -> None:
        if isinstance(event, Ended):
            told.append(event.student)
            seen.update(list_descendants(os.getpid()))

    before = list_descendants(os.getpid())
    results = run(course, tmp_path, {"one": [*RELEASED], "two": change(4, "answers = 1")}, share=True, observer=observe)
    assert sorted(told) == sorted(results)
    assert all(one.shared for one in results.values())
    mine = seen - before
    assert len(mine) > 4  # the host, the keeper, the cage of the trunk, the trunk
    assert wait_until(lambda: not any(is_alive(pid) for pid in mine))
    groups = [path.name for path in Path("/sys/fs/cgroup").rglob("hw9-*-*")]
    assert not [name for name in groups if int(name.split("-")[1]) in mine]


def list_descendants(pid: int) -> set[int]:
    found, todo = set[int](), [pid]
    while todo:
        one = todo.pop()
        for path in Path(f"/proc/{one}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                new = {int(child) for child in path.read_text().split()} - found
                found |= new
                todo += new
    return found
