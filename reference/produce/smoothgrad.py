"""Produce the canonical arrays of SmoothGrad: runs that differ only in their copies share one pass over the largest."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
from torch import Tensor

from assignment.analyses import Label, SmoothGradRun
from assignment.models.network import Network
from reference.folded import Folded
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
from reference.produce.parts import find_parts
from reference.smoothgrad import predict_classes, smoothgrad


@dataclass(frozen=True)
class Pass:
    """Whose gradients are taken, on which noisy copies: the first ones are the same for every count of them."""

    label: Label
    sigma: float
    seed: int  # 0 where there is no noise, which no seed changes


Passes = Mapping[Pass, Mapping[int, Arrays]]  # by count: size and signed (N, H, W), classes (N, count)


def produce_smoothgrad(bench: Bench, seeds: Sequence[int]) -> Found:
    """The map of each run, and which share of the copies keeps the picture's class at each noise level."""
    its = bench.settings.analyses.smoothgrad
    runs = its.list_runs("map")
    counts: dict[Pass, set[int]] = {}
    for run in runs.values():
        for seed in seeds:
            counts.setdefault(find_pass(run, seed), set()).add(run.copies)
    passes = {one: _smooth(bench, one, sorted(copies)) for one, copies in counts.items()}
    first = partial(smooth_once, bench.model, its.official.sigma)
    found: dict[int | None, Arrays] = {None: note_undetermined(bench, "smoothgrad", its.official, first)}
    for seed in seeds:
        kept = [_count_kept(bench, passes, sigma, its.official.copies, seed) for sigma in its.kept_sigmas]
        found[seed] = {"kept": np.stack(kept)}
        for name, run in runs.items():
            one = find_pass(run, seed)
            found[seed if one.seed else None][name] = passes[one][run.copies][run.average]
    return found


def find_pass(run: SmoothGradRun, seed: int) -> Pass:
    """Return the pass that answers a run in the canonical Outputs of a seed."""
    return Pass(run.label, run.sigma, find_seed(seed, run.seed) if run.sigma else 0)


def _smooth(bench: Bench, one: Pass, counts: Sequence[int]) -> dict[int, Arrays]:
    labels = pick_labels(bench, one.label)
    keys = {count: make_keys(bench, labels, group="smoothgrad", copies=count, **asdict(one)) for count in counts}
    rows = [
        find_parts(
            bench.store, [keys[count][index] for count in counts], partial(_smooth_one, bench, one, index, counts)
        )
        for index in range(len(labels))
    ]
    return {
        count: {name: np.stack([row[place][name] for row in rows]) for name in ("size", "signed", "classes")}
        for place, count in enumerate(counts)
    }


def _smooth_one(bench: Bench, one: Pass, index: int, counts: Sequence[int], missing: list[int]) -> list[Arrays]:
    """Explain one picture by those of the counts whose numbers are missing."""
    labels, wanted = pick_labels(bench, one.label)[[index]], [counts[number] for number in missing]
    states, picture = [find_random_state(one.seed, index)], bench.pictures[[index]]
    found = smoothgrad(
        bench.model, picture, labels, sigma=one.sigma, copies=wanted, random_states=states, batch=bench.batch
    )
    sizes, signed, classes = to_array(found.map[:, 0]), to_array(found.signed[:, 0]), to_array(found.classes[0])
    return [
        {"size": sizes[place], "signed": signed[place], "classes": classes[:count]}
        for place, count in enumerate(wanted)
    ]


def _count_kept(bench: Bench, passes: Passes, sigma: float, copies: int, seed: int) -> Array:
    """Return which share (N,) of the copies keeps its picture's class; no copy is classified twice."""
    state = seed if sigma else 0
    found = [its for one, its in passes.items() if (one.sigma, one.seed) == (sigma, state) and max(its) >= copies]
    classes = found[0][max(found[0])]["classes"][:, :copies] if found else _classify(bench, sigma, copies, state)
    own = to_array(bench.logits.argmax(dim=1))
    return np.asarray((classes == own[:, None]).mean(axis=1))


def _classify(bench: Bench, sigma: float, copies: int, seed: int) -> Array:
    keys = make_keys(bench, 0 * bench.labels, group="smoothgrad", classes=copies, sigma=sigma, seed=seed)

    def compute(index: int, missing: list[int]) -> list[Arrays]:
        states, picture = [find_random_state(seed, index)], bench.pictures[[index]]
        found = predict_classes(
            bench.model, picture, sigma=sigma, copies=copies, random_states=states, batch=bench.batch
        )
        return [{"classes": to_array(found[0])}]

    return np.stack(
        [find_parts(bench.store, [key], partial(compute, index))[0]["classes"] for index, key in enumerate(keys)]
    )


def smooth_once(model: Folded | Network, sigma: float, picture: Tensor, label: Tensor) -> Tensor:
    """Return SmoothGrad's map (1, H, W) of one copy: noise leaves no ties, and a constant picture gets none."""
    return smoothgrad(model, picture, label, sigma=sigma, copies=(1,), random_states=(0,)).map[0]
