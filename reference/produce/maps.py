"""Produce the canonical arrays that are maps of the pictures: saliency, SmoothGrad, integrated gradients."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor

from assignment.arrays import BASELINES, SIGMAS, STEP_COUNTS
from assignment.models.network import Network
from assignment.profile import DISTRACTOR, FOOD, TRAY
from reference.folded import Folded
from reference.integrated_gradients import IntegratedGradients, integrated_gradients, make_baseline
from reference.produce.bench import (
    Array,
    Arrays,
    Bench,
    Found,
    compute_logits,
    find_random_states,
    find_runner_up,
    to_array,
)
from reference.saliency import saliency
from reference.smoothgrad import SmoothGradResult, compute_kept, predict_classes, smoothgrad
from reference.ties import find_undetermined

SIGMA, COPIES, STEPS, FEW_STEPS = 0.02, 20, 50, 5  # of the notebook's official cells; a student's "few"
COUNTS = (1, 5, COPIES, 80)
STRONG = 0.2


def produce_pictures(bench: Bench, seeds: Sequence[int]) -> Found:
    """What is true of the pictures, and what the classifier says of them."""
    masks = bench.profile.masks
    logits = compute_logits(bench).cpu().numpy()
    return {
        None: {
            "label": bench.profile.labels,
            "logits": logits,
            "food": masks == FOOD,
            "tray": masks == TRAY,
            "distractor": masks == DISTRACTOR,
        }
    }


def produce_saliency(bench: Bench, seeds: Sequence[int]) -> Found:
    """The map of the true label, of the strongest wrong label, and of the true label's probability and loss."""
    other = find_runner_up(compute_logits(bench), bench.labels)
    runs = {
        "map": (bench.labels, "logit"),
        "other": (other, "logit"),
        "probability": (bench.labels, "probability"),
        "loss": (bench.labels, "loss"),
    }
    arrays: Arrays = {}
    for name, (labels, of) in runs.items():
        arrays[name] = to_array(saliency(bench.model, bench.pictures, labels, of=of, batch=bench.batch))
    arrays |= note_undetermined(bench, partial(saliency, bench.model))
    return {None: arrays}


def produce_smoothgrad(bench: Bench, seeds: Sequence[int]) -> Found:
    """SmoothGrad from several counts of copies, at several noise levels, with other seeds and for another label."""
    logits = compute_logits(bench)
    other, own = find_runner_up(logits, bench.labels), logits.argmax(dim=1)
    still = _smooth(bench, seeds[0], bench.labels, sigma=0.0)
    counted = {seed: _smooth(bench, seed, bench.labels, copies=COUNTS) for seed in seeds}
    after = _smooth(bench, seeds[-1] + 1, bench.labels, copies=(1, 5, COPIES))  # the next seed of the last one
    fixed = {"still": to_array(still.map[0])} | note_undetermined(bench, partial(smooth_once, bench.model))
    found: dict[int | None, Arrays] = {None: fixed}
    for seed in seeds:
        one, few, official, many = to_array(counted[seed].map)
        again = counted.get(seed + 1, after)
        strong = _smooth(bench, seed, bench.labels, sigma=STRONG)
        seen = {SIGMA: counted[seed].classes[:, :COPIES], STRONG: strong.classes}
        classes = [seen[sigma] if sigma in seen else _predict_copies(bench, seed, sigma) for sigma in SIGMAS]
        found[seed] = {
            "map": official,
            "one": one,
            "few": few,
            "many": many,
            "again": to_array(again.map[2]),
            "strong": to_array(strong.map[0]),
            "signed": to_array(counted[seed].signed[2]),
            "other": to_array(_smooth(bench, seed, other).map[0]),
            "kept": np.stack([to_array(compute_kept(copies, own)) for copies in classes]),
        }
    return found


def _smooth(
    bench: Bench, seed: int, labels: Tensor, *, sigma: float = SIGMA, copies: Sequence[int] = (COPIES,)
) -> SmoothGradResult:
    states = find_random_states(bench, seed)
    return smoothgrad(
        bench.model, bench.pictures, labels, sigma=sigma, copies=copies, random_states=states, batch=bench.batch
    )


def _predict_copies(bench: Bench, seed: int, sigma: float) -> Tensor:
    states = find_random_states(bench, seed)
    return predict_classes(
        bench.model, bench.pictures, sigma=sigma, copies=COPIES, random_states=states, batch=bench.batch
    )


def produce_integrated_gradients(bench: Bench, seeds: Sequence[int]) -> Found:
    """Attributions from four baselines, with other counts of steps, for another label and without the factor."""
    other = find_runner_up(compute_logits(bench), bench.labels)
    black = {steps: _integrate(bench, bench.labels, "black", steps=steps) for steps in STEP_COUNTS}
    based = {kind: _integrate(bench, bench.labels, kind) for kind in BASELINES[1:]} | {"black": black[STEPS]}
    runs = {
        "map": black[STEPS],
        "white": based["white"],
        "blurred": based["blurred"],
        "few": black[FEW_STEPS],
        "other": _integrate(bench, other, "black"),
    }
    fixed = {
        **{name: _sum_channels(run.attribution) for name, run in runs.items()},
        "plain": _sum_channels(black[STEPS].mean),
        "rise": np.stack([to_array(based[kind].rise) for kind in BASELINES]),
        "gap": np.stack([to_array(black[steps].gap) for steps in STEP_COUNTS]),
    }
    noise = {seed: _integrate(bench, bench.labels, "noise", seed=seed) for seed in seeds}
    fixed |= note_undetermined(bench, partial(integrate_from_black, bench.model))
    return {None: fixed} | {seed: {"noise": _sum_channels(run.attribution)} for seed, run in noise.items()}


def _integrate(bench: Bench, labels: Tensor, kind: str, *, steps: int = STEPS, seed: int = 1) -> IntegratedGradients:
    baseline = make_baseline(kind, bench.pictures, random_states=find_random_states(bench, seed))
    return integrated_gradients(bench.model, bench.pictures, labels, baseline=baseline, steps=steps, batch=bench.batch)


def smooth_once(model: Folded | Network, picture: Tensor, label: Tensor) -> Tensor:
    """Return SmoothGrad's map (1, H, W) of one copy: noise leaves no ties, and a constant picture gets none."""
    return smoothgrad(model, picture, label, sigma=SIGMA, copies=(1,), random_states=(0,)).map[0]


def integrate_from_black(model: Folded | Network, picture: Tensor, label: Tensor) -> Tensor:
    """Return the attribution (1, H, W) of a few steps: what is flat at one of them is flat at all."""
    black = make_baseline("black", picture)
    return integrated_gradients(model, picture, label, baseline=black, steps=FEW_STEPS).attribution.sum(dim=1)


def note_undetermined(bench: Bench, find_map: Callable[[Tensor, Tensor], Tensor]) -> Arrays:
    """Return the array `undetermined` of an official map; nothing where all pixels are determined, or in float32."""
    if bench.dtype != torch.float64:
        return {}
    found = find_undetermined(find_map, bench.pictures, bench.labels)
    return {"undetermined": to_array(found)} if found.any() else {}


def _sum_channels(attribution: Tensor) -> Array:
    return to_array(attribution.sum(dim=1))
