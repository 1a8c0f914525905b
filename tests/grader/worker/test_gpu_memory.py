"""Notebooks that share a GPU: who takes more than its share is ended, with its word, and nobody else is."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest

from assignment.course import open_course
from grader.driver.run_job import run_job
from grader.runs.folder import prepare_run, take_unready, write_handin
from grader.runs.job import Job, order_course, write_job
from grader.runs.result import Reason, RunResult, load_result
from grader.sandbox.gpu import Gpu, find_gpus, open_gpu_memory
from grader.scoring.evidence import load_evidence
from grader.scoring.reasons import ENDINGS, list_reasons
from grader.worker.ending import Ending
from grader.worker.meter import UNSEEN, GpuShare
from grader.worker.start import BARE
from tests.grader.sandboxed import SMALL, write_notebook
from tests.patience import PATIENCE

HERE = Path(__file__).parent
TAKE = "import time; open('gpu', 'w').write('{mib}'); time.sleep({seconds})"
JOB = Job(
    course=order_course(open_course()),
    limits=SMALL,
    without_memory_group=True,
    gpu=Gpu("GPU-made-up-0", 0),
    gpu_memory_mib=1000,
)


def order(folder: Path, cells: list[str], job: Job = JOB) -> Path:
    write_notebook(folder / "made.ipynb", cells)
    write_handin(folder, (folder / "made.ipynb").read_bytes())
    prepare_run(folder)
    write_job(folder, job)
    return folder


def execute_beside_made_gpu(folder: Path, cells: list[str], **changed: object) -> RunResult:
    order(folder, cells, JOB.model_copy(update=changed))
    command = [sys.executable, str(HERE / "made_gpu.py"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    result = load_result(folder)
    assert result is not None, done.stderr
    return result


@pytest.mark.sandbox
def test_notebook_that_takes_more_than_its_share_is_ended_with_its_word(tmp_path: Path) -> None:
    folder = tmp_path / "alice"
    result = execute_beside_made_gpu(folder, ["print(1)", TAKE.format(mib=1200, seconds=2 * PATIENCE)])
    assert (result.word, result.reason, result.cell) == ("failed", "gpu_memory", 1)
    assert result.detail == "1200 MiB of GPU memory; its share of the GPU is 1000"
    assert result.peak_gpu_memory_mib == 1200
    run = load_evidence(folder)
    assert run.peak_gpu_memory_mib == 1200
    (why,) = list_reasons(None, run, (), ())
    assert why.en == "The run failed in cell 1 (from 0, texts counted): it took more GPU memory than there was for it."
    assert why.zh.endswith("：使用的 GPU 記憶體超過可用的量。")


@pytest.mark.sandbox
def test_what_others_hold_ends_no_notebook_within_its_share(tmp_path: Path) -> None:
    result = execute_beside_made_gpu(tmp_path / "alice", [TAKE.format(mib=900, seconds=1)])
    assert (result.word, result.peak_gpu_memory_mib) == ("ran", 900)
    assert not [note for note in result.notes if "GPU memory" in note]


@pytest.mark.sandbox
def test_notebook_with_a_whole_gpu_is_not_watched(tmp_path: Path) -> None:
    result = execute_beside_made_gpu(tmp_path / "alice", [TAKE.format(mib=9000, seconds=1)], gpu_memory_mib=None)
    assert (result.word, result.peak_gpu_memory_mib) == ("ran", None)


@pytest.mark.sandbox
@pytest.mark.skipif(bool(find_gpus()), reason="there is a GPU here")
def test_shared_gpu_of_which_nobody_tells_is_the_machines_fault(tmp_path: Path) -> None:
    folder = order(tmp_path / "alice", ["print(1)"])
    run_job(folder)
    assert load_result(folder) is None
    reason = take_unready(folder)
    assert reason is not None
    assert reason.startswith("GPU-made-up-0: NVML: ")
    assert "expected the driver's libnvidia-ml.so.1" in reason


@dataclass
class Held:
    """What processes hold, as a test says."""

    held: dict[int, int]

    def list_held(self) -> dict[int, int]:
        return self.held


def share(held: dict[int, int]) -> GpuShare:
    its = GpuShare(Held(held), 1000, {7, 8}.__contains__)  # type: ignore[arg-type]
    its.look()
    return its


def test_all_processes_of_a_notebook_count_together_and_the_most_stays() -> None:
    its = share({7: 600 * 2**20, 8: 500 * 2**20, 9: 5000 * 2**20})
    its.memory.list_held().clear()
    its.look()
    says = "1100 MiB of GPU memory; its share of the GPU is 1000"
    assert its.find_passed(3) == Ending("failed", "gpu_memory", 3, says)
    assert share({7: 600 * 2**20, 9: 5000 * 2**20}).find_passed(3) is None


def test_notebook_that_was_refused_memory_within_its_share_is_told_to_a_person() -> None:
    refused = Ending("failed", "gpu_memory", 2, "OutOfMemoryError: CUDA out of memory.")
    (note,) = share({7: 600 * 2**20}).list_notes(refused)
    assert "at most 600 MiB of its 1000 were seen" in note
    assert "another notebook took more than its share (run it again)" in note
    assert share({9: 2**20}).list_notes(Ending("ran")) == (UNSEEN,)
    assert share({7: 2**20}).list_notes(Ending("ran")) == ()


def test_every_reason_is_said_in_both_languages() -> None:
    assert set(ENDINGS) == set(get_args(Reason))


def test_kernel_without_a_cage_hears_of_its_share_too() -> None:
    assert "CUDA_MPS_PINNED_DEVICE_MEM_LIMIT" in BARE


@pytest.mark.slow
@pytest.mark.skipif(not find_gpus(), reason="no NVIDIA GPU")
def test_real_gpu_tells_what_a_process_holds() -> None:
    code = "import torch; x = torch.ones(300 * 2**18, device='cuda'); torch.cuda.synchronize(); print(1); input()"
    memory = open_gpu_memory(find_gpus()[0].uuid)
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(2)
        held = memory.list_held().get(process.pid, 0)
        process.communicate(b"\n")
    assert held >= 300 * 2**20
    assert process.pid not in memory.list_held()
