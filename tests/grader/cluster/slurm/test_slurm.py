"""A class by a real Slurm, with the scripts that are printed: nodes go down, time runs out, and nobody is lost."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.runs.result import RESULT_FILE, load_result
from tests.grader.cluster.slurm.made_slurm import HEAD, ROOT_USER, Slurm, open_slurm, skip_without_slurm
from tests.grader.ordinary import ROOT, UID, to_grader
from tests.grader.sandboxed import find_processes, write_notebook
from tests.patience import wait_until

pytestmark = [pytest.mark.sandbox, pytest.mark.nightly]
CLASS = 8
CELL = """import os, time
time.sleep(5)
os.makedirs('outputs', exist_ok=True)
open('outputs/lime.npz', 'w').write('STUDENT ' + os.environ['CUDA_VISIBLE_DEVICES'])"""
OTHER = "#!/bin/sh\n#SBATCH --gres=gpu:1 --mem=100M\nexec sleep 100000\n"
OURS = {"gpu1": 0, "gpu2": 1}
RUN = ("run", "handins", "runs", "--executor", "dask", "--keys", "keys", "--device", "cuda", "--print", "slurm")
WORKER = ("--keys", "keys", "--without-memory-group", "--grace", "300", "--print", "slurm")


def test_class_comes_through_whatever_becomes_of_its_jobs() -> None:
    with open_slurm() as slurm:
        students = write_class(slurm)
        driver = start_driver(slurm)
        assert wait_until(lambda: "workers: " in read_driver(slurm))
        address = read_driver(slurm).split("workers: hw9 worker ")[1].split()[0]
        (slurm.home / "worker.sh").write_text(slurm.run(*to_grader("worker", address, *WORKER)))

        late = slurm.submit("worker.sh", "--time=3", "--array=1")  # no time for a notebook of ten minutes
        assert wait_until(lambda: slurm.is_over(late))
        assert "ended: no time is left for another notebook" in slurm.read_log("hw9-worker-*.log")
        assert "left: late; 0 notebooks in 0 s" in read_driver(slurm)

        slurm.submit("other.sh", "--nodelist=gpu2")  # somebody has the first GPU there
        slurm.submit("worker.sh")
        assert wait_until(lambda: len(list_results(slurm)) >= 2)
        assert wait_until(lambda: count_said(slurm, "gpu1 came") > count_said(slurm, "gpu1 left"))
        came = count_said(slurm, "gpu1 came")
        slurm.ask("scontrol", "update", "nodename=gpu1", "state=down", "reason=test")  # Slurm ends what runs there
        assert wait_until(lambda: count_said(slurm, "gpu1 left") == came)
        slurm.ask("scontrol", "update", "nodename=gpu1", "state=resume")
        assert wait_until(lambda: count_said(slurm, "gpu1 came") > came)  # another job of the array

        slurm.run("scancel", "--batch", "--signal=INT", driver)  # as a minute before the end of its time
        assert wait_until(lambda: slurm.is_over(driver))
        before = list_results(slurm)
        assert 2 <= len(before) < CLASS, before
        came = count_said(slurm, "gpu2 came")
        driver = start_driver(slurm)
        assert wait_until(lambda: count_said(slurm, "gpu2 came") > came)  # its worker waited
        slurm.cut_power("gpu2")
        assert wait_until(lambda: slurm.is_over(driver))
        assert "gpu2 left: its connection broke" in read_driver(slurm)
        assert "ExitCode=0:0" in slurm.ask("scontrol", "show", "job", driver), read_driver(slurm)
        slurm.start_node("gpu2")
        slurm.run("scancel", "--name=hw9-worker")  # what still waits in the queue
        slurm.run("scancel", "--name=other.sh")
        assert wait_until(lambda: slurm.ask("squeue", "--noheader") == "")
        check_results(slurm, students)
        assert {student: list_results(slurm)[student] for student in before} == before  # none was run again
        assert not find_processes(students[0][:-1])
        place = str(slurm.folder)
    assert wait_until(lambda: not find_processes(place))


def write_class(slurm: Slurm) -> list[str]:
    students = [f"m{os.getpid()}x{number}" for number in range(CLASS)]
    for student in students:
        write_notebook(slurm.home / "handins" / f"{student}.ipynb", [CELL.replace("STUDENT", student)])
    slurm.run(*to_grader("cluster", "keys", "keys"))
    printed = slurm.run(*to_grader(*RUN, "--address", f"0.0.0.0:{slurm.port}"))
    (slurm.home / "run.sh").write_text(printed)
    (slurm.home / "other.sh").write_text(OTHER)
    return students


def start_driver(slurm: Slurm) -> str:
    return slurm.submit("run.sh", f"--nodelist={HEAD}")


def read_driver(slurm: Slurm) -> str:
    return slurm.read_log("hw9-run-*.log")


def count_said(slurm: Slurm, text: str) -> int:
    return read_driver(slurm).count(text)


def list_results(slurm: Slurm) -> dict[str, bytes]:
    """Return the results that are there, by student."""
    return {file.parent.name: file.read_bytes() for file in (slurm.home / "runs").glob(f"*/{RESULT_FILE}")}


def check_results(slurm: Slurm, students: list[str]) -> None:
    for student in students:
        folder = slurm.home / "runs" / student
        result = load_result(folder)
        assert result is not None
        assert (result.word, result.device, result.sandbox) == ("ran", "cuda", True), result
        uuid = f"GPU-{result.machine}-{OURS[str(result.machine)]}"  # the one of the two that Slurm gave
        assert (result.gpu, result.gpu_driver) == (f"Made Up 9000 ({uuid})", "570.0")
        assert (folder / "work" / "outputs" / "lime.npz").read_text() == f"{student} {uuid}"
        assert folder.stat().st_uid == (UID if ROOT_USER else os.getuid())
    assert not (slurm.home / "runs" / ".incoming").exists()


def test_daemons_end_with_a_test_that_is_killed() -> None:
    skip_without_slurm()
    work = "with open_slurm() as slurm: print(slurm.folder, flush=True); input()"
    code = f"from {open_slurm.__module__} import open_slurm\n{work}"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    owner = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, **pipes)
    assert owner.stdout is not None
    place = owner.stdout.readline().strip()
    assert len(find_processes(place)) > 5
    owner.kill()
    owner.communicate()
    assert wait_until(lambda: not find_processes(place))
    shutil.rmtree(Path(place))
