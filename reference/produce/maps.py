"""Produce the canonical arrays of the pictures and of saliency, and note where maps are not determined."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor

from assignment.analyses import IntegratedGradientsRun, SaliencyRun, SmoothGradRun
from reference.produce.bench import Array, Arrays, Bench, Found, pick_labels, to_array
from reference.produce.parts import Key, find_parts
from reference.saliency import saliency
from reference.ties import find_undetermined


def produce_pictures(bench: Bench, seeds: Sequence[int]) -> Found:
    """What is true of the pictures, and what the classifier says of them."""
    masks = bench.profile.masks
    regions = {name: masks == level for level, name in enumerate(bench.settings.regions, 1)}
    return {None: {"label": bench.profile.labels, "logits": to_array(bench.logits), **regions}}


def produce_saliency(bench: Bench, seeds: Sequence[int]) -> Found:
    """The map of each run."""
    its = bench.settings.analyses.saliency
    runs = its.list_runs("map")
    arrays: Arrays = {name: _explain(bench, run) for name, run in runs.items()}
    arrays |= note_undetermined(bench, "saliency", its.official, partial(saliency, bench.model, of=its.official.of))
    return {None: arrays}


def _explain(bench: Bench, run: SaliencyRun) -> Array:
    labels = pick_labels(bench, run.label)
    keys = make_keys(bench, labels, group="saliency", of=run.of)

    def compute(missing: list[int]) -> list[Arrays]:
        heat = saliency(bench.model, bench.pictures[missing], labels[missing], of=run.of, batch=bench.batch)
        return [{"map": one} for one in to_array(heat)]

    return np.stack([part["map"] for part in find_parts(bench.store, keys, compute)])


def make_keys(bench: Bench, labels: Tensor, **run: object) -> list[Key]:
    """Return what the part of each picture depends on: its pixels, its label in `labels` (N,), and the run."""
    rows = zip(bench.digests, labels.tolist(), strict=True)
    return [{"picture": digest, "label": label, **run} for digest, label in rows]


def note_undetermined(
    bench: Bench,
    group: str,
    official: SaliencyRun | SmoothGradRun | IntegratedGradientsRun,
    find_map: Callable[[Tensor, Tensor], Tensor],
    **facts: object,
) -> Arrays:
    """Return the array `undetermined` of an official map; nothing where all pixels are determined, or in float32.

    facts: what the map depends on and `official` does not say.
    """
    if bench.dtype != torch.float64:
        return {}
    labels = pick_labels(bench, official.label)
    keys = make_keys(bench, labels, group=group, undetermined=official.model_dump(mode="json"), **facts)

    def compute(missing: list[int]) -> list[Arrays]:
        found = find_undetermined(find_map, bench.pictures[missing], labels[missing])
        return [{"where": one} for one in to_array(found)]

    found = np.stack([part["where"] for part in find_parts(bench.store, keys, compute)])
    return {"undetermined": found} if found.any() else {}
