"""Produce the canonical arrays of integrated gradients: runs on the same way share its mean gradient."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from assignment.analyses import Color, IntegratedGradients, Label, PictureBaseline, Seed
from assignment.fixable import Fault, FixableError
from reference.integrated_gradients import compute_rise, integrated_gradients, make_baseline
from reference.produce.bench import (
    Array,
    Arrays,
    Bench,
    Found,
    find_random_state,
    find_seed,
    pick_labels,
    to_array,
)
from reference.produce.maps import make_keys, note_undetermined
from reference.produce.parts import Key, find_parts

FEW_STEPS = 5  # what is flat at one of them is flat at all


@dataclass(frozen=True)
class Way:
    """Whose gradients are taken, on the way from which baseline, in how many steps; steps 0: at its ends alone."""

    label: Label
    baseline: str
    steps: int
    seed: int  # 0 where there is no noise, which no seed changes


def produce_integrated_gradients(bench: Bench, seeds: Sequence[int]) -> Found:
    """The attribution of each run, and what the sums of attributions from some baselines and steps are held to."""
    its = bench.settings.analyses.integrated_gradients
    few = partial(integrate_few, bench, its)
    looks = digest_looks(bench, its.official.baseline)
    noted = note_undetermined(bench, "integrated_gradients", its.official, few, looks=looks)
    found: dict[int | None, Arrays] = {None: noted}
    made: dict[Way, Arrays] = {}
    for seed in seeds:
        named = dict(_list_ways(its, seed))
        for way in (way for ways in named.values() for way in ways if way not in made):
            made[way] = _measure_rise(bench, way) if way.steps == 0 else _integrate(bench, way)
        for name, ways in named.items():
            arrays = found.setdefault(seed if any(way.seed for way in ways) else None, {})
            if name in ("rise", "gap"):
                arrays[name] = np.stack([made[way][name] for way in ways])
            else:
                run = its.list_runs("map")[name]
                arrays[name] = made[ways[0]]["sum" if run.multiply else "plain"]
    return found


def _list_ways(its: IntegratedGradients, seed: int) -> Iterator[tuple[str, list[Way]]]:
    """Yield the name of each array of a seed with the ways that it needs."""

    def find_way(label: Label, baseline: str, steps: int, run: Seed) -> Way:
        return Way(label, baseline, steps, find_seed(seed, run) if baseline == "noise" else 0)

    for name, run in its.list_runs("map").items():
        yield name, [find_way(run.label, run.baseline, run.steps, run.seed)]
    one = its.official
    yield "gap", [find_way(one.label, one.baseline, steps, one.seed) for steps in its.gaps]
    yield "rise", [find_way(one.label, baseline, 0, one.seed) for baseline in its.rises]


def _integrate(bench: Bench, way: Way) -> Arrays:
    """Return of a way the attributions and mean gradients, summed over channels (N, H, W), and the gap (N,)."""
    rows = [find_parts(bench.store, [key], partial(_integrate_one, bench, way, index))[0]
            for index, key in enumerate(_make_keys(bench, way))]  # fmt: skip
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}


def _integrate_one(bench: Bench, way: Way, index: int, missing: list[int]) -> list[Arrays]:
    picture, label = bench.pictures[[index]], pick_labels(bench, way.label)[[index]]
    baseline = find_baseline(bench, way.baseline, picture, (find_random_state(way.seed, index),))
    run = integrated_gradients(bench.model, picture, label, baseline=baseline, steps=way.steps, batch=bench.batch)
    sums = {"sum": _sum_channels(run.attribution)[0], "plain": _sum_channels(run.mean)[0]}
    return [sums | {"gap": to_array(run.gap)[0]}]


def _measure_rise(bench: Bench, way: Way) -> Arrays:
    states = [find_random_state(way.seed, index) for index in range(len(bench.pictures))]
    baseline = find_baseline(bench, way.baseline, bench.pictures, states)
    rise = compute_rise(bench.model, bench.pictures, pick_labels(bench, way.label), baseline, bench.batch)
    return {"rise": to_array(rise)}


def _make_keys(bench: Bench, way: Way) -> list[Key]:
    looks = digest_looks(bench, way.baseline)
    labels = pick_labels(bench, way.label)
    return make_keys(bench, labels, group="integrated_gradients", looks=looks, **asdict(way))


def digest_looks(bench: Bench, name: str) -> str:
    """Return what tells a baseline of the course's own from another of the same name; nothing for a known one."""
    if name not in bench.settings.analyses.integrated_gradients.baselines:
        return ""
    return hashlib.sha256(to_array(find_baseline(bench, name, bench.pictures[:1], ())).tobytes()).hexdigest()


def find_baseline(bench: Bench, name: str, pictures: Tensor, random_states: Sequence[int]) -> Tensor:
    """Return a baseline (N, 3, H, W) of pictures, a known one or one of the course's own; FixableError for a file of
    another size.
    """
    its = bench.settings.analyses.integrated_gradients.baselines.get(name)
    if its is None:
        return make_baseline(name, pictures, random_states=random_states)
    if isinstance(its, Color):
        return torch.tensor(its.color, dtype=torch.float64).view(3, 1, 1).expand(pictures.shape).to(pictures)
    if isinstance(its, PictureBaseline):
        return bench.pictures[its.picture].expand(pictures.shape)
    image = bench.profile.read_image(its.file)
    if image.shape != bench.profile.pictures.shape[1:]:
        (height, width), (wide, high) = image.shape[:2], bench.profile.pictures.shape[2:0:-1]
        place = ("analyses", "integrated_gradients", "baselines", name)
        raise FixableError(Fault(place, f"{its.file}: {height} x {width}; expected {high} x {wide}, as the pictures"))
    return (torch.from_numpy(image).to(pictures) / 255).permute(2, 0, 1).expand(pictures.shape)


def integrate_few(bench: Bench, its: IntegratedGradients, picture: Tensor, label: Tensor) -> Tensor:
    """Return the attribution (1, H, W) of a few steps from the official baseline."""
    baseline = find_baseline(bench, its.official.baseline, picture, (0,))
    run = integrated_gradients(bench.model, picture, label, baseline=baseline, steps=FEW_STEPS)
    return run.attribution.sum(dim=1)


def _sum_channels(attribution: Tensor) -> Array:
    return to_array(attribution.sum(dim=1))
