"""Measures of SmoothGrad beyond one map: which copies keep the picture's class, and what averaging does to a map."""

from typing import Annotated, Any

import numpy as np

from assignment.outputs import Outputs
from questions.measures import quantity
from questions.measures.arguments import Axis, Picture, Region, find_number
from questions.measures.maps import Analysis, Map, OtherMap, mass_inside, roughness

Sigma = Annotated[float, Axis("sigma")]


def smoothgrad_kept(outputs: Outputs, *, picture: Picture, sigma: Sigma | None = None) -> quantity.Share:
    """Return the share (0 to 1) of a picture's noisy copies that the network puts in the picture's own class.

    sigma: of the noise; as in the official run where none is given.

    >>> smoothgrad_kept(_example(kept=[[0.5], [0.25]]), picture=0, sigma=0.05)
    0.25
    """
    level = outputs.axes["official sigma"][0] if sigma is None else sigma
    return float(outputs["smoothgrad", "kept"][find_number(outputs, "sigma", level), picture])


def smoothgrad_roughness_ratio(outputs: Outputs, *, picture: Picture, array: Map, other: Map = "map") -> quantity.Times:
    """Return how rough one SmoothGrad map is relative to another: 1 where they are as rough, below 1 where smoother.

    >>> smoothgrad_roughness_ratio(_example(map=[[[1.0, 3.0]]], many=[[[1.5, 2.5]]]), picture=0, array="many")
    0.5
    """
    first, second = (roughness(outputs, analysis="smoothgrad", picture=picture, array=name) for name in (array, other))
    return first / second


def smoothgrad_mass_shift(
    outputs: Outputs,
    *,
    picture: Picture,
    region: Region,
    array: Map = "map",
    other: OtherMap,
    other_analysis: Analysis = "smoothgrad",
) -> quantity.Share:
    """Return how far (0 to 1), up or down, a region's share of a SmoothGrad map's sum is from its share in another map.

    >>> smoothgrad_mass_shift(_example(map=[[[1.0, 1.0]]], one=[[[3.0, 1.0]]]), picture=0, region="food", other="one")
    0.25
    """
    first = mass_inside(outputs, analysis="smoothgrad", picture=picture, region=region, array=array)
    return abs(first - mass_inside(outputs, analysis=other_analysis, picture=picture, region=region, array=other))


def _example(**arrays: list[Any]) -> Outputs:
    """Return one picture of 1 x 2 pixels for the doctests; the first pixel is food, the second is background."""
    masks = {("pictures", name): np.array([[[name == "food", False]]]) for name in ("food", "tray", "distractor")}
    maps = {("smoothgrad", name): np.array(values) for name, values in arrays.items()}
    return Outputs({**masks, **maps}, {"sigma": (0.02, 0.05)})
