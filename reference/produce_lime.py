"""Produce the canonical arrays of LIME: as the notebook runs it, and with one argument changed at a time."""

from collections.abc import Sequence

import numpy as np

from reference.bench import Array, Arrays, Bench, Found, find_random_state
from reference.lime import LimeResult, find_removal, find_segments, lime

PIECES, SAMPLES, FEW, REMOVED = 60, 250, 25, 10


def produce_lime(bench: Bench, seeds: Sequence[int]) -> Found:
    """LIME of all labels of each picture; `again` is the run of the next seed."""
    pictures = [_explain(bench, index, seeds) for index in range(len(bench.pictures))]
    most = max(arrays["weights"].shape[1] for found in pictures for arrays in found.values() if "weights" in arrays)
    return {
        seed: {name: np.stack([_pad(found[seed][name], name, most) for found in pictures]) for name in arrays}
        for seed, arrays in pictures[0].items()
    }


def _explain(bench: Bench, index: int, seeds: Sequence[int]) -> dict[int | None, Arrays]:
    picture = bench.pictures[index]
    segments = find_segments(bench.profile.pictures[index] / 255, pieces=PIECES)

    def run(seed: int, samples: int, hide: str = "grey") -> LimeResult:
        settings = {"samples": samples, "hide": hide, "batch": bench.batch}
        found = lime(bench.model, picture, segments, random_state=find_random_state(seed, index), **settings)
        bench.tick()
        return found

    every = (*seeds, seeds[-1] + 1)
    official = {seed: run(seed, SAMPLES) for seed in every}
    few = {seed: run(seed, FEW) for seed in every}
    found: dict[int | None, Arrays] = {None: {"segments": segments}}
    for seed in seeds:
        found[seed] = {
            "weights": official[seed].weights,
            "score": official[seed].score,
            "weights_again": official[seed + 1].weights,
            "weights_few": few[seed].weights,
            "weights_few_again": few[seed + 1].weights,
            "weights_mean": run(seed, SAMPLES, "mean").weights,
            "removal": np.stack(
                [
                    find_removal(bench.model, picture, segments, row, label, most=REMOVED)
                    for label, row in enumerate(official[seed].weights)
                ]
            ),
        }
    return found


def _pad(array: Array, name: str, most: int) -> Array:
    if not name.startswith("weights"):
        return array
    return np.pad(array, ((0, 0), (0, most - array.shape[1])), constant_values=np.nan)
