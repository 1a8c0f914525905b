"""The NVIDIA GPUs of this machine: which there are, and what a sandbox must see of the one that it may use.

Nothing here imports torch. CUDA_VISIBLE_DEVICES names a GPU by its UUID, because indices shift when only one device is
bound. What each process holds of its memory is told by NVML, the driver's own library.
"""

import contextlib
import os
import re
import subprocess
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from assignment.fixable import FixableError

DRIVER_FOLDER = Path("/proc/driver/nvidia/gpus")
SHARED_DEVICES = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset", "nvidia-caps")
PROCESSES = ("Compute", "MPSCompute", "Graphics")  # the kinds of processes that NVML lists apart
DRIVER_LIBRARY = re.compile(r"=> (/\S*/lib(?:cuda|nvidia|nvcuvid|nvoptix|dxcore)[\w-]*\.so\S*)")


@dataclass(frozen=True)
class Gpu:
    """One GPU: its UUID (or index) for CUDA_VISIBLE_DEVICES and the number of its device file."""

    uuid: str
    minor: int


@dataclass(frozen=True)
class GpuMemory:
    """The memory of one GPU, or of a slice of one, as NVML tells of it."""

    nvml: Any
    device: Any

    def list_held(self) -> dict[int, int]:
        """Return what processes hold: process -> bytes, without those of which the driver does not tell."""
        held = dict[int, int]()
        for kind in PROCESSES:
            with contextlib.suppress(self.nvml.NVMLError):  # a kind that this driver or device does not know
                for its in getattr(self.nvml, f"nvmlDeviceGet{kind}RunningProcesses")(self.device):
                    held[its.pid] = max(held.get(its.pid, 0), its.usedGpuMemory or 0)
        return held


def open_gpu_memory(uuid: str) -> GpuMemory:
    """Return the memory of the GPU, or slice, of this UUID; FixableError where nobody tells of it."""
    nvml = load_nvml()
    try:
        nvml.nvmlInit()
        return GpuMemory(nvml, nvml.nvmlDeviceGetHandleByUUID(uuid))
    except nvml.NVMLError as error:
        says = f"{uuid}: NVML: {error}; expected the driver's libnvidia-ml.so.1 to tell what its processes hold"
        raise FixableError(says) from None


def load_nvml() -> Any:
    """Return the module that speaks with NVML; FixableError where it is not installed."""
    try:
        return import_module("pynvml")
    except ImportError:
        says = "not installed; expected it where notebooks share a GPU (pip install 'hw9[cluster]')"
        raise FixableError(f"nvidia-ml-py: {says}") from None


def find_gpus(driver: Path = DRIVER_FOLDER, *, visible: str | None = None) -> tuple[Gpu, ...]:
    """Return the GPUs that may be used, in the order of CUDA_VISIBLE_DEVICES where that is set."""
    wanted = os.environ.get("CUDA_VISIBLE_DEVICES") if visible is None else visible
    found = _read_driver(driver) or parse_list(_list_gpus())
    return choose_gpus(found, wanted)


def choose_gpus(found: tuple[Gpu, ...], wanted: str | None) -> tuple[Gpu, ...]:
    """Return the GPUs that a value of CUDA_VISIBLE_DEVICES (None: not set) leaves.

    >>> choose_gpus((Gpu("GPU-a", 0), Gpu("GPU-b", 1)), "1")
    (Gpu(uuid='GPU-b', minor=1),)
    >>> choose_gpus((Gpu("GPU-a", 0), Gpu("GPU-b", 1)), "")
    ()
    """
    if wanted is None:
        return found
    chosen: list[Gpu] = []
    for name in filter(None, (part.strip() for part in wanted.split(","))):
        if name.isdigit():
            chosen += found[int(name) : int(name) + 1]
        else:
            chosen += [gpu for gpu in found if gpu.uuid.startswith(name)]
    return tuple(chosen)


def parse_list(text: str) -> tuple[Gpu, ...]:
    """Return the GPUs that `nvidia-smi -L` lists.

    >>> parse_list("GPU 0: NVIDIA A100 (UUID: GPU-5d)")
    (Gpu(uuid='GPU-5d', minor=0),)
    """
    return tuple(Gpu(uuid, int(index)) for index, uuid in re.findall(r"GPU (\d+): .*\(UUID: ([\w-]+)\)", text))


def list_device_binds(gpu: Gpu, devices: Path = Path("/dev")) -> tuple[Path, ...]:
    """Return the device files that a process needs to use this GPU and no other."""
    names = (*SHARED_DEVICES, f"nvidia{gpu.minor}")
    return tuple(devices / name for name in names if (devices / name).exists())


def parse_libraries(text: str) -> tuple[Path, ...]:
    """Return the driver's libraries that `ldconfig -p` names.

    >>> parse_libraries("libcuda.so.1 (libc6,x86-64) => /usr/lib/wsl/lib/libcuda.so.1")
    (PosixPath('/usr/lib/wsl/lib/libcuda.so.1'),)
    """
    return tuple(sorted({Path(path) for path in DRIVER_LIBRARY.findall(text)}))


def find_libraries() -> tuple[Path, ...]:
    """Return the driver's libraries of this machine."""
    return parse_libraries(_ask(["/sbin/ldconfig", "-p"]))


def _read_driver(driver: Path, devices: Path = Path("/dev")) -> tuple[Gpu, ...]:
    found = []
    for file in sorted(driver.glob("*/information")):
        text = file.read_text(errors="replace")
        uuid, minor = re.search(r"GPU UUID:\s*(GPU-\S+)", text), re.search(r"Device Minor:\s*(\d+)", text)
        if uuid and minor and _may_open(devices / f"nvidia{minor[1]}"):
            found.append(Gpu(uuid[1], int(minor[1])))
    return tuple(found)


def _may_open(device: Path) -> bool:
    """Tell whether a device file is there for us: a batch system leaves those of other jobs, and refuses them.

    CUDA's indices count the others alone, and so must ours.
    """
    try:
        os.close(os.open(device, os.O_RDWR))
    except (FileNotFoundError, PermissionError):
        return False
    except OSError:  # a GPU that is out of order: the trial says so
        return True
    return True


def _list_gpus() -> str:
    return _ask(["nvidia-smi", "-L"])


def _ask(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
