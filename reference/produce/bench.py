"""The Bench: what every analysis of the CNN works on, and how a picture's random state is found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import Module

from assignment.models.classifier import load_classifier
from assignment.profile import Profile
from reference.folded import Folded, fold

Array = NDArray[Any]
Arrays = dict[str, Array]
Found = Mapping[int | None, Arrays]  # by seed; None: what no seed changes


@dataclass(frozen=True)
class Bench:
    """pictures (N, 3, H, W) in [0, 1] and labels (N,), on the device and in the dtype of the model.

    `tick` is called after each step of long work. `rounding`: what the models' weights are rounded to, None for not.
    """

    profile: Profile
    model: Folded
    pictures: Tensor
    labels: Tensor
    batch: int
    tick: Callable[[], None]
    rounding: torch.dtype | None = None


def open_bench(
    profile: Profile,
    device: torch.device,
    *,
    dtype: torch.dtype = torch.float64,
    batch: int = 8,
    tick: Callable[[], None],
    rounding: torch.dtype | None = None,
) -> Bench:
    """Load the (folded) classifier and the pictures of a profile."""
    plain = load_classifier(profile.classifier_file, device=device, dtype=dtype)
    round_weights(plain, rounding)
    model = fold(plain)
    scaled = torch.from_numpy(profile.pictures).to(device, dtype) / 255
    pictures = scaled.permute(0, 3, 1, 2).contiguous()
    return Bench(profile, model, pictures, torch.from_numpy(profile.labels).to(device), batch, tick, rounding)


def round_weights(model: Module, rounding: torch.dtype | None) -> None:
    """Round every parameter in place; each stays in its own dtype. None leaves all as it is."""
    with torch.no_grad():
        for parameter in model.parameters() if rounding else ():
            parameter.copy_(parameter.to(rounding))


def find_random_state(seed: int, picture: int) -> int:
    """Return the random state of one picture, so that its result does not depend on the pictures before it.

    >>> find_random_state(1, 4)
    1004
    """
    return 1000 * seed + picture


def find_random_states(bench: Bench, seed: int) -> list[int]:
    """Return the random state of each picture."""
    return [find_random_state(seed, index) for index in range(len(bench.pictures))]


def find_logits(bench: Bench) -> Tensor:
    """Return the classifier's logits (N, labels)."""
    with torch.no_grad():
        return torch.cat([bench.model(part) for part in bench.pictures.split(bench.batch)])


def find_runner_up(logits: Tensor, labels: Tensor) -> Tensor:
    """Return for each picture the label with the largest logit apart from its own (N,)."""
    return logits.scatter(1, labels[:, None], -torch.inf).argmax(dim=1)


def to_array(tensor: Tensor) -> Array:
    """Return a tensor's values."""
    return np.asarray(tensor.cpu().numpy())
