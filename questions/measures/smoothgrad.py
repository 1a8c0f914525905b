"""Measures of SmoothGrad beyond one map: which copies keep the picture's class, and what averaging does to a map."""

from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator

from assignment.arrays import SIGMAS
from assignment.outputs import Outputs
from questions.measures.arguments import Picture, Region
from questions.measures.maps import Analysis, Map, mass_inside, roughness


def _check_sigma(value: float) -> float:
    if value not in SIGMAS:
        raise ValueError(f"{value:g}; expected one of {', '.join(map(str, SIGMAS))}")
    return value


Sigma = Annotated[float, AfterValidator(_check_sigma)]


def smoothgrad_kept(outputs: Outputs, *, picture: Picture, sigma: Sigma = SIGMAS[0]) -> float:
    """Return the share (0 to 1) of a picture's noisy copies that the network puts in the picture's own class.

    >>> smoothgrad_kept(_example(kept=[[0.5]] + 4 * [[0.25]]), picture=0, sigma=0.05)
    0.25
    """
    return float(outputs["smoothgrad", "kept"][SIGMAS.index(sigma), picture])


def smoothgrad_roughness_ratio(outputs: Outputs, *, picture: Picture, array: Map, other: Map = "map") -> float:
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
    other: Map,
    other_analysis: Analysis = "smoothgrad",
) -> float:
    """Return how far (0 to 1), up or down, a region's share of a SmoothGrad map's sum is from its share in another map.

    >>> smoothgrad_mass_shift(_example(map=[[[1.0, 1.0]]], one=[[[3.0, 1.0]]]), picture=0, region="food", other="one")
    0.25
    """
    first = mass_inside(outputs, analysis="smoothgrad", picture=picture, region=region, array=array)
    return abs(first - mass_inside(outputs, analysis=other_analysis, picture=picture, region=region, array=other))


def _example(**arrays: list[Any]) -> Outputs:
    """Return one picture of 1 x 2 pixels for the doctests; the first pixel is food, the second is background."""
    masks = {("pictures", name): np.array([[[name == "food", False]]]) for name in ("food", "tray", "distractor")}
    return Outputs({**masks, **{("smoothgrad", name): np.array(values) for name, values in arrays.items()}})
