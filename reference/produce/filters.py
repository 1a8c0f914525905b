"""Produce the canonical arrays of the filters: activation maps, and what ascent from each start ends at."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor

from assignment.analyses import FiltersRun
from assignment.arrays import FILTER_MAPS, REACHED
from assignment.fixable import Fault, FixableError
from reference.filters import ascend, draw_noise, find_maps
from reference.produce.bench import Array, Arrays, Bench, Found, find_random_state, find_seed, to_array
from reference.produce.parts import find_parts

Layer = int | str


@dataclass(frozen=True)
class Start:
    """Where ascent starts, and how many steps it takes; picture None: white noise."""

    picture: int | None
    steps: int
    seed: int  # 0 where there is no noise, which no seed changes


def produce_filters(bench: Bench, seeds: Sequence[int]) -> Found:
    """Maps of the pictures and of noise, and what ascent ends at from each start."""
    its = bench.settings.analyses.filters
    runs = its.list_runs("ascent")
    fixed: Arrays = {}
    try:
        for name, (layer, filters) in zip(FILTER_MAPS, its.layers.items(), strict=True):
            maps = find_maps(bench.model, bench.pictures, layer=layer, filters=filters, batch=bench.batch)
            fixed[name] = to_array(maps)
    except (ValueError, FixableError) as error:
        raise FixableError(Fault(("analyses", "filters", name), str(error))) from None
    fixed["noise"] = np.stack([_find_noise_means(bench, layer, its.noises) for layer in its.layers])
    found: dict[int | None, Arrays] = {None: fixed}
    ends: dict[Start, list[Arrays]] = {}  # one a layer
    for seed in seeds:
        for name, run in runs.items():
            start = find_start(run, seed)
            if start not in ends:
                ends[start] = [_ascend(bench, layer, start) for layer in its.layers]
            found.setdefault(seed if start.seed else None, {}).update(_gather(bench, name, ends[start]))
    return found


def find_start(run: FiltersRun, seed: int) -> Start:
    """Return where a run starts in the canonical Outputs of a seed."""
    if run.start == "noise":
        return Start(None, run.steps, find_seed(seed, run.seed))
    return Start(run.start, run.steps, 0)


def _gather(bench: Bench, name: str, ends: Sequence[Arrays]) -> Arrays:
    stacked = {its: np.stack([end[its] for end in ends]) for its in ("pictures", "reached", "trace")}
    if name != "ascent":
        return {name: stacked["pictures"], REACHED + name: stacked["reached"]}
    layers = bench.settings.analyses.filters.layers
    cross = [_cross(bench, layer, end["pictures"]) for layer, end in zip(layers, ends, strict=True)]
    official = {"ascent": stacked["pictures"], "reached": stacked["reached"], "trace": stacked["trace"]}
    return official | {"cross": np.stack(cross)}


def _ascend(bench: Bench, layer: Layer, start: Start) -> Arrays:
    """Return of each filter of a layer the picture that ascent ends at, what it reaches, and its trace."""
    filters = bench.settings.analyses.filters.layers[layer]
    digest = None if start.picture is None else bench.digests[start.picture]
    size = list(bench.pictures.shape[2:])
    key = {"group": "filters", "layer": layer, "filters": filters, "from": digest, "size": size, **asdict(start)}

    def compute(missing: list[int]) -> list[Arrays]:
        run = ascend(
            bench.model, _find_starts(bench, start, len(filters)), layer=layer, filters=filters, steps=start.steps
        )
        return [{name: to_array(its) for name, its in vars(run).items()}]

    return find_parts(bench.store, [key], compute)[0]


def _find_starts(bench: Bench, start: Start, count: int) -> Tensor:
    """Return a start (F, 3, H, W) for each filter of a layer; every layer starts from the same ones."""
    if start.picture is not None:
        return bench.pictures[[start.picture] * count]
    return _draw(bench, [find_random_state(start.seed, index) for index in range(count)])


def _draw(bench: Bench, random_states: Sequence[int]) -> Tensor:
    height, width = bench.pictures.shape[2:]
    return draw_noise(random_states, size=(height, width)).to(bench.pictures)


def _find_noise_means(bench: Bench, layer: Layer, noises: int) -> Array:
    filters = bench.settings.analyses.filters.layers[layer]
    key = {
        "group": "filters",
        "layer": layer,
        "filters": filters,
        "noises": noises,
        "size": list(bench.pictures.shape[2:]),
    }

    def compute(missing: list[int]) -> list[Arrays]:
        states = torch.arange(noises).split(bench.batch)
        means = [find_maps(bench.model, _draw(bench, part.tolist()), layer=layer, filters=filters) for part in states]
        return [{"means": np.concatenate([to_array(one.mean(dim=(2, 3))) for one in means]).T}]

    return find_parts(bench.store, [key], compute)[0]["means"]


def _cross(bench: Bench, layer: Layer, ascended: Array) -> Array:
    """Return the mean activation of each filter of a layer on the ascent picture of each (F, F)."""
    filters = bench.settings.analyses.filters.layers[layer]
    maps = find_maps(bench.model, torch.from_numpy(ascended).to(bench.pictures), layer=layer, filters=filters)
    return to_array(maps.mean(dim=(2, 3)).T)
