"""Produce the canonical arrays that are maps of the pictures: saliency, SmoothGrad, integrated gradients."""

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from assignment.profile import DISTRACTOR, FOOD, TRAY
from reference.bench import Array, Arrays, Bench, Found, find_logits, find_random_states, find_runner_up, to_array
from reference.integrated_gradients import find_mean_gradients, find_rise, integrated_gradients, make_baseline
from reference.saliency import saliency
from reference.smoothgrad import SmoothGradResult, find_kept, smoothgrad

SIGMA, COPIES, STEPS, FEW_STEPS = 0.02, 20, 50, 5  # of the notebook's official cells; a student's "few"
COUNTS = (1, 5, COPIES, 80)
WIDE, STRONG = 0.05, 0.2
SIGMAS = (SIGMA, WIDE, 0.1, STRONG, 0.4)
STEP_COUNTS = (FEW_STEPS, 20, STEPS, 200)
BASELINES = ("black", "white", "blurred")


def produce_pictures(bench: Bench, seeds: Sequence[int]) -> Found:
    """What is true of the pictures, and what the classifier says of them."""
    masks = bench.profile.masks
    logits = find_logits(bench).cpu().numpy()
    bench.tick()
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
    other = find_runner_up(find_logits(bench), bench.labels)
    runs = {
        "map": (bench.labels, "logit"),
        "other": (other, "logit"),
        "probability": (bench.labels, "probability"),
        "loss": (bench.labels, "loss"),
    }
    arrays: Arrays = {}
    for name, (labels, of) in runs.items():
        arrays[name] = to_array(saliency(bench.model, bench.pictures, labels, of=of, batch=bench.batch))
        bench.tick()
    return {None: arrays}


def produce_smoothgrad(bench: Bench, seeds: Sequence[int]) -> Found:
    """SmoothGrad from several counts of copies, at several noise levels, with other seeds and for another label."""
    other = find_runner_up(find_logits(bench), bench.labels)
    still = _smooth(bench, seeds[0], bench.labels, sigma=0.0)
    counted = {seed: _smooth(bench, seed, bench.labels, copies=COUNTS) for seed in seeds}
    after = _smooth(bench, seeds[-1] + 1, bench.labels, copies=(1, 5, COPIES))  # the next seed of the last one
    found: dict[int | None, Arrays] = {None: {"still": to_array(still.map[0])}}
    for seed in seeds:
        one, few, official, many = to_array(counted[seed].map)
        again = counted.get(seed + 1, after)
        wide, strong = (_smooth(bench, seed, bench.labels, sigma=sigma) for sigma in (WIDE, STRONG))
        seen = {SIGMA: counted[seed].kept[2], WIDE: wide.kept[0], STRONG: strong.kept[0]}
        kept = [to_array(seen[sigma]) if sigma in seen else _find_kept(bench, seed, sigma) for sigma in SIGMAS]
        found[seed] = {
            "map": official,
            "one": one,
            "few": few,
            "many": many,
            "again": to_array(again.map[2]),
            "wide": to_array(wide.map[0]),
            "strong": to_array(strong.map[0]),
            "signed": to_array(counted[seed].signed[2]),
            "other": to_array(_smooth(bench, seed, other).map[0]),
            "kept": np.stack(kept),
        }
    return found


def _smooth(
    bench: Bench, seed: int, labels: Tensor, *, sigma: float = SIGMA, copies: Sequence[int] = (COPIES,)
) -> SmoothGradResult:
    settings = {"sigma": sigma, "copies": copies, "random_states": find_random_states(bench, seed)}
    found = smoothgrad(bench.model, bench.pictures, labels, batch=bench.batch, **settings)
    bench.tick()
    return found


def _find_kept(bench: Bench, seed: int, sigma: float) -> Array:
    settings = {"sigma": sigma, "copies": COPIES, "random_states": find_random_states(bench, seed)}
    found = find_kept(bench.model, bench.pictures, batch=bench.batch, **settings)
    bench.tick()
    return to_array(found)


def produce_integrated_gradients(bench: Bench, seeds: Sequence[int]) -> Found:
    """Attributions from four baselines, with other counts of steps, for another label and without the factor."""
    other = find_runner_up(find_logits(bench), bench.labels)
    black = {steps: _integrate(bench, bench.labels, "black", steps=steps) for steps in STEP_COUNTS}
    based = {name: _integrate(bench, bench.labels, name) for name in BASELINES[1:]} | {"black": black[STEPS]}
    zero = make_baseline("black", bench.pictures)
    plain = find_mean_gradients(
        bench.model, bench.pictures, bench.labels, baseline=zero, steps=STEPS, batch=bench.batch
    )
    bench.tick()
    fixed = {
        "map": black[STEPS][0],
        "white": based["white"][0],
        "blurred": based["blurred"][0],
        "few": black[FEW_STEPS][0],
        "plain": to_array(plain.sum(dim=1)),
        "other": _integrate(bench, other, "black")[0],
        "rise": np.stack([based[name][1] for name in BASELINES]),
        "gap": np.stack([black[steps][2] for steps in STEP_COUNTS]),
    }
    return {None: fixed} | {seed: {"noise": _integrate(bench, bench.labels, "noise", seed=seed)[0]} for seed in seeds}


def _integrate(
    bench: Bench, labels: Tensor, name: str, *, steps: int = STEPS, seed: int = 1
) -> tuple[Array, Array, Array]:
    """Return the map (N, H, W) summed over the channels, the rise (N,) and the gap (N,)."""
    baseline = make_baseline(name, bench.pictures, random_states=find_random_states(bench, seed))
    settings = {"baseline": baseline, "steps": steps, "batch": bench.batch}
    found, gap = integrated_gradients(bench.model, bench.pictures, labels, **settings)
    rise = find_rise(bench.model, bench.pictures, labels, baseline=baseline, batch=bench.batch)
    bench.tick()
    return to_array(found.sum(dim=1)), to_array(rise), to_array(gap)
