"""Measures of signed attributions (integrated gradients): sums by place, and whether they add up.

Each is a number that the notebook prints (`cells/scratch.py: describe_attributions`), in units of the logit or as
a share. Measures of the maps without their signs are in `maps.py`.
"""

from typing import Annotated

import numpy as np

from assignment.outputs import Outputs
from questions.measures import quantity
from questions.measures.arguments import Axis, Floats, Picture, Region, as_floats, find_number, mark_region

Attribution = Annotated[str, Axis("run of integrated_gradients")]
Baseline = Annotated[str, Axis("baseline")]
PathSteps = Annotated[int, Axis("steps")]


def attribution_sum(
    outputs: Outputs, *, picture: Picture, array: Attribution = "map", region: Region | None = None
) -> quantity.Logits:
    """Return the sum, with signs, of a picture's attributions, or of those in one region.

    >>> attribution_sum(_example([3.0, -1.0, 0.5, -0.5]), picture=0)
    2.0
    >>> attribution_sum(_example([3.0, -1.0, 0.5, -0.5]), picture=0, region="background")
    -1.0
    """
    values = _take_signed(outputs, array, picture)
    return float((values if region is None else values[mark_region(outputs, picture, region)]).sum())


def attribution_against(outputs: Outputs, *, picture: Picture, array: Attribution = "map") -> quantity.Share:
    """Return which share (0 to 1) of all size in a picture's attributions is negative.

    >>> attribution_against(_example([3.0, -1.0, 0.5, -0.5]), picture=0)
    0.3
    """
    values = _take_signed(outputs, array, picture)
    return float(values.clip(max=0).sum() / -np.abs(values).sum())


def attribution_rise(outputs: Outputs, *, picture: Picture, baseline: Baseline | None = None) -> quantity.Logits:
    """Return f(x) - f(baseline), by how much the logit rises from a baseline, or the official one, to the picture.

    >>> rise = {("integrated_gradients", "rise"): np.array([[8.0], [3.0]])}
    >>> attribution_rise(Outputs(rise, {"baseline": ("black", "white")}), picture=0, baseline="white")
    3.0
    """
    name = outputs.axes["official baseline"][0] if baseline is None else baseline
    return float(outputs["integrated_gradients", "rise"][find_number(outputs, "baseline", name), picture])


def attribution_gap(outputs: Outputs, *, picture: Picture, steps: PathSteps | None = None) -> quantity.LogitsApart:
    """Return |sum of the attributions - rise| from the official baseline, with so many steps, or the official ones.

    >>> gap = {("integrated_gradients", "gap"): np.array([[2.5], [0.5]])}
    >>> attribution_gap(Outputs(gap, {"steps": (5, 20)}), picture=0, steps=5)
    2.5
    """
    count = outputs.axes["official steps"][0] if steps is None else steps
    return float(outputs["integrated_gradients", "gap"][find_number(outputs, "steps", count), picture])


def _take_signed(outputs: Outputs, name: str, picture: int) -> Floats:
    return as_floats(outputs["integrated_gradients", name][picture])


def _example(values: list[float]) -> Outputs:
    """Return one picture of 2 x 2 pixels for the doctests; the first pixel is food."""
    food = np.array([[[True, False], [False, False]]])
    regions = {("pictures", name): np.zeros_like(food) for name in ("distractor", "tray")}
    maps = {("integrated_gradients", "map"): np.array(values).reshape(1, 2, 2)}
    return Outputs({**regions, **maps, ("pictures", "food"): food})
