"""Produce the canonical Outputs: every analysis on the ten pictures of a profile, in float64, with fixed settings.

The notebook's cells use the same settings, so a student's official arrays can be compared with these; the arrays marked
as experiments in `assignment/outputs.py` are what a student gets by changing one argument.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from assignment.classifier import load_classifier
from assignment.profile import DISTRACTOR, FOOD, TRAY, Profile
from reference.folded import Folded, fold
from reference.lime import LimeResult, find_removal, find_segments, lime
from reference.saliency import saliency

Array = NDArray[Any]
Arrays = dict[str, Array]

SEEDS = (1, 2, 3)  # the notebook uses the first
PIECES, SAMPLES, FEW, REMOVED = 60, 250, 25, 10


@dataclass(frozen=True)
class Bench:
    """What every analysis works on. pictures (N, 3, H, W) in [0, 1] and labels (N,), on the device of the model."""

    profile: Profile
    model: Folded
    pictures: Tensor
    labels: Tensor
    batch: int
    tick: Callable[[], None]


def open_bench(
    profile: Profile,
    device: torch.device,
    *,
    dtype: torch.dtype = torch.float64,
    batch: int = 8,
    tick: Callable[[], None],
) -> Bench:
    """Load the (folded) classifier and the pictures of a profile; `tick` is called after each step of long work."""
    model = fold(load_classifier(profile.classifier_file, device=device, dtype=dtype))
    scaled = torch.from_numpy(profile.pictures).to(device, dtype) / 255
    pictures = scaled.permute(0, 3, 1, 2).contiguous()
    return Bench(profile, model, pictures, torch.from_numpy(profile.labels).to(device), batch, tick)


def find_random_state(seed: int, picture: int) -> int:
    """Return the random state of one picture, so that its result does not depend on the pictures before it.

    >>> find_random_state(1, 4)
    1004
    """
    return 1000 * seed + picture


def find_logits(bench: Bench) -> Tensor:
    """Return the classifier's logits (N, labels)."""
    with torch.no_grad():
        return torch.cat([bench.model(part) for part in bench.pictures.split(bench.batch)])


def produce_pictures(bench: Bench, seed: int) -> Arrays:
    """What is true of the pictures, and what the classifier says of them."""
    masks = bench.profile.masks
    logits = find_logits(bench).cpu().numpy()
    bench.tick()
    return {
        "label": bench.profile.labels,
        "logits": logits,
        "food": masks == FOOD,
        "tray": masks == TRAY,
        "distractor": masks == DISTRACTOR,
    }


def find_runner_up(logits: Tensor, labels: Tensor) -> Tensor:
    """Return for each picture the label with the largest logit apart from its own (N,)."""
    return logits.scatter(1, labels[:, None], -torch.inf).argmax(dim=1)


def produce_saliency(bench: Bench, seed: int) -> Arrays:
    """The map of the true label, of the strongest wrong label, and of the true label's probability and loss."""
    other = find_runner_up(find_logits(bench), bench.labels)
    runs = {
        "map": (bench.labels, "logit"),
        "other": (other, "logit"),
        "probability": (bench.labels, "probability"),
        "loss": (bench.labels, "loss"),
    }
    arrays: Arrays = {}
    for name, (labels, of) in runs.items():
        arrays[name] = saliency(bench.model, bench.pictures, labels, of=of, batch=bench.batch).cpu().numpy()
        bench.tick()
    return arrays


def produce_lime(bench: Bench, seed: int) -> Arrays:
    """LIME of all labels of each picture: as the notebook runs it, and with one argument changed at a time."""
    pictures = [_explain(bench, index, seed) for index in range(len(bench.pictures))]
    most = max(arrays["weights"].shape[1] for arrays in pictures)
    return {name: np.stack([_pad(arrays[name], name, most) for arrays in pictures]) for name in pictures[0]}


def _explain(bench: Bench, index: int, seed: int) -> Arrays:
    picture = bench.pictures[index]
    segments = find_segments(bench.profile.pictures[index] / 255, pieces=PIECES)
    state, again = find_random_state(seed, index), find_random_state(seed + 100, index)

    def run(random_state: int, samples: int, hide: str = "grey") -> LimeResult:
        settings = {"samples": samples, "hide": hide, "batch": bench.batch}
        return lime(bench.model, picture, segments, random_state=random_state, **settings)

    official = run(state, SAMPLES)
    arrays = {
        "segments": segments,
        "weights": official.weights,
        "score": official.score,
        "weights_again": run(again, SAMPLES).weights,
        "weights_few": run(state, FEW).weights,
        "weights_few_again": run(again, FEW).weights,
        "weights_mean": run(state, SAMPLES, "mean").weights,
        "removal": np.stack(
            [
                find_removal(bench.model, picture, segments, row, label, most=REMOVED)
                for label, row in enumerate(official.weights)
            ]
        ),
    }
    bench.tick()
    return arrays


def _pad(array: Array, name: str, most: int) -> Array:
    if not name.startswith("weights"):
        return array
    return np.pad(array, ((0, 0), (0, most - array.shape[1])), constant_values=np.nan)


@dataclass(frozen=True)
class Producer:
    """How a group is produced, whether it depends on the seed, and how often it calls `tick`."""

    produce: Callable[[Bench, int], Arrays]
    seeded: bool
    ticks: int

    def find_seeds(self) -> tuple[int | None, ...]:
        """The seeds that the group is stored for; None where chance plays no part."""
        return SEEDS if self.seeded else (None,)


PRODUCERS: Mapping[str, Producer] = {
    "pictures": Producer(produce_pictures, seeded=False, ticks=1),
    "saliency": Producer(produce_saliency, seeded=False, ticks=4),
    "lime": Producer(produce_lime, seeded=True, ticks=10),
}


def produce(bench: Bench, groups: tuple[str, ...]) -> Iterator[tuple[str, int | None, Arrays]]:
    """Yield (group, seed, arrays) for each group and each of its seeds."""
    for group in groups:
        for seed in PRODUCERS[group].find_seeds():
            yield group, seed, PRODUCERS[group].produce(bench, SEEDS[0] if seed is None else seed)
