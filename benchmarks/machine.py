"""The machine that a figure was measured on."""

import platform
from pathlib import Path

import torch


def describe_machine(device: str = "cpu") -> str:
    """Return processor and cores, or the GPU, and the version of torch."""
    if device == "cuda":
        return f"{torch.cuda.get_device_name()}, torch {torch.__version__}"
    names = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    return f"{names[0] if names else platform.machine()}, {len(names) or '?'} cores, torch {torch.__version__}"
