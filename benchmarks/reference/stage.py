"""What the contests of `reference.py` are fought on and with: the classifier in every form, and the named variants."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from assignment.course import open_course
from assignment.models.classifier import Classifier, load_homework
from reference.folded import Folded, fold

Kind = Literal["notebook", "rival", "tuned", "ours", "given"]  # tuned: a rival whose model was made ready by us


@dataclass(frozen=True)
class Stage:
    """A classifier in float32 as it comes (`model`), channels-last (`wide`), folded; and in float64 (`exact`)."""

    width: int
    model: Classifier
    wide: Classifier
    folded: Folded
    exact: Folded
    picture: Tensor
    label: Tensor


@dataclass(frozen=True)
class Implementation:
    """One way to compute a result."""

    kind: Kind
    name: str
    run: Callable[[], object]


@dataclass(frozen=True)
class Contest:
    """Variants of one computation, the notebook's first; `exact` computes it in float64."""

    name: str
    stage: Stage
    variants: list[Implementation]
    exact: Callable[[], object]


def set_stage(width: int) -> Stage:
    """Load the embedded classifier, or make one of the course's shape, and take the first picture."""
    profile = open_course().profile
    picture = torch.from_numpy(profile.pictures[:1]).permute(0, 3, 1, 2).contiguous() / 255
    label = torch.from_numpy(profile.labels[:1])
    model = load_homework(profile.classifier_file, dtype=torch.float32) if width == 16 else _make_model(width, picture)
    model.requires_grad_(True)  # as the notebook leaves it
    wide = copy.deepcopy(model).to(memory_format=torch.channels_last).requires_grad_(False)
    exact = fold(copy.deepcopy(model).double())
    return Stage(width, model, wide, fold(model), exact, picture, label)


def _make_model(width: int, picture: Tensor) -> Classifier:
    torch.manual_seed(0)
    model = Classifier(width)
    for part in model.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight)
        if isinstance(part, nn.BatchNorm2d):
            part.momentum = 1.0  # one pass sets the running mean and variance
    with torch.no_grad():
        model(picture + 0.2 * torch.randn(4, *picture.shape[1:]))
    return model.eval()
