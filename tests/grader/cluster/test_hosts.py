"""Three machines, killed, cut off, frozen, and their driver killed: each hand-in ends with one result, none is lost."""

import json
import os
import shutil
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from grader.cluster.keys import Keys
from grader.cluster.pace import Pace
from grader.runs.result import RESULT_FILE, load_result
from tests.grader.cluster.lab import find_tree, open_lab, signal_all
from tests.grader.sandboxed import find_processes, write_notebook
from tests.patience import wait_until

CLASS = 24
NOTICED = 30.0  # seconds within which a machine that is gone must be noticed
CELL = """import os, time
time.sleep(4)
os.makedirs('outputs', exist_ok=True)
open('outputs/lime.npz', 'w').write('STUDENT ' + os.environ['CUDA_VISIBLE_DEVICES'])"""


def read_told(file: Path, kind: str) -> list[dict[str, Any]]:
    lines = file.read_text().splitlines() if file.exists() else []
    return [one for one in map(json.loads, lines) if one["kind"] == kind]


def list_finished(file: Path) -> list[str]:
    return [one["student"] for one in read_told(file, "Ended") if one["result"] is not None]


def has_left(file: Path, name: str, times: int = 1) -> bool:
    return sum(one["name"] == name for one in read_told(file, "MachineLeft")) >= times


def count_arrivals(file: Path, name: str) -> int:
    return sum(one["name"] == name for one in read_told(file, "MachineCame"))


@pytest.mark.sandbox
@pytest.mark.slow
def test_class_comes_through_whatever_happens_to_its_machines(tmp_path: Path, class_keys: Keys) -> None:
    pytest.importorskip("distributed")
    if shutil.which("ip") is None:
        pytest.skip("no ip (iproute2), which the three machines are joined by")
    mark, keys = f"m{os.getpid()}x", class_keys.key.parent
    students = [f"{mark}{number:02}" for number in range(CLASS)]
    handins, runs, told, pace = tmp_path / "handins", tmp_path / "runs", tmp_path / "told", Pace()
    for student in students:
        write_notebook(handins / f"{student}.ipynb", [CELL.replace("STUDENT", student)])
    command = [*map(str, (handins, runs, keys, 8790, told, pace.beat, pace.gone))]
    with open_lab(tmp_path, 3) as lab:
        driver = lab.start_driver(*command)
        workers = [lab.start_worker(number, 2, keys) for number in range(3)]
        assert wait_until(lambda: len(list_finished(told)) >= 4)

        lab.pull(1)  # as when its power is cut: no connection is closed
        frozen = find_tree(workers[2].pid)
        signal_all(frozen, signal.SIGSTOP)
        assert wait_until(lambda: has_left(told, "host1") and has_left(told, "host2"), NOTICED)
        signal_all(find_tree(workers[1].pid), signal.SIGKILL)
        lab.plug(1)
        workers[1] = lab.start_worker(1, 2, keys)
        signal_all(frozen, signal.SIGCONT)  # it wakes up, is told that it was given up, and comes again
        assert wait_until(lambda: count_arrivals(told, "host2") == 2)

        workers[0].send_signal(signal.SIGKILL)  # its notebooks die with it
        signal_all(find_tree(workers[2].pid), signal.SIGKILL)  # all of a host at once
        assert wait_until(lambda: has_left(told, "host0") and has_left(told, "host2", times=2), NOTICED)
        for number in (0, 2):
            workers[number] = lab.start_worker(number, 2, keys)

        assert wait_until(lambda: len(list_finished(told)) >= CLASS // 2)
        assert len(list_finished(told)) < CLASS  # there is something left to do
        driver.kill()
        driver.wait()
        before = {
            one: (runs / one / RESULT_FILE).read_bytes() for one in students if (runs / one / RESULT_FILE).exists()
        }
        attempts = {one: (runs / one / "attempts").read_bytes() for one in before}
        driver = lab.start_driver(*command)
        assert wait_until(lambda: driver.poll() is not None)
        assert driver.returncode == 0, (tmp_path / "hub.log").read_text()
        for worker in workers:
            assert wait_until(lambda worker=worker: worker.poll() is not None)
            assert worker.returncode == 0

    for student in students:
        result = load_result(runs / student)
        assert result is not None
        assert (result.word, result.device, result.sandbox) == ("ran", "cuda", True), result
        assert result.machine in {"host0", "host1", "host2"}
        assert result.gpu in {"Made Up 9000 (GPU-made-up-0)", "Made Up 9000 (GPU-made-up-1)"}
        assert result.gpu_driver == "570.0"
        assert (runs / student / "work" / "outputs" / "lime.npz").read_text().startswith(f"{student} GPU-made-up-")
    assert len(before) >= CLASS // 2
    for student, data in before.items():  # what had a result was not run again
        assert (runs / student / RESULT_FILE).read_bytes() == data
        assert (runs / student / "attempts").read_bytes() == attempts[student]
    assert max(Counter(list_finished(told)).values()) == 1
    assert len(read_told(told, "MachineCame")) >= 8  # host2 came three times, others twice; all to the second driver
    assert not find_processes(mark)
    assert not list(tmp_path.glob("tmp-host*/hw9-worker-*/worker.*"))
    assert not (runs / ".incoming").exists()
