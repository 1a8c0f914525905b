"""The devices of a worker's machine: its GPUs, or the MIG slices of those that are cut; and the places made of them.

A slice has a UUID of its own, which CUDA takes as it takes a GPU's, and the device file of its GPU.
"""

import os
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assignment.fixable import FixableError
from assignment.processors import count_processors
from grader.cluster.machine import MOST_SLOTS, Device, Place
from grader.sandbox.gpu import Gpu, find_gpus, open_gpu_memory

ALL = "GPU-"  # begins the UUID of every GPU
LINE = re.compile(r"^(?:GPU \d+|  MIG (?P<profile>\S+) +Device +\d+): .*\(UUID: (?P<uuid>[\w/-]+)\)", re.MULTILINE)
PROFILE_GB = re.compile(r"\.(\d+)gb")
ASK = ["nvidia-smi", "--query-gpu=uuid,name,memory.total,driver_version", "--format=csv,noheader,nounits"]


@dataclass(frozen=True)
class LocalPlace:
    """A place of this machine: what the driver is told of it, and what a cage must have."""

    place: Place
    gpu: Gpu | None = None
    watched_mib: int | None = None  # of the device's memory, beyond which a notebook is ended; None: it has all of it


def make_places(kind: str, count: int | None, memory_mib: int | None = None) -> tuple[LocalPlace, ...]:
    """Return `count` places (None: 1) on each device; without a device `count` (None: one a core) on the processors.

    kind: auto, cpu or cuda. memory_mib: of a device for each of its places; None: as much for each. FixableError where
    a GPU was asked for and there is none, its memory does not suffice, or there are more places than a worker may have.
    """
    found = () if kind == "cpu" else find_devices()
    if not found and memory_mib:
        raise FixableError(f"--gpu-memory-mib: {memory_mib}; expected none without a GPU")
    if kind == "cuda" and not found:
        raise FixableError("--device: cuda; expected an NVIDIA GPU on this machine (nvidia-smi lists none), or cpu")
    if not found:
        return tuple(LocalPlace(Place()) for _ in range(count or min(count_processors(), MOST_SLOTS)))
    if len(found) * (count or 1) > MOST_SLOTS:
        says = f"on each of {len(found)} GPUs; expected at most {MOST_SLOTS // len(found)}"
        raise FixableError(f"--places: {count or 1} {says}")
    return tuple(share_device(device, gpu, count or 1, memory_mib) for _ in range(count or 1) for device, gpu in found)


def share_device(device: Device, gpu: Gpu, count: int, memory_mib: int | None) -> LocalPlace:
    """Return one of `count` places on a device; FixableError where its memory does not suffice."""
    mib = memory_mib or device.memory_mib // count
    if mib * count > device.memory_mib and device.memory_mib:
        says = f"{mib} for each of {count} places; expected at most {device.memory_mib // count}: {device.uuid} has"
        raise FixableError(f"--gpu-memory-mib: {says} {device.memory_mib}")
    if count > 1 and not mib:
        says = f"{device.uuid} does not tell its memory; expected --gpu-memory-mib with --places {count}"
        raise FixableError(f"--places: {says}")
    return LocalPlace(Place(device=device, memory_mib=mib), gpu, mib if count > 1 or memory_mib else None)


def check_shares(places: Iterable[LocalPlace]) -> None:
    """Raise FixableError where notebooks would share a GPU and nobody tells what each holds of it."""
    for uuid in dict.fromkeys(one.gpu.uuid for one in places if one.gpu and one.watched_mib):
        open_gpu_memory(uuid)


def find_devices() -> tuple[tuple[Device, Gpu], ...]:
    """Return the devices of this machine that may be used, as CUDA_VISIBLE_DEVICES says where that is set."""
    gpus = find_gpus(visible=ALL)
    if not gpus:
        return ()
    return choose_devices(cut_gpus(gpus, _ask(["nvidia-smi", "-L"]), _ask(ASK)), os.environ.get("CUDA_VISIBLE_DEVICES"))


def cut_gpus(gpus: Sequence[Gpu], listing: str, table: str) -> tuple[tuple[Device, Gpu], ...]:
    r"""Return the devices that `nvidia-smi -L` lists: each GPU, or in its place the slices into which it is cut.

    table: uuid, name, MiB and driver of each GPU, as nvidia-smi gives them.

    >>> listing = "GPU 0: A100 (UUID: GPU-a)\n  MIG 3g.20gb     Device  0: (UUID: MIG-b)"
    >>> [device.uuid for device, _ in cut_gpus([Gpu("GPU-a", 0)], listing, "GPU-a, A100, 40960, 570.1")]
    ['MIG-b']
    """
    rows = {row[0]: row for line in table.splitlines() if len(row := [part.strip() for part in line.split(",")]) == 4}
    slices: dict[str, list[tuple[str, str]]] = {}
    last = ""
    for match in LINE.finditer(listing):
        if match["profile"]:
            slices.setdefault(last, []).append((match["uuid"], match["profile"]))
        else:
            last = match["uuid"]
    found = []
    for gpu in gpus:
        _, name, mib, driver = rows.get(gpu.uuid, (gpu.uuid, "GPU", "0", ""))
        memory = int(mib) if mib.isdigit() else 0
        if gpu.uuid not in slices:
            found.append((Device(uuid=gpu.uuid, name=name, memory_mib=memory, driver=driver), gpu))
        for uuid, profile in slices.get(gpu.uuid, ()):
            size = PROFILE_GB.search(profile)
            its = 1024 * int(size[1]) if size else 0
            device = Device(uuid=uuid, name=f"{name} MIG {profile}", memory_mib=its, driver=driver)
            found.append((device, Gpu(uuid, gpu.minor)))
    return tuple(found)


def choose_devices(found: Iterable[tuple[Device, Gpu]], wanted: str | None) -> tuple[tuple[Device, Gpu], ...]:
    """Return the devices that a value of CUDA_VISIBLE_DEVICES leaves: by UUID, or all of the GPU with an index."""
    every = tuple(found)
    if wanted is None:
        return every
    minors = sorted({gpu.minor for _, gpu in every})
    chosen = []
    for name in filter(None, (part.strip() for part in wanted.split(","))):
        if name.isdigit():
            its = minors[int(name) : int(name) + 1]
            chosen += [one for one in every if one[1].minor in its]
        else:
            chosen += [one for one in every if one[1].uuid.startswith(name)]
    return tuple(chosen)


def _ask(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
