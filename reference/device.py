"""Where and how exactly the reference computes; every switch that trades digits for speed is off."""

import os

import torch

from assignment.fixable import FixableError


def prepare_device(name: str = "auto", *, threads: int | None = None) -> torch.device:
    """Return the device, with TF32 and autotuning off; `auto` takes a GPU when there is one."""
    if name not in ("auto", "cpu", "cuda"):
        raise FixableError(f"--device: {name!r}; expected auto, cpu or cuda")
    found = torch.cuda.is_available()
    if name == "cuda" and not found:
        raise FixableError("--device: 'cuda', but torch sees no GPU; expected cpu or auto on this machine")
    if threads is not None:
        torch.set_num_threads(threads)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read by cuBLAS when it starts
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True
    return torch.device("cuda" if found and name != "cpu" else "cpu")
