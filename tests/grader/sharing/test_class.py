"""A class that shares one run of the released notebook: its results are those of kernels of its own; nothing stays."""

import contextlib
import json
import os
import shutil
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
from grader.driver.event import Event, Noted, SharedRun, Started
from grader.driver.run_job import LOG_FILE
from grader.driver.sharing import GONE
from grader.driver.summary import FEW
from grader.files.private import keep_private
from grader.runs.compared import load_compared
from grader.runs.doing import read_cell
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
    "saves": (change(4, "answers = {}\nnp.savez('outputs/texts.npz', 1)"), (0, 1, 2, 3)),
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
    jobs = 1 if how.get("share") else 2  # else a free place executes one whole
    how = {"jobs": jobs, "device": "cpu", "without_memory_group": True, **how}
    with keep_private():  # as the verb does
        return {one.student: one for one in run_class(folder / "handins", folder / "runs", course, **how)}


@pytest.fixture(scope="module")
def both(course: Course, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The class run with a kernel for each hand-in, and sharing."""
    folders, told = (tmp_path_factory.mktemp("fresh"), tmp_path_factory.mktemp("shared")), list[Event]()
    for folder, share in zip(folders, (False, True), strict=True):
        handins = {name: cells for name, (cells, _) in HANDINS.items()}
        run(course, folder, handins, share=share, observer=told.append)
    again, both_ways, summary = (one.text for one in told if isinstance(one, Noted))
    assert again.startswith("all have a result; 1 executed again, to compare (in ")
    assert both_ways.endswith("shared, and executed whole as well: the same came of it")
    assert summary == "7 of 7 hand-ins shared a run of the released notebook, 27 of their 40 code cells"
    ran = [one for one in told if isinstance(one, SharedRun)]
    assert ran == sorted(ran, key=lambda one: (one.ran, one.over))
    assert ran[-1] == SharedRun(6, 6, over=True)
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
    assert len(saved[1]) == {"fails": 1, "saves": 3}.get(name, 2)


def test_scoring_knows_what_was_taken(both: tuple[Path, Path]) -> None:
    fresh, shared = (load_evidence(runs / "answers") for runs in both)
    assert (shared.shared, fresh.shared) == ((0, 1, 2, 3, 5), ())
    assert shared.notes == fresh.notes


def test_one_hand_in_alone_shares_nothing(course: Course, tmp_path: Path) -> None:
    assert run(course, tmp_path, {"alone": [*RELEASED]}, share=True)["alone"].shared == ()


def test_who_is_asked_for_runs_whole_and_again_where_that_shared(course: Course, tmp_path: Path) -> None:
    handins = {name: HANDINS[name][0] for name in ("answers", "scratch", "fails")}
    first = run(course, tmp_path, handins, share=True, full="scratch")
    assert {name: one.shared for name, one in first.items()} == {
        "answers": (0, 1, 2, 3, 5),
        "scratch": (),
        "fails": (0, 1),
    }
    again = run(course, tmp_path, {}, share=True, full="answers")
    assert (again["answers"].word, again["answers"].shared) == ("ran", ())
    assert [again[name] for name in ("scratch", "fails")] == [first[name] for name in ("scratch", "fails")]
    assert load(tmp_path / "runs" / ".replaced", "answers.1") == first["answers"]
    assert list(run(course, tmp_path, {}, share=True, full="answers").values()) == list(again.values())
    assert {one.student: one.differing for one in load_compared(tmp_path / "runs")} == {"answers": (), "fails": ()}


def test_who_could_take_next_to_nothing_does_not_wait_for_it(course: Course, tmp_path: Path) -> None:
    handins = {name: HANDINS[name][0] for name in ("answers", "scratch")} | {"setup": change(0, "import os")}
    told = list[Event]()
    results = run(course, tmp_path, handins, share=True, observer=told.append, jobs=2)
    assert {name for name, one in results.items() if one.shared} == {"answers", "scratch"}
    assert [one.student for one in told if isinstance(one, Started)] == ["answers", "setup", "scratch"]
    summary = [one.text for one in told if isinstance(one, Noted)][-1]
    assert summary.endswith(f"1 executed whole, 1 of them: {FEW}")


def test_free_place_executes_the_sample_whole_first_and_it_shares_later(course: Course, tmp_path: Path) -> None:
    handins = {name: HANDINS[name][0] for name in ("answers", "scratch", "changes")}
    told = list[Event]()
    results = run(course, tmp_path, handins, share=True, observer=told.append, jobs=2)
    (first,) = (name for name, one in results.items() if not one.shared)
    assert [one.student for one in told if isinstance(one, Started)][1] == first
    _, both_ways, summary = [one.text for one in told if isinstance(one, Noted)]
    assert both_ways == f"{first}: shared, and executed whole as well: the same came of it"
    assert summary.endswith("; 1 executed whole, 1 of them: in the sample, which shared as well")
    assert load(tmp_path / "runs" / ".whole", first).shared == HANDINS[first][1]
    assert {one.student: one.differing for one in load_compared(tmp_path / "runs")} == {first: ()}
    shutil.rmtree(tmp_path / "runs" / ".whole" / first / "work")
    (tmp_path / "runs" / ".whole" / first / "result.json").unlink()  # as where it was interrupted before that
    assert run(course, tmp_path, {}, share=True, observer=told.append) == results
    assert load(tmp_path / "runs" / ".whole", first).shared == HANDINS[first][1]
    shutil.rmtree(tmp_path / "runs" / ".whole")  # a sample is drawn again, from those that shared
    assert run(course, tmp_path, {}, share=True, observer=told.append) == results
    ((again, differing),) = ((one.student, one.differing) for one in load_compared(tmp_path / "runs"))
    assert (again != first, differing) == (True, ())
    assert load(tmp_path / "runs" / ".whole", again).shared == ()


WHY = {
    "its own process": "its process ended without a word",
    "the host": GONE,
    **dict.fromkeys(("the trunk", "a snapshot"), "sandbox: the kernel ended while the cell ran"),
}
SLOW = change(2, "# scratch 1\nimport time\ntime.sleep(5)")


@pytest.mark.parametrize("what", ["its own process", "the host", "the trunk", "a snapshot"])
def test_hand_in_whose_process_is_killed_is_executed_alone(course: Course, tmp_path: Path, what: str) -> None:
    log, killed = tmp_path / "runs" / "slow" / LOG_FILE, list[int]()

    def kill() -> None:
        assert wait_until(lambda: find_writers(log, os.getpid()))
        (own,) = find_writers(log, os.getpid())
        trunk, snapshot = find_trunk(find_parent(own))
        assert wait_until(lambda: read_cell(log.parent) == 2)
        pids = {"its own process": own, "the host": find_parent(own), "the trunk": trunk, "a snapshot": snapshot}
        killed.append(pids[what])
        os.kill(killed[-1], signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    results = run(course, tmp_path, {"slow": SLOW, "other": [*RELEASED]}, share=True)
    thread.join(PATIENCE)
    assert killed
    assert {one.word for one in results.values()} == {"ran"}
    assert results["slow"].shared == ()
    assert f"not shared: {WHY[what]}" in log.read_text()


def test_class_goes_on_where_it_was_when_its_driver_is_killed(course: Course, tmp_path: Path) -> None:
    for name, cells in {"slow": SLOW, "other": [*RELEASED]}.items():
        write(tmp_path / "handins" / f"{name}.ipynb", cells)
    words = ("run", tmp_path / "handins", tmp_path / "runs", "--course", course.folder, "--share")
    command = [sys.executable, "-P", "-m", "grader", *map(str, words), "--jobs", "1", "--without-memory-group"]
    log = (tmp_path / "log").open("wb")
    driver = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=log, stderr=log)
    assert wait_until(lambda: find_writers(tmp_path / "runs" / "slow" / LOG_FILE, driver.pid))
    theirs = list_descendants(driver.pid)
    driver.kill()
    driver.wait()
    assert wait_until(lambda: not any(is_alive(pid) for pid in theirs))
    assert subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=log, stderr=log).returncode == 0
    assert {load(tmp_path / "runs", name).word for name in ("slow", "other")} == {"ran"}
    assert subprocess.run([*command, "--full", "3"], env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=log).returncode
    said = "--full: '3'; expected a student with a notebook to run, a number from 1 to 2 (with no files beside them)"
    assert said in " ".join((tmp_path / "log").read_text().split())


def find_trunk(host: int) -> tuple[int, int]:
    """Return a trunk, and its one snapshot, by the host's process: the two that run the same program."""
    its = [
        pid
        for pid in list_descendants(host)
        if b"from grader.trunk.process" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    its = [pid for pid in its if Path(f"/proc/{pid}/comm").read_text() != "bwrap\n"]
    (trunk,) = (pid for pid in its if find_parent(pid) not in its)
    (snapshot,) = (pid for pid in its if find_parent(pid) == trunk)
    return trunk, snapshot


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


def list_descendants(pid: int) -> set[int]:
    found, todo = set[int](), [pid]
    while todo:
        one = todo.pop()
        with contextlib.suppress(OSError):  # it may end meanwhile
            for path in Path(f"/proc/{one}/task").glob("*/children"):
                new = {int(child) for child in path.read_text().split()} - found
                found |= new
                todo += new
    return found
