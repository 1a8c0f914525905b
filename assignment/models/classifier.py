"""The homework's classifier: five stacks of convolutions, then two linear layers; and how any classifier is opened.

Width 128 is the course's checkpoint, width 16 the one of profile `mini`.
A picture is (3, 128, 128) in [0, 1], red first. Other heights and widths are multiples of 32: five poolings halve them.
"""

from math import prod
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from assignment.fixable import Fault, FixableError, check_all
from assignment.models.network import Network, Side, to_size
from assignment.models.weights import find_weight_faults, read_safetensors, read_weights

KIND_NAME = "model.yaml"  # beside the weights of a classifier that is not the homework's
CATEGORIES, SIDE = 11, 128
BLOCKS = (3, 3, 3, 1, 1)  # in each stack
WIDENING = (1, 1, 2, 4, 4)  # channels of each stack, in widths
FORMAT = "hw9 classifier 1"


class Classifier(nn.Module):
    """The CNN; `width` scales every layer, and the first linear layer reads all that is left of a picture.

    >>> Classifier(16)(torch.zeros(2, 3, 128, 128)).shape
    torch.Size([2, 11])
    """

    def __init__(self, width: int = 128, *, labels: int = CATEGORIES, side: Side = SIDE) -> None:
        super().__init__()
        self.width, self.labels, self.size = width, labels, to_size(side)
        channels = (3, *(width * factor for factor in WIDENING))
        self.cnn = nn.Sequential(*(_stack(channels[i], channels[i + 1], n) for i, n in enumerate(BLOCKS)))
        last = channels[-1] * prod(length // 2 ** len(BLOCKS) for length in self.size)
        self.fc = nn.Sequential(nn.Linear(last, 8 * width), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8 * width, labels))

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits (N, labels) of pictures (N, 3, H, W); `size` is (H, W)."""
        logits: Tensor = self.fc(self.cnn(pictures).flatten(1))
        return logits


def _stack(before: int, after: int, blocks: int) -> nn.Sequential:
    """Blocks of convolution, batch norm and ReLU; then the picture is halved."""
    layers: list[nn.Module] = []
    for i in range(blocks):
        layers += [nn.Conv2d(before if i == 0 else after, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU()]
    return nn.Sequential(*layers, nn.MaxPool2d(2))


def save_classifier(model: Classifier, path: Path) -> None:
    """Write the weights as float32, with the width in the file's metadata."""
    weights = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    save_file(weights, path, metadata={"format": FORMAT, "width": str(model.width)})


def load_classifier(
    path: Path, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float64
) -> Classifier | Network:
    """Read a classifier, ready to be explained: in evaluation mode, its weights frozen.

    path: its weights, or the `model.yaml` beside them, which says of which kind it is; without one, of the homework's.
    FixableError where the file is missing, truncated, or not what it says.
    """
    if path.with_name(KIND_NAME).is_file():
        from assignment.models.kinds import load_kind  # torchvision and transformers take seconds to import

        return load_kind(path.with_name(KIND_NAME), device, dtype)
    return load_homework(path, device, dtype)


def load_homework(path: Path, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float64) -> Classifier:
    """Read a classifier of the homework's shape from the weights that `save_classifier` wrote."""
    weights, metadata = read_safetensors(path)
    width = metadata.get("width", "")
    if metadata.get("format") != FORMAT or not width.isdecimal() or not 1 <= int(width) <= 1024:
        raise FixableError(f"{path}: metadata {metadata}; expected format '{FORMAT}' and a width from 1 to 1024")
    model = Classifier(int(width))
    return _fill(model, path, weights).to(device=device, dtype=dtype).eval().requires_grad_(False)


def build_homework(path: Path, *, labels: int, side: Side) -> Classifier:
    """Return a classifier of the homework's shape with the weights of a file; its width is that of the first kernel."""
    weights = read_weights(path)
    kernel = weights.get("cnn.0.0.weight")
    if kernel is None or kernel.dim() != 4 or not 1 <= len(kernel) <= 1024:
        says = (
            f"{'missing' if kernel is None else tuple(kernel.shape)}; expected (width, 3, 3, 3), width from 1 to 1024"
        )
        raise FixableError(Fault((str(path), "cnn.0.0.weight"), says))
    return _fill(Classifier(len(kernel), labels=labels, side=side), path, weights)


def _fill(model: Classifier, path: Path, weights: dict[str, Tensor]) -> Classifier:
    check_all(find_weight_faults(path, weights, model.state_dict()))
    model.load_state_dict(weights)
    return model
