"""A worker beside a made-up NVML: `python made_gpu.py RUN`; a notebook "takes" the MiB that it writes into `gpu`."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from grader.sandbox.cage import KERNEL, WORK, to_kernel
from grader.worker.execute import run_worker

MIB = 2**20
KERNEL_COMMAND = [word.encode() for word in to_kernel(KERNEL, "")[:3]]


class MadeError(Exception):
    """NVML's own."""


class MadeNvml:
    """The functions of pynvml that are called, of a GPU whose processes are those of cages that wrote a file `gpu`."""

    NVMLError = MadeError

    def nvmlInit(self) -> None:  # noqa: N802  # pynvml's name
        """Begin."""

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> str:  # noqa: N802
        return uuid

    def nvmlDeviceGetComputeRunningProcesses(self, device: str) -> list[SimpleNamespace]:  # noqa: N802
        others = SimpleNamespace(pid=os.getpid(), usedGpuMemory=90_000 * MIB)  # not the notebook's
        return [others, *(SimpleNamespace(pid=pid, usedGpuMemory=mib * MIB) for pid, mib in find_takers())]

    def nvmlDeviceGetMPSComputeRunningProcesses(self, device: str) -> list[SimpleNamespace]:  # noqa: N802
        raise MadeError("Not Supported")

    def nvmlDeviceGetGraphicsRunningProcesses(self, device: str) -> list[SimpleNamespace]:  # noqa: N802
        return [SimpleNamespace(pid=os.getpid(), usedGpuMemory=None)]


def find_takers() -> list[tuple[int, int]]:
    """Return the process of each kernel that wrote how much it takes, and how much."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "cmdline").read_bytes().split(b"\0")[:3] == KERNEL_COMMAND:
                found.append((int(folder.name), int((folder / "root" / WORK[1:] / "gpu").read_text())))
        except (OSError, ValueError):
            continue
    return found


if __name__ == "__main__":
    with patch("grader.sandbox.gpu.load_nvml", MadeNvml):
        run_worker(Path(sys.argv[1]))
