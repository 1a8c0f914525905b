"""The homework's CNN from a checkpoint with names of its own, such as the one of 2021 (`cnn.0.weight`).

Its layers become ours by their order, each with the tensors that its name has, and every shape must fit. Then the old
module is built as it was, a plain row of torch's layers filled by the old names, and both must give the same logits.
"""

import math
import re
from collections.abc import Iterable, Mapping
from itertools import accumulate, zip_longest
from pathlib import Path

import torch
from torch import Tensor, nn

from assignment.fixable import Fault, FixableError, check_all
from assignment.models.classifier import BLOCKS, WIDENING, Classifier
from assignment.models.weights import COUNTER

Layers = dict[str, dict[str, Tensor]]  # each layer's name, and its tensors by the end of theirs
POOLED = set(accumulate(BLOCKS))  # after how many convolutions a picture is halved
TOLERANCE = 1e-6  # of the largest logit
_WIDEST = 1024
_HALVED = 2 ** len(BLOCKS)  # what is left of a picture is this much smaller


def import_homework(weights: Mapping[str, Tensor], path: Path, size: tuple[int, int] | None = None) -> Classifier:
    """Return the homework's CNN with the weights of a checkpoint, its width, labels and side found in their shapes.

    path: what errors name; size: height and width of the pictures, where as many pixels may be another square's.
    FixableError with each tensor that is left over, missing or of another shape, or where the
    old module gives other logits.
    """
    layers = _find_order(weights, path, size)
    model = _design(layers, path, size)
    names = _split(model.state_dict())
    model.load_state_dict(
        {
            f"{ours}.{end}": value
            for (ours, ends), theirs in zip(names.items(), layers.values(), strict=True)
            for end, value in theirs.items()
            if end in ends
        },
        strict=False,  # older files have no counter
    )
    check_same(model.eval(), layers, path)
    return model


def _split(weights: Mapping[str, Tensor]) -> Layers:
    layers: Layers = {}
    for name, value in weights.items():
        layer, _, end = name.rpartition(".")
        if end != COUNTER:
            layers.setdefault(layer, {})[end] = value
    return layers


def _find_order(weights: Mapping[str, Tensor], path: Path, size: tuple[int, int] | None) -> Layers:
    """Return the layers as they follow each other: in the file's order, else by the numbers in their names."""
    written = _split(weights)
    by_number = dict(sorted(written.items(), key=lambda item: _to_key(item[0])))
    faults: list[list[Fault]] = []
    for layers in (written, by_number):
        try:
            wanted = _split(_design(layers, path, size).state_dict())
        except FixableError as error:
            faults.append(list(error.faults))
            continue
        faults.append(list(_find_faults(layers, wanted, path)))
        if not faults[-1]:
            return layers
    raise FixableError(*min(faults, key=len))


def _to_key(name: str) -> list[tuple[int, str]]:
    return [(int(part) if part.isdecimal() else -1, part) for part in re.split(r"(\d+)", name)]


def _design(layers: Layers, path: Path, size: tuple[int, int] | None) -> Classifier:
    """Return a CNN of the width, labels and side that a checkpoint's first and last layers say."""
    kernels = [its["weight"] for its in layers.values() if "weight" in its]
    first = kernels[0].shape if kernels else torch.Size()
    if len(first) != 4 or first[1:] != (3, 3, 3) or not 1 <= first[0] <= _WIDEST:
        says = f"the first layer has a kernel {tuple(first)}; expected (width, 3, 3, 3), width from 1 to {_WIDEST}"
        raise FixableError(Fault((str(path),), says))
    width, rows = first[0], [kernel for kernel in kernels if kernel.dim() == 2]
    cells = rows[0].shape[1] / (WIDENING[-1] * width) if rows else 0
    square = math.isqrt(int(cells)) * _HALVED
    size = size if size and not any(n % _HALVED for n in size) else None
    sides = [one for one in (size, (square, square)) if one and math.prod(n / _HALVED for n in one) == cells]
    if len(rows) != 2 or not cells or not sides:
        says = f"linear layers {[tuple(row.shape) for row in rows]}"
        expected = f"two, the first reading {WIDENING[-1] * width} maps of a square"
        raise FixableError(Fault((str(path),), f"{says}; expected {expected}"))
    return Classifier(width, labels=len(rows[1]), side=sides[0])


def _find_faults(layers: Layers, wanted: Layers, path: Path) -> Iterable[Fault]:
    """Yield what keeps layers from being the wanted ones, in order: tensors left over, missing, of other shapes."""
    nothing: tuple[str, dict[str, Tensor]] = ("", {})
    for (name, theirs), (ours, its) in zip_longest(layers.items(), wanted.items(), fillvalue=nothing):
        for end, value in theirs.items():
            if end not in its:
                says = (
                    f"left over, shape {tuple(value.shape)}; expected {'no such tensor' if ours else 'no more layers'}"
                )
                yield Fault((str(path), f"{name}.{end}"), says)
            elif value.shape != its[end].shape:
                says = f"shape {tuple(value.shape)}; expected {tuple(its[end].shape)}, as {ours}.{end} has"
                yield Fault((str(path), f"{name}.{end}"), says)
        for end in its.keys() - theirs.keys():
            says = f"missing; expected shape {tuple(its[end].shape)}, as {ours}.{end} has"
            yield Fault((str(path), f"{name or ours}.{end}"), says)


@torch.no_grad()
def check_same(model: Classifier, layers: Layers, path: Path) -> None:
    """Raise FixableError where a CNN gives other logits than the old module does that the layers are of."""
    double = model.to(torch.float64)
    noise = torch.rand(2, 3, *model.size, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    pictures = noise * noise[:, :, :1, :1]  # of several colours
    before, after = build_old(layers)(pictures), double(pictures)
    far = float((before - after).abs().max() / before.abs().max().clamp(min=1e-12))
    model.float()
    check_all([f"{path}: its logits differ by {far:.1e}; expected those of the old module"] * (not far <= TOLERANCE))


def build_old(layers: Layers) -> nn.Sequential:
    """Return the module that layers are of, in evaluation mode and float64: what each is, its tensors tell."""
    row: list[nn.Module] = []
    convolutions = 0
    for its in layers.values():
        weight = its["weight"]
        if weight.dim() == 4:
            convolutions += 1
            layer: nn.Module = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
            row.append(layer)
        elif "running_mean" in its:
            layer = nn.BatchNorm2d(len(weight))
            row += [layer, nn.ReLU(), *([nn.MaxPool2d(2)] if convolutions in POOLED else [])]
        else:
            layer = nn.Linear(weight.shape[1], weight.shape[0])
            row += [nn.ReLU() if isinstance(row[-1], nn.Linear) else nn.Flatten(), layer]
        layer.load_state_dict(its, strict=False)
    return nn.Sequential(*row).double().eval()
