"""Produce the canonical arrays of the filters: activation maps, ascents from noise and from a photograph."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from assignment.arrays import FILTER_MAPS, FILTERS
from reference.filters import Ascent, ascend, draw_noise, find_maps
from reference.produce.bench import Array, Arrays, Bench, Found, find_random_state, to_array

STEPS, NOISES, PHOTO = 100, 100, 6


def produce_filters(bench: Bench, seeds: Sequence[int]) -> Found:
    """Maps of the ten pictures and of noise, and what ascent ends at from three starts."""
    fixed: Arrays = {}
    for name, layer in FILTER_MAPS.items():
        maps = find_maps(bench.model, bench.pictures, layer=layer, filters=FILTERS[layer], batch=bench.batch)
        fixed[name] = to_array(maps)
    fixed["noise"] = np.stack([_compute_noise_means(bench, layer) for layer in FILTERS])
    photo = [_ascend(bench, layer, bench.pictures[[PHOTO] * 4]) for layer in FILTERS]
    fixed |= {"photo": _stack_pictures(photo), "reached_photo": _stack_reached(photo)}
    runs = {seed: [_ascend(bench, layer, _draw_starts(bench, seed)) for layer in FILTERS] for seed in seeds}
    after = [_ascend(bench, layer, _draw_starts(bench, seeds[-1] + 1)) for layer in FILTERS]
    return {None: fixed} | {seed: _gather(bench, runs[seed], runs.get(seed + 1, after)) for seed in seeds}


def _draw_starts(bench: Bench, seed: int) -> Tensor:
    """Return one white noise (4, 3, H, W) for each filter of a layer; every layer starts from the same ones."""
    return draw_noise([find_random_state(seed, index) for index in range(4)]).to(bench.pictures)


def _ascend(bench: Bench, layer: int, start: Tensor) -> Ascent:
    return ascend(bench.model, start, layer=layer, filters=FILTERS[layer], steps=STEPS)


def _compute_noise_means(bench: Bench, layer: int) -> Array:
    means = [
        find_maps(bench.model, part.to(bench.pictures), layer=layer, filters=FILTERS[layer]).mean(dim=(2, 3))
        for part in draw_noise(range(NOISES)).split(bench.batch)
    ]
    return to_array(torch.cat(means).T)


def _gather(bench: Bench, runs: Sequence[Ascent], again: Sequence[Ascent]) -> Arrays:
    crossed = [
        to_array(find_maps(bench.model, run.pictures, layer=layer, filters=filters).mean(dim=(2, 3)).T)
        for run, (layer, filters) in zip(runs, FILTERS.items(), strict=True)
    ]
    return {
        "ascent": _stack_pictures(runs),
        "reached": _stack_reached(runs),
        "trace": np.stack([to_array(run.trace) for run in runs]),
        "cross": np.stack(crossed),
        "again": _stack_pictures(again),
        "reached_again": _stack_reached(again),
    }


def _stack_pictures(runs: Sequence[Ascent]) -> Array:
    return np.stack([to_array(run.pictures) for run in runs])


def _stack_reached(runs: Sequence[Ascent]) -> Array:
    return np.stack([to_array(run.reached) for run in runs])
