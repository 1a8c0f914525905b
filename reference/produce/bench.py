"""The Bench: what every analysis works on, and how a picture's random state is found."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import Module

from assignment.analyses import Label, Seed
from assignment.assignment import Assignment
from assignment.models.classifier import load_classifier
from assignment.models.network import Network, check_fits
from assignment.profile import Profile
from reference.folded import Folded, prepare
from reference.produce.parts import Store

Array = NDArray[Any]
Arrays = dict[str, Array]
Found = Mapping[int | None, Arrays]  # by seed; None: what no seed changes


@dataclass(frozen=True)
class Bench:
    """A course's profile and settings on a device, in a precision; CNN and pictures are opened when first asked for.

    batch: pictures at once. rounding: what the models' weights are rounded to, None for not. store: where parts of
    what was computed are kept, None for nowhere.
    """

    profile: Profile
    settings: Assignment
    device: torch.device
    dtype: torch.dtype = torch.float64
    batch: int = 8
    rounding: torch.dtype | None = None
    store: Store | None = None

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
    def digests(self) -> tuple[str, ...]:
        """What tells each picture from another."""
        return tuple(hashlib.sha256(picture.tobytes()).hexdigest() for picture in self.profile.pictures)

    @cached_property
    def labels(self) -> Tensor:
        """(N,) int64, the true ones."""
        return torch.from_numpy(self.profile.labels).to(self.device)

    @cached_property
    def logits(self) -> Tensor:
        """(N, labels), the classifier's."""
        return compute_logits(self)


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


def find_seed(seed: int, run: Seed) -> int:
    """Return the seed of a run for the set of canonical Outputs of a seed.

    >>> find_seed(3, "own"), find_seed(3, "next")
    (3, 4)
    """
    return seed + (run == "next")


def compute_logits(bench: Bench) -> Tensor:
    """Return the classifier's logits (N, labels)."""
    with torch.no_grad():
        return torch.cat([bench.model(part) for part in bench.pictures.split(bench.batch)])


def find_runner_up(logits: Tensor, labels: Tensor) -> Tensor:
    """Return for each picture the label with the largest logit apart from its own (N,)."""
    return logits.scatter(1, labels[:, None], -torch.inf).argmax(dim=1)


def pick_labels(bench: Bench, label: Label) -> Tensor:
    """Return the label (N,) that a run asks about in each picture."""
    if label == "truth":
        return bench.labels
    if label == "runner_up":
        return find_runner_up(bench.logits, bench.labels)
    return torch.full_like(bench.labels, label)


def to_array(tensor: Tensor) -> Array:
    """Return a tensor's values."""
    return np.asarray(tensor.cpu().numpy())
