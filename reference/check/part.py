"""The Part of a course that is checked with a model: what it is read from, and who is told how far it is."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor

from assignment.assignment import Assignment
from assignment.authoring.check.section import Author
from assignment.models.classifier import Classifier, load_classifier
from assignment.models.network import Network
from assignment.profile import Profile


@dataclass(frozen=True)
class Part:
    """A course as far as it is made; what is read when it is asked for may raise a FixableError."""

    profile: Profile
    assignment: Assignment
    settings: Path
    author: Author
    tell: Callable[[int, int], None] = lambda done, total: None

    @cached_property
    def model(self) -> Classifier | Network:
        """The classifier as it was stored, in float64."""
        return load_classifier(self.profile.classifier_file)

    @cached_property
    def pictures(self) -> Tensor:
        """(N, 3, H, W) in [0, 1], float64."""
        return (torch.from_numpy(self.profile.pictures).double() / 255).permute(0, 3, 1, 2).contiguous()

    @cached_property
    def labels(self) -> Tensor:
        """(N,) int64."""
        return torch.from_numpy(self.profile.labels)
