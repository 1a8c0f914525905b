"""What the contests of `rivals.py` are fought on and with: a classifier in every form, and the named variants."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from assignment.course import open_course
from assignment.models.classifier import Classifier, load_homework
from assignment.models.network import Network
from reference.folded import Folded, prepare

Kind = Literal["notebook", "rival", "tuned", "ours", "given"]  # tuned: a rival whose model was made ready by us
WIDTHS = {"width 16": 16, "width 128": 128}
NETWORKS = ("resnet18", "vgg16", "efficientnet_b0", "vit")  # not of the homework's shape
LABELS, SIDE = 11, 128


@dataclass(frozen=True)
class Sizes:
    """How much of each analysis a contest computes, and the batches that captum and lime are offered."""

    copies: int
    steps: int
    samples: int
    ascent_steps: int
    batches: tuple[int, ...]
    tuned_batches: tuple[int, ...]
    lime_batches: tuple[int, ...]


SMALL = Sizes(24, 32, 200, 60, (2, 4, 8, 24), (4, 8), (4, 25))
LARGE = Sizes(4, 4, 8, 3, (1, 4), (1, 4), (4,))
LARGE_EXACT = Sizes(2, 2, 4, 2, (1, 2), (1,), (4,))  # in float64, where one gradient takes a second


@dataclass(frozen=True)
class Stage:
    """A classifier as it comes (`model`), channels-last (`wide`) and as ours runs it; `exact`: ours in float64.

    picture (1, 3, H, W) in the models' dtype, on their device.
    """

    name: str
    model: nn.Module
    wide: nn.Module
    ours: Folded | Network
    exact: Folded | Network
    picture: Tensor
    label: Tensor
    sizes: Sizes

    @property
    def precision(self) -> str:
        """The dtype's name."""
        return str(self.picture.dtype).removeprefix("torch.")

    @property
    def has_numbered_layers(self) -> bool:
        """Whether it is of the homework's shape."""
        return isinstance(self.ours, Folded)


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


def set_stage(name: str, dtype: torch.dtype, device: torch.device | str = "cpu") -> Stage:
    """Load the embedded classifier, or make another with random weights, and take the first picture."""
    profile = open_course().profile
    picture = torch.from_numpy(profile.pictures[:1]).permute(0, 3, 1, 2).contiguous() / 255
    if name == "width 16":
        plain: nn.Module = load_homework(profile.classifier_file, dtype=torch.float32)
    else:
        torch.manual_seed(0)
        plain = _settle(Classifier(WIDTHS[name]), picture) if name in WIDTHS else _make_network(name)
    model = copy.deepcopy(plain).to(device, dtype).requires_grad_(name in WIDTHS)  # as the notebook leaves it
    wide = copy.deepcopy(model).to(memory_format=torch.channels_last).requires_grad_(False)
    exact = prepare(copy.deepcopy(plain).to(device, torch.float64))
    sizes = SMALL if name == "width 16" else LARGE if dtype == torch.float32 else LARGE_EXACT
    label = torch.from_numpy(profile.labels[:1]).to(device)
    return Stage(name, model, wide, prepare(model), exact, picture.to(device, dtype), label, sizes)


def _settle(model: Classifier, picture: Tensor) -> Classifier:
    """Return a classifier of random weights, its batch norms set by noisy copies of a picture."""
    for part in model.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight)
        if isinstance(part, nn.BatchNorm2d):
            part.momentum = 1.0  # one pass sets the running mean and variance
    with torch.no_grad():
        model(picture + 0.2 * torch.randn(4, *picture.shape[1:]))
    return model.eval()


def _make_network(name: str) -> Network:
    """Return a network of random weights that is not of the homework's shape."""
    from torchvision import models  # after `assignment`, which lets it stand beside a CPU torch
    from transformers import ViTConfig, ViTForImageClassification

    if name == "vit":
        size = {"hidden_size": 192, "num_hidden_layers": 6, "num_attention_heads": 3, "intermediate_size": 768}
        body: nn.Module = ViTForImageClassification(ViTConfig(image_size=SIDE, num_labels=LABELS, **size))
    else:
        body = models.get_model(name, weights=None, num_classes=LABELS)
    return Network(body, labels=LABELS, side=SIDE, mean=(0.5,) * 3, std=(0.25,) * 3).eval()
