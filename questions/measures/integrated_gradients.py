"""Measures of signed attributions (integrated gradients): sums by place, and whether they add up.

Each is a number that the notebook prints (`cells/scratch.py: describe_attributions`), in units of the logit or as
a share. Measures of the maps without their signs are in `maps.py`.
"""

from typing import Literal

import numpy as np

from assignment.arrays import BASELINES, STEP_COUNTS
from assignment.outputs import Outputs
from questions.measures.arguments import Floats, Picture, Region, as_floats, mark_region

Attribution = Literal["map", "other", "white", "blurred", "noise", "few", "plain"]
Baseline = Literal["black", "white", "blurred"]
PathSteps = Literal[5, 20, 50, 200]


def attribution_sum(
    outputs: Outputs, *, picture: Picture, array: Attribution = "map", region: Region | None = None
) -> float:
    """Return the sum, with signs, of a picture's attributions, or of those in one region.

    >>> attribution_sum(_example([3.0, -1.0, 0.5, -0.5]), picture=0)
    2.0
    >>> attribution_sum(_example([3.0, -1.0, 0.5, -0.5]), picture=0, region="background")
    -1.0
    """
    values = _take_signed(outputs, array, picture)
    return float((values if region is None else values[mark_region(outputs, picture, region)]).sum())


def attribution_against(outputs: Outputs, *, picture: Picture, array: Attribution = "map") -> float:
    """Return which share (0 to 1) of all size in a picture's attributions is negative.

    >>> attribution_against(_example([3.0, -1.0, 0.5, -0.5]), picture=0)
    0.3
    """
    values = _take_signed(outputs, array, picture)
    return float(values.clip(max=0).sum() / -np.abs(values).sum())


def attribution_rise(outputs: Outputs, *, picture: Picture, baseline: Baseline = "black") -> float:
    """Return f(x) - f(baseline), by how much the true label's logit rises from the baseline to the picture.

    >>> rise = np.array([[8.0], [3.0], [5.0]])
    >>> attribution_rise(Outputs({("integrated_gradients", "rise"): rise}), picture=0, baseline="white")
    3.0
    """
    return float(outputs["integrated_gradients", "rise"][BASELINES.index(baseline), picture])


def attribution_gap(outputs: Outputs, *, picture: Picture, steps: PathSteps = 50) -> float:
    """Return |sum of the attributions - rise| from black, with a number of steps.

    >>> gap = np.array([[2.5], [0.5], [0.25], [0.0]])
    >>> attribution_gap(Outputs({("integrated_gradients", "gap"): gap}), picture=0, steps=5)
    2.5
    """
    return float(outputs["integrated_gradients", "gap"][STEP_COUNTS.index(steps), picture])


def _take_signed(outputs: Outputs, name: str, picture: int) -> Floats:
    return as_floats(outputs["integrated_gradients", name][picture])


def _example(values: list[float]) -> Outputs:
    """Return one picture of 2 x 2 pixels for the doctests; the first pixel is food."""
    food = np.array([[[True, False], [False, False]]])
    regions = {("pictures", name): np.zeros_like(food) for name in ("distractor", "tray")}
    maps = {("integrated_gradients", "map"): np.array(values).reshape(1, 2, 2)}
    return Outputs({**regions, **maps, ("pictures", "food"): food})
