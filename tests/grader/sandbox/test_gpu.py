"""Which GPUs there are and what a cage sees of one, on made-up machines."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from assignment.fixable import FixableError
from grader.sandbox import gpu
from grader.sandbox.gpu import (
    Gpu,
    GpuMemory,
    find_gpus,
    list_device_binds,
    open_gpu_memory,
    parse_libraries,
    parse_list,
)


def test_list_of_nvidia_smi_is_read() -> None:
    text = "GPU 0: NVIDIA A100-SXM4 (UUID: GPU-1a-2b)\nGPU 1: NVIDIA A100-SXM4 (UUID: GPU-3c)\n  MIG 1g (UUID: MIG-9)\n"
    assert parse_list(text) == (Gpu("GPU-1a-2b", 0), Gpu("GPU-3c", 1))
    assert parse_list("NVIDIA-SMI has failed") == ()


def test_visible_devices_choose_by_index_or_uuid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "_list_gpus", lambda: "GPU 0: A (UUID: GPU-a)\nGPU 1: B (UUID: GPU-b)")
    assert find_gpus(tmp_path, visible="1,0") == (Gpu("GPU-b", 1), Gpu("GPU-a", 0))
    assert find_gpus(tmp_path, visible="GPU-b") == (Gpu("GPU-b", 1),)
    assert find_gpus(tmp_path, visible="7") == ()


def test_machine_without_nvidia_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_gpus(tmp_path) == ()


def test_gpus_of_other_jobs_are_not_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a batch system bounds a job: all GPUs are listed, one is not there, one is refused, one is out of order."""
    for number, uuid in enumerate("abcd"):
        (tmp_path / uuid).mkdir()
        (tmp_path / uuid / "information").write_text(f"GPU UUID: \t GPU-{uuid}\nDevice Minor: \t {number}\n")
    faults = {"/dev/nvidia0": FileNotFoundError(), "/dev/nvidia1": PermissionError(), "/dev/nvidia3": OSError(5, "I/O")}

    def open_device(path: Path, flags: int) -> int:
        if str(path) in faults:
            raise faults[str(path)]
        return os.dup(0)

    monkeypatch.setattr(gpu, "os", SimpleNamespace(open=open_device, close=os.close, O_RDWR=2))
    assert find_gpus(tmp_path, visible="0") == (Gpu("GPU-c", 2),)  # the first that is ours, as CUDA counts
    assert find_gpus(tmp_path, visible="GPU-") == (Gpu("GPU-c", 2), Gpu("GPU-d", 3))


def test_only_one_numbered_device_is_bound(tmp_path: Path) -> None:
    for name in ("nvidiactl", "nvidia-uvm", "nvidia0", "nvidia1", "sda"):
        (tmp_path / name).touch()
    assert [path.name for path in list_device_binds(Gpu("GPU-b", 1), tmp_path)] == [
        "nvidiactl",
        "nvidia-uvm",
        "nvidia1",
    ]


def test_driver_libraries_are_told_from_others() -> None:
    text = (
        "\tlibnvidia-ml.so.1 (libc6,x86-64) => /lib/x86_64-linux-gnu/libnvidia-ml.so.1\n"
        "\tlibcudart.so.12 (libc6,x86-64) => /usr/local/cuda/lib64/libcudart.so.12\n"
        "\tlibc.so.6 (libc6,x86-64) => /lib/x86_64-linux-gnu/libc.so.6\n"
    )
    assert Path("/lib/x86_64-linux-gnu/libnvidia-ml.so.1") in parse_libraries(text)
    assert Path("/lib/x86_64-linux-gnu/libc.so.6") not in parse_libraries(text)


def test_process_of_several_kinds_holds_its_memory_once() -> None:
    nvml = Mock(NVMLError=ZeroDivisionError)
    nvml.nvmlDeviceGetComputeRunningProcesses.return_value = [
        SimpleNamespace(pid=1, usedGpuMemory=500),
        SimpleNamespace(pid=2, usedGpuMemory=None),  # as where the driver does not tell
    ]
    nvml.nvmlDeviceGetMPSComputeRunningProcesses.side_effect = ZeroDivisionError  # as an old driver
    nvml.nvmlDeviceGetGraphicsRunningProcesses.return_value = [SimpleNamespace(pid=1, usedGpuMemory=600)]
    assert GpuMemory(nvml, "device").list_held() == {1: 600, 2: 0}


def test_functions_that_are_called_are_those_of_the_library() -> None:
    nvml = pytest.importorskip("pynvml")
    for kind in gpu.PROCESSES:
        assert callable(getattr(nvml, f"nvmlDeviceGet{kind}RunningProcesses"))
    assert issubclass(nvml.NVMLError, Exception)


@pytest.mark.skipif(bool(find_gpus()), reason="there is a GPU here")
def test_machine_that_tells_nothing_of_a_gpu_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FixableError, match=r"GPU-7: NVML: .*; expected the driver's libnvidia-ml\.so\.1"):
        open_gpu_memory("GPU-7")
    monkeypatch.setitem(sys.modules, "pynvml", None)
    with pytest.raises(FixableError, match=r"nvidia-ml-py: not installed; expected it where notebooks share a GPU"):
        open_gpu_memory("GPU-7")
