"""Weights as files: safetensors, or a state dict as `torch.save` wrote it. Of neither is anything executed."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from assignment.fixable import Fault, FixableError, show_value

SUFFIXES = (".safetensors", ".pth", ".pt", ".bin")
COUNTER = "num_batches_tracked"  # of batch norms while they are trained: older files lack it, and nobody reads it
_PARALLEL = "module."


def read_weights(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a file by name; FixableError where it holds anything else."""
    if path.suffix not in SUFFIXES:
        raise FixableError(Fault((str(path),), f"{path.suffix!r}; expected a file of {', '.join(SUFFIXES)}"))
    return read_safetensors(path)[0] if path.suffix == ".safetensors" else _read_state_dict(path)


def read_safetensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Return the tensors and the metadata of a safetensors file; FixableError where it is none, or not whole."""
    try:
        with safe_open(path, "pt") as stored:
            return {name: stored.get_tensor(name) for name in stored.keys()}, stored.metadata() or {}  # noqa: SIM118
    except OSError as error:
        raise FixableError(f"{path}: {error.strerror or error}; expected the CNN's weights") from None
    except SafetensorError as error:
        raise FixableError(f"{path}: {error}; expected a whole safetensors file") from None


def read_checkpoint(path: Path) -> dict[str, Tensor]:
    """Return the tensors by name of what somebody's training wrote: those of `read_weights`, or a dict with them in it.

    What `DataParallel` puts before every name is left out. FixableError where there are no tensors, or several dicts.
    """
    if path.suffix not in SUFFIXES or path.suffix == ".safetensors":
        weights = read_weights(path)
    else:
        stored = _load(path)
        inside = stored.values() if isinstance(stored, Mapping) else ()
        found = [dict(its) for its in (stored, *inside) if isinstance(its, Mapping) and its and _are_weights(its)]
        if len(found) != 1:
            held = list(stored) if isinstance(stored, Mapping) else type(stored).__name__
            says = f"holds {show_value(held)}, {len(found)} of them state dicts; expected one, names to tensors"
            raise FixableError(Fault((str(path),), says))
        weights = found[0]
    if all(name.startswith(_PARALLEL) for name in weights):
        return {name.removeprefix(_PARALLEL): value for name, value in weights.items()}
    return weights


def save_weights(weights: Mapping[str, Tensor], path: Path) -> None:
    """Write tensors as safetensors, each with numbers of its own."""
    save_file(
        {name: value.detach().cpu().contiguous().clone() for name, value in weights.items()}, path, {"format": "pt"}
    )


def _read_state_dict(path: Path) -> dict[str, Tensor]:
    stored = _load(path)
    if not isinstance(stored, Mapping) or not _are_weights(stored):
        held = list(stored) if isinstance(stored, Mapping) else type(stored).__name__
        raise FixableError(Fault((str(path),), f"holds {show_value(held)}; expected a state dict, names to tensors"))
    return dict(stored)


def _load(path: Path) -> object:
    """Return what torch.save wrote, tensors and plain values alone; FixableError where it is more, or less."""
    try:
        found: object = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise FixableError(f"{path}: {error.strerror or error}; expected the CNN's weights") from None
    except Exception as error:  # whatever a damaged or hostile pickle makes of its reader
        code = re.search(r"GLOBAL (\S+)", str(error))
        says = f"holds code ({code[1]}), which was not run" if code else "cannot be read: truncated or not torch's"
        raise FixableError(Fault((str(path),), f"{says}; expected a state dict as torch.save writes it")) from None
    return found


def _are_weights(stored: Mapping[Any, Any]) -> bool:
    return all(_is_weight(*item) for item in stored.items())


def _is_weight(name: object, value: object) -> bool:
    return isinstance(name, str) and isinstance(value, Tensor) and value.layout == torch.strided


def find_weight_faults(path: Path, weights: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> list[Fault]:
    """Return one fault for each weight of a file that a model does not know, lacks, or has in another shape."""
    found = [(name, "unknown weight; expected only the classifier's") for name in weights.keys() - wanted.keys()]
    for name, value in wanted.items():
        if name not in weights:
            found += [] if name.endswith(COUNTER) else [(name, f"missing; expected shape {tuple(value.shape)}")]
        elif weights[name].shape != value.shape:
            found.append((name, f"shape {tuple(weights[name].shape)}; expected {tuple(value.shape)}"))
        elif weights[name].is_floating_point() != value.is_floating_point():
            found.append((name, f"numbers of {weights[name].dtype}; expected the kind of {value.dtype}"))
    return sorted(Fault((str(path), name), says) for name, says in found)
