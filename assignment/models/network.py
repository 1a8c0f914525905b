"""A Network: any classifier of pictures as the analyses take it, with its normalisation inside."""

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from assignment.fixable import Fault, FixableError

MEAN, STD = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
Side = int | tuple[int, int]  # of pictures in pixels: of a square, or height and width


def to_size(side: Side) -> tuple[int, int]:
    """Return height and width.

    >>> to_size(128), to_size((96, 160))
    ((128, 128), (96, 160))
    """
    return (side, side) if isinstance(side, int) else side


@dataclass(frozen=True)
class Layer:
    """A layer of a Network: `run` maps pictures to its maps (N, filters, H', W'); nothing after it is computed."""

    name: str
    filters: int
    run: Callable[[Tensor], Tensor]


class Network(nn.Module):
    """Maps pictures (N, 3, H, W) in [0, 1], red first, to logits (N, labels); `size` is (H, W).

    body: a module that takes (pictures - mean) / std and returns logits, or an output that has them as `logits`.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self, body: nn.Module, *, labels: int, side: Side, mean: Iterable[float] = MEAN, std: Iterable[float] = STD
    ) -> None:
        super().__init__()
        self.body, self.labels, self.size = body, labels, to_size(side)
        for name, values in (("mean", mean), ("std", std)):
            self.register_buffer(name, torch.tensor(tuple(values), dtype=torch.float64).view(3, 1, 1))

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits (N, labels) of pictures (N, 3, H, W)."""
        found = self.body(self.normalise(pictures))
        logits: Tensor = getattr(found, "logits", found)
        return logits

    def normalise(self, pictures: Tensor) -> Tensor:
        """Return pixels as the body takes them, in planes: channels-last, some networks take half as long again."""
        return ((pictures - self.mean) / self.std).contiguous()

    def list_layers(self) -> tuple[str, ...]:
        """Return the names of what the body computes, in its order; FixableError where torch.fx cannot follow it."""
        from torchvision.models.feature_extraction import get_graph_node_names

        try:
            _, names = get_graph_node_names(self.body, suppress_diff_warning=True)
        except Exception as error:  # torch.fx runs the model's code with things that are no tensors
            raise FixableError(Fault((type(self.body).__name__,), _explain(error))) from None
        finally:
            self.body.eval()  # the names are looked up in both modes
        return tuple(names)

    def cut(self, layer: str) -> Layer:
        """Return a layer by name; FixableError where there is none, or where it gives no maps of filters."""
        from torchvision.models.feature_extraction import create_feature_extractor

        if layer not in (names := self.list_layers()):
            near = difflib.get_close_matches(layer, names, n=4, cutoff=0) or names[:4]
            raise FixableError(f"layer: {layer!r}; expected one of {len(names)}, such as {', '.join(near)}")
        try:
            part = create_feature_extractor(self.body, {layer: "maps"}, suppress_diff_warning=True)
        finally:
            self.body.eval()

        def run(pictures: Tensor) -> Tensor:
            maps: Tensor = part(self.normalise(pictures))["maps"]
            return maps

        with torch.no_grad():
            shape = tuple(run(self.mean.new_zeros(1, 3, *self.size)).shape)
        if len(shape) != 4:
            raise FixableError(f"layer: {layer!r}, of shape {shape}; expected maps (1, filters, height, width)")
        return Layer(layer, shape[1], run)


def _explain(error: Exception) -> str:
    reason = str(error).split(".")[0]
    return (
        f"its layers cannot be followed ({reason}), so filters have no names; "
        "expected a CNN of kind homework, torchvision or module"
    )


def find_training_parts(model: nn.Module) -> tuple[str, ...]:
    """Return the names of a model's parts that are in training mode; "" is the model itself."""
    return tuple(name for name, part in model.named_modules() if part.training)


def check_fits(model: Any, pictures: tuple[int, ...], labels: Iterable[int], *place: str) -> None:
    """Raise FixableError where pictures of a shape (N, H, W, 3), or one of their labels, are not what a model takes."""
    faults = []
    if pictures[1:3] != model.size:
        says = f"{pictures[1]} x {pictures[2]}; expected {model.size[0]} x {model.size[1]}, which the classifier takes"
        faults.append(Fault((*place, "pictures"), says))
    for index, label in enumerate(labels):
        if not 0 <= label < model.labels:
            says = f"{label}; expected 0 to {model.labels - 1}, the classifier's labels"
            faults.append(Fault((*place, "pictures", str(index), "label"), says))
    if faults:
        raise FixableError(*faults)
