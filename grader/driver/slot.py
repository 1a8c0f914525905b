"""The places where notebooks run at the same time, and what they share."""

import importlib.util
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from assignment.fixable import FixableError
from assignment.processors import count_processors
from grader.sandbox.gpu import Gpu, find_gpus

MOST_THREADS = 16  # for a notebook: several libraries start as many each, and all count as processes


@dataclass(frozen=True)
class Slot:
    """A place where one notebook at a time runs."""

    number: int
    gpu: Gpu | None = None


def make_slots(device: str, jobs: int | None, gpus: tuple[Gpu, ...] | None = None) -> tuple[Slot, ...]:
    """Return the slots: one for each GPU, or on the processor `jobs` of them."""
    if jobs is not None and jobs < 1:
        raise FixableError(f"--jobs: {jobs}; expected 1 or more")
    found = () if device == "cpu" else find_gpus() if gpus is None else gpus
    if device == "cuda" and not found:
        raise FixableError("--device: cuda; expected an NVIDIA GPU on this machine (nvidia-smi lists none), or cpu")
    if found:
        return tuple(Slot(number, gpu) for number, gpu in enumerate(found[:jobs]))
    return tuple(Slot(number) for number in range(jobs or count_processors()))


def share_threads(slots: int) -> int:
    """Return how many threads the notebook of each slot may use."""
    return max(1, min(MOST_THREADS, count_processors() // slots))


def make_font_list(folder: Path) -> Path | None:
    """Have matplotlib list the fonts once for all cages, which else would each spend seconds on it."""
    if importlib.util.find_spec("matplotlib") is None:
        return None
    folder.mkdir(exist_ok=True)
    if not any(folder.glob("fontlist-*.json")):
        environment = {**os.environ, "MPLCONFIGDIR": str(folder), "HOME": "/nonexistent"}
        command = [sys.executable, "-P", "-c", "import matplotlib.font_manager"]
        subprocess.run(command, env=environment, capture_output=True, check=False)
    for file in folder.glob("fontlist-*.json"):
        file.chmod(0o644)
    return folder
