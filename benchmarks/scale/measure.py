"""Classes on this machine, by a driver and workers as processes of their own, over TLS on its loopback."""

import contextlib
import json
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import nbformat

from assignment.course import open_course
from grader.cluster.keys import make_keys
from grader.driver import measure
from grader.driver.drive import run_class
from grader.driver.event import Ended, Started
from grader.runs.folder import begin_runs
from grader.runs.result import RunResult, commit_result, load_result

ROOT = Path(__file__).resolve().parents[2]
WAITS = "no driver at"  # what a worker says once it is ready and there is no class yet


@dataclass(frozen=True)
class Measured:
    """A class as it went: seconds from the first machine to the last result, and of its command; MiB of its driver."""

    students: int
    seconds: float
    command: float
    peak_mib: float


def measure_sleeping(folder: Path, seconds: Sequence[float], workers: int) -> Measured:
    """Run notebooks that sleep, in the sandbox, on workers of one place each; earlier Runs tell who takes long."""
    runs = folder / "runs"
    begin_runs(runs, open_course().mark)
    _write_sleeping(folder / "handins", seconds)
    for number, its in enumerate(seconds):
        earlier = runs / ".replaced" / f"s{number:04}.1"
        earlier.mkdir(parents=True)
        told = RunResult(student=f"s{number:04}", word="ran", seconds=its, started_at=datetime.now(UTC))
        commit_result(earlier, told)
    verb = [sys.executable, "-m", "grader", "worker"]
    how = ["--keys", str(folder / "keys"), "--device", "cpu", "--places", "1", "--cache", str(folder / "cache")]
    return _measure(folder, [[*verb, "{address}", *how, "--name", f"w{number}"] for number in range(workers)])


def measure_instant(folder: Path, students: int, places: int) -> Measured:
    """Run the released notebook of so many students on a worker that answers at once."""
    (folder / "handins").mkdir(parents=True)
    data = open_course().read_released()
    for number in range(students):
        (folder / "handins" / f"s{number:04}.ipynb").write_bytes(data)
    program = [sys.executable, "-m", "benchmarks.scale.instant", "{address}", str(folder / "keys"), str(places)]
    return _measure(folder, [[*program, str(folder / "cache")]])


def measure_start(folder: Path, count: int = 5) -> float:
    """Return the seconds that a notebook takes here beside its cells: alone in the sandbox, by the local executor."""
    _write_sleeping(folder / "handins", [0.0] * count)
    times = list[float]()
    run_class(
        *(folder / "handins", folder / "runs", open_course()),
        jobs=1,
        device="cpu",
        without_memory_group=True,
        observer=lambda event: times.append(time.monotonic()) if isinstance(event, Started | Ended) else None,
    )
    return sum(end - begin for begin, end in zip(times[::2], times[1::2], strict=True)) / count


def _write_sleeping(folder: Path, seconds: Sequence[float]) -> None:
    folder.mkdir(parents=True)
    for number, its in enumerate(seconds):
        cell = nbformat.v4.new_code_cell(f"import time; time.sleep({its:.2f})")
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / f"s{number:04}.ipynb")


def measure_notebook(folder: Path) -> tuple[float, float]:
    """Return wall and processor seconds of the released notebook, alone in the sandbox on this machine."""
    before = _count_processor()
    result = measure.measure_notebook(open_course(), folder, device="cpu").result
    assert result.word == "ran", result
    return result.seconds, _count_processor() - before


def _count_processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def draw_sleeps(count: int, least: float, most: float, seed: int) -> list[float]:
    """Return so many seconds to sleep, to the hundredth.

    >>> draw_sleeps(2, 2, 20, 1)
    [4.42, 17.25]
    """
    random = Random(seed)
    return [round(random.uniform(least, most), 2) for _ in range(count)]


def _measure(folder: Path, workers: Sequence[Sequence[str]]) -> Measured:
    make_keys(folder / "keys")
    port = _find_port()
    with contextlib.ExitStack() as held:
        logs = [
            held.enter_context(
                _start([part.format(address=f"127.0.0.1:{port}") for part in words], folder, f"w{number}")
            )
            for number, words in enumerate(workers)
        ]
        while not all(WAITS in log.read_text() for log in logs):
            time.sleep(0.1)
        words = [*map(str, (folder / "handins", folder / "runs", folder / "keys", port))]
        begin = time.monotonic()
        command = [sys.executable, "-m", "benchmarks.scale.driver", *words]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return _read(folder / "runs", [json.loads(line) for line in done.stdout.splitlines()], begin)


def _read(runs: Path, lines: Sequence[Mapping[str, object]], begin: float) -> Measured:
    first = min(float(str(one["at"])) for one in lines if one["kind"] == "MachineCame")
    last = max(float(str(one["at"])) for one in lines if one["kind"] == "Ended")
    results = [load_result(place.parent) for place in runs.glob("*/result.json")]
    assert all(one is not None and one.word == "ran" for one in results), results
    peak, end = float(str(lines[-1]["mib"])), float(str(lines[-1]["at"]))
    return Measured(len(results), last - first, end - begin, peak)


def _find_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextlib.contextmanager
def _start(command: Sequence[str], folder: Path, name: str) -> Iterator[Path]:
    """Run a worker until the end of its class; give the file of what it says."""
    log = folder / f"{name}.log"
    with log.open("wb") as file:
        worker = subprocess.Popen(
            command, cwd=ROOT, stderr=file, env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        )
    try:
        yield log
        worker.wait(60)
    finally:
        worker.kill()
        worker.wait()
