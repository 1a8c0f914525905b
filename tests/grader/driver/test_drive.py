"""A whole class: each hand-in ends with one result, whatever is killed and whenever."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from assignment.course import open_course
from assignment.fixable import FixableError
from grader.driver import run_job as run_job_module
from grader.driver.drive import run_class as run_limited_class
from grader.driver.event import Ended, Event, Started
from grader.runs.folder import prepare_run, write_handin
from grader.runs.job import Job, order_course, write_job
from grader.runs.result import load_result
from grader.sandbox import cage
from grader.sandbox.orphans import end_cages
from tests.patience import PATIENCE, wait_until

ROOT = Path(__file__).parents[3]
SEED = 9
run_class = partial(run_limited_class, without_memory_group=True)  # with one where there is one
pytestmark = pytest.mark.sandbox
LASTS = "import os, time\nos.makedirs('outputs'); open('outputs/lime.npz', 'w').write('1')\ntime.sleep({seconds})"
Notebook = Callable[[Path, list[str]], None]


class Recorder:
    """An observer that remembers."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str | None]] = []
        self.at_once = self.most_at_once = 0

    def __call__(self, event: Event) -> None:
        match event:
            case Started():
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
            case Ended(student, result):
                self.at_once -= 1
                self.told.append((student, result.word if result else None))


@pytest.fixture
def handins(tmp_path: Path, notebook: Notebook) -> Path:
    """Five notebooks with ids that no other process on this machine has."""
    for number in range(5):
        notebook(tmp_path / "handins" / f"s{os.getpid()}x{number}.ipynb", [LASTS.format(seconds=0.3)])
    return tmp_path / "handins"


def start_command(handins: Path, runs: Path) -> "subprocess.Popen[bytes]":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it, children too
    command = [
        sys.executable,
        "-P",
        "-m",
        "grader",
        "run",
        str(handins),
        str(runs),
        "--jobs",
        "2",
        "--device",
        "cpu",
        "--without-memory-group",
    ]
    log = (runs.parent / "command.log").open("ab")
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=log, stderr=log)


def test_class_survives_kill_9_at_five_random_moments(
    tmp_path: Path, handins: Path, processes: Callable[[str], list[int]]
) -> None:
    runs, moments, marker = tmp_path / "runs", random.Random(SEED), f"s{os.getpid()}x"
    first_seen: dict[str, tuple[int, int, int]] = {}
    interrupted = 0
    for _ in range(5):
        command = start_command(handins, runs)
        time.sleep(moments.uniform(0.8, 4.5))
        interrupted += command.poll() is None
        command.send_signal(signal.SIGKILL)
        command.wait()
        assert wait_until(lambda: not processes(marker)), processes(marker)
        for file in runs.glob("*/result.json"):
            starts = (file.parent / "attempts").read_text().count("started")
            now = (file.stat().st_ino, file.stat().st_mtime_ns, starts)
            assert first_seen.setdefault(file.parent.name, now) == now
    assert interrupted >= 3  # else the moments were too late to prove anything
    command = start_command(handins, runs)
    assert command.wait(PATIENCE) == 0, (tmp_path / "command.log").read_text()
    results = {
        path.name: load_result(path) for path in runs.iterdir() if path.is_dir() and not path.name.startswith(".")
    }
    assert sorted(results) == sorted(path.stem for path in handins.iterdir())
    assert {result.word if result else None for result in results.values()} == {"ran"}
    assert all((runs / student / "work" / "outputs" / "lime.npz").exists() for student in results)
    for student, seen in first_seen.items():
        assert (runs / student / "attempts").read_text().count("started") == seen[2]
    assert not processes(marker)


def test_finished_runs_are_not_repeated_and_a_new_notebook_is_run(
    tmp_path: Path, handins: Path, notebook: Notebook
) -> None:
    recorder = Recorder()
    first = run_class(handins, tmp_path / "runs", open_course(), jobs=2, device="cpu", observer=recorder)
    assert [result.word for result in first] == ["ran"] * 5
    assert recorder.most_at_once == 2
    again = Recorder()
    notebook(handins / f"{first[0].student}.ipynb", ["1 / 0"])
    second = run_class(handins, tmp_path / "runs", open_course(), jobs=2, device="cpu", observer=again)
    assert again.told == [(first[0].student, "failed")]
    assert second[1:] == first[1:]
    kept = tmp_path / "runs" / ".replaced" / f"{first[0].student}.1"
    assert load_result(kept) == first[0]


def test_problem_handins_do_not_stop_the_others(tmp_path: Path, notebook: Notebook) -> None:
    notebook(tmp_path / "handins" / "good.ipynb", ["print(1)"])
    (tmp_path / "handins" / "broken.ipynb").write_text("{")
    results = run_class(tmp_path / "handins", tmp_path / "runs", open_course(), jobs=1, device="cpu")
    assert [(result.student, result.word) for result in results] == [("good", "ran")]


def test_killed_worker_is_run_once_more(
    tmp_path: Path, notebook: Notebook, processes: Callable[[str], list[int]]
) -> None:
    student = f"victim{os.getpid()}"
    notebook(tmp_path / "handins" / f"{student}.ipynb", [LASTS.format(seconds=3)])
    recorder = Recorder()
    killed: set[int] = set()
    left: set[int] = set()

    def has_worker_and_cage() -> bool:  # in one look: each look catches some process between fork and exec
        found = processes(student)
        killed.clear()
        killed.update(found if any(_runs(pid, cage.KERNEL.encode()) for pid in found) else [])
        return any(_runs(pid, b"grader.worker") for pid in killed) and len(killed) > 1

    def kill_first_worker() -> None:
        if wait_until(has_worker_and_cage):
            left.update(killed)
            os.kill(min(pid for pid in killed if _runs(pid, b"grader.worker")), signal.SIGKILL)
            if wait_until(lambda: not killed & set(processes(student))):
                left.clear()

    killer = threading.Thread(target=kill_first_worker)
    killer.start()
    results = run_class(tmp_path / "handins", tmp_path / "runs", open_course(), jobs=1, device="cpu", observer=recorder)
    killer.join()
    assert len(killed) > 1  # the worker and something of its cage
    assert not left
    assert recorder.told == [(student, None), (student, "ran")]
    assert results[0].attempt == 2


def test_worker_killed_while_its_cage_is_built_leaves_nothing(
    tmp_path: Path, notebook: Notebook, processes: Callable[[str], list[int]]
) -> None:
    notebook(tmp_path / "n.ipynb", ["import time; time.sleep(600)"])
    job = Job(course=order_course(open_course()), limits=open_course().assignment.limits)
    for number in range(8):
        folder = tmp_path / f"built{os.getpid()}x{number}"
        write_handin(folder, (tmp_path / "n.ipynb").read_bytes())
        prepare_run(folder)
        write_job(folder, job)
        command = [sys.executable, "-P", "-m", "grader.worker", str(folder)]
        worker = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)})
        assert wait_until(lambda name=folder.name: len(processes(name)) > 1)
        time.sleep(0.006 * number)
        worker.kill()
        worker.wait()
        end_cages(worker.pid)  # as run_job does
        assert wait_until(lambda name=folder.name: not processes(name))


def _runs(pid: int, program: bytes) -> bool:
    try:
        return program in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_worker_that_never_answers_is_lost_and_a_person_must_look(
    tmp_path: Path, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook(tmp_path / "handins" / "alice.ipynb", ["print(1)"])
    command = [sys.executable, "-c", "import sys; sys.exit('no disk')"]
    monkeypatch.setattr(run_job_module, "to_worker", lambda *_: command)
    recorder = Recorder()
    results = run_class(tmp_path / "handins", tmp_path / "runs", open_course(), jobs=1, device="cpu", observer=recorder)
    assert recorder.told == [("alice", None), ("alice", None), ("alice", "lost")]
    assert (results[0].word, results[0].detail) == ("lost", "no disk")


def test_ctrl_c_ends_all_workers_and_the_same_command_goes_on(
    tmp_path: Path, handins: Path, processes: Callable[[str], list[int]]
) -> None:
    marker = f"s{os.getpid()}x"
    command = start_command(handins, tmp_path / "runs")
    assert wait_until(lambda: processes(marker))
    command.send_signal(signal.SIGINT)
    assert command.wait(PATIENCE) != 0
    assert not processes(marker)
    vanished = [file.read_text() for file in (tmp_path / "runs").glob("*/attempts") if "vanished" in file.read_text()]
    assert vanished == []
    assert start_command(handins, tmp_path / "runs").wait(PATIENCE) == 0


def test_sandbox_that_does_not_work_stops_before_anything_runs(
    tmp_path: Path, handins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FixableError, match="bubblewrap"):
        run_class(handins, tmp_path / "runs", open_course(), device="cpu")
    assert not (tmp_path / "runs").exists()


def test_class_that_keeps_going_does_and_another_choice_runs_nothing_again(tmp_path: Path, notebook: Notebook) -> None:
    notebook(tmp_path / "handins" / "alice.ipynb", ["1 / 0", "print(1)"])
    first, again = (
        run_class(tmp_path / "handins", tmp_path / "runs", open_course(), jobs=1, device="cpu", keep_going=keep_going)
        for keep_going in (True, False)
    )
    assert (first[0].word, first[0].cell, first[0].kept_going) == ("failed", 0, True)
    assert again == first
