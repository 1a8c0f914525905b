"""The homework's classifier: five stacks of convolutions, then two linear layers.

Width 128 is the course's checkpoint, width 16 the one of profile `mini`.
A picture is (3, 128, 128) in [0, 1], red first.
"""

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from assignment.fixable import Fault, FixableError, check_all

CATEGORIES, SIDE = 11, 128
BLOCKS = (3, 3, 3, 1, 1)  # in each stack
WIDENING = (1, 1, 2, 4, 4)  # channels of each stack, in widths
FORMAT = "hw9 classifier 1"


class Classifier(nn.Module):
    """The CNN; `width` scales every layer.

    >>> Classifier(16)(torch.zeros(2, 3, 128, 128)).shape
    torch.Size([2, 11])
    """

    def __init__(self, width: int = 128) -> None:
        super().__init__()
        self.width = width
        channels = (3, *(width * factor for factor in WIDENING))
        self.cnn = nn.Sequential(*(_stack(channels[i], channels[i + 1], n) for i, n in enumerate(BLOCKS)))
        last = channels[-1] * (SIDE // 2 ** len(BLOCKS)) ** 2
        self.fc = nn.Sequential(
            nn.Linear(last, 8 * width), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8 * width, CATEGORIES)
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits (N, 11) of pictures (N, 3, 128, 128)."""
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


def load_classifier(path: Path, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float64) -> Classifier:
    """Read a classifier, ready to be explained: in evaluation mode, its weights frozen.

    FixableError where the file is missing, truncated, or not a classifier of this shape.
    """
    weights, metadata = _read(path)
    width = metadata.get("width", "")
    if metadata.get("format") != FORMAT or not width.isdecimal() or not 1 <= int(width) <= 1024:
        raise FixableError(f"{path}: metadata {metadata}; expected format '{FORMAT}' and a width from 1 to 1024")
    model = Classifier(int(width))
    check_all(_find_faults(path, weights, model.state_dict()))
    model.load_state_dict(weights)
    return model.to(device=device, dtype=dtype).eval().requires_grad_(False)


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        with safe_open(path, "pt") as stored:
            return {name: stored.get_tensor(name) for name in stored.keys()}, stored.metadata() or {}  # noqa: SIM118
    except OSError as error:
        raise FixableError(f"{path}: {error.strerror or error}; expected the CNN's weights") from None
    except SafetensorError as error:
        raise FixableError(f"{path}: {error}; expected a whole safetensors file") from None


def _find_faults(path: Path, weights: dict[str, Tensor], wanted: dict[str, Tensor]) -> list[Fault]:
    found = [(name, "unknown weight; expected only the classifier's") for name in weights.keys() - wanted]
    for name, value in wanted.items():
        if name not in weights:
            found.append((name, f"missing; expected shape {tuple(value.shape)}"))
        elif weights[name].shape != value.shape:
            found.append((name, f"shape {tuple(weights[name].shape)}; expected {tuple(value.shape)}"))
    return sorted(Fault((str(path), name), says) for name, says in found)
