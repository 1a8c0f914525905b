"""The Bench: what every analysis works on, and how a picture's random state is found."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import Module

from assignment.models.classifier import load_classifier
from assignment.models.network import Network, check_fits
from assignment.profile import Profile
from reference.folded import Folded, prepare

Array = NDArray[Any]
Arrays = dict[str, Array]
Found = Mapping[int | None, Arrays]  # by seed; None: what no seed changes


@dataclass(frozen=True)
class Bench:
    """A profile on a device, in a precision; the CNN and the pictures are opened when first asked for.

    batch: pictures at once. rounding: what the models' weights are rounded to, None for not.
    """

    profile: Profile
    device: torch.device
    dtype: torch.dtype = torch.float64
    batch: int = 8
    rounding: torch.dtype | None = None

    @cached_property
    def model(self) -> Folded | Network:
        """The classifier as it is explained fastest; FixableError where it does not take the profile's pictures."""
        plain = load_classifier(self.profile.classifier_file, device=self.device, dtype=self.dtype)
        check_fits(plain, self.profile.pictures.shape, self.profile.labels.tolist(), str(self.profile.folder))
        round_weights(plain, self.rounding)
        return prepare(plain)

    @cached_property
    def pictures(self) -> Tensor:
        """(N, 3, H, W) in [0, 1]."""
        scaled = torch.from_numpy(self.profile.pictures).to(self.device, self.dtype) / 255
        return scaled.permute(0, 3, 1, 2).contiguous()

    @cached_property
    def labels(self) -> Tensor:
        """(N,) int64, the true ones."""
        return torch.from_numpy(self.profile.labels).to(self.device)


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


def compute_logits(bench: Bench) -> Tensor:
    """Return the classifier's logits (N, labels)."""
    with torch.no_grad():
        return torch.cat([bench.model(part) for part in bench.pictures.split(bench.batch)])


def find_runner_up(logits: Tensor, labels: Tensor) -> Tensor:
    """Return for each picture the label with the largest logit apart from its own (N,)."""
    return logits.scatter(1, labels[:, None], -torch.inf).argmax(dim=1)


def to_array(tensor: Tensor) -> Array:
    """Return a tensor's values."""
    return np.asarray(tensor.cpu().numpy())
