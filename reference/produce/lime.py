"""Produce the canonical arrays of LIME: as the notebook runs it, and with one argument changed at a time."""

from collections.abc import Sequence

import numpy as np

from reference.lime import cut_segments, draw_masks, fit_masks, masked_probabilities
from reference.produce.bench import Array, Arrays, Bench, Found, find_random_state

PIECES, SAMPLES, FEW = 60, 250, 25


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
    segments = cut_segments(bench.profile.pictures[index] / 255, pieces=PIECES)

    def run(seed: int, hide: str = "grey") -> tuple[Array, Array]:
        """Explain from all copies, and from the first few of them, which are those of a run with few."""
        masks = draw_masks(find_random_state(seed, index), SAMPLES, int(segments.max()) + 1)
        probabilities = masked_probabilities(bench.model, picture, segments, masks, hide=hide, batch=bench.batch)
        return fit_masks(masks, probabilities), fit_masks(masks[:FEW], probabilities[:FEW])

    runs = {seed: run(seed) for seed in (*seeds, seeds[-1] + 1)}
    found: dict[int | None, Arrays] = {None: {"segments": segments}}
    for seed in seeds:
        (official, few), (again, few_again) = runs[seed], runs[seed + 1]
        found[seed] = {
            "weights": official,
            "weights_again": again,
            "weights_few": few,
            "weights_few_again": few_again,
            "weights_mean": run(seed, "mean")[0],
        }
    return found


def _pad(array: Array, name: str, most: int) -> Array:
    if not name.startswith("weights"):
        return array
    return np.pad(array, ((0, 0), (0, most - array.shape[1])), constant_values=np.nan)
