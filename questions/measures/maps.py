"""Measures of maps: arrays (N, H, W) that give every pixel of a picture a size, such as the saliency map.

A signed map, such as that of integrated gradients, is taken without its signs here.
"""

from functools import lru_cache
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from assignment.correlation import compute_ranks, pearson
from assignment.outputs import Outputs
from questions.measures import quantity
from questions.measures.arguments import Axis, Floats, Percent, Picture, Region, as_floats, mark_region

_KEPT = 256  # maps whose pixels are kept in order: 0.1 MiB each at 128 x 128

Analysis = Literal["saliency", "smoothgrad", "integrated_gradients"]
Map = Annotated[str, Axis("run of {analysis}", "run of smoothgrad")]
OtherMap = Annotated[str, Axis("run of {other_analysis}", "run of {analysis}", "run of smoothgrad")]


def take_map(outputs: Outputs, analysis: str, name: str, picture: int) -> Floats:
    """Return the sizes of one picture's map (H, W) in float64.

    >>> take_map(Outputs({("saliency", "map"): np.ones((1, 1, 2))}), "saliency", "map", 0).tolist()
    [[1.0, 1.0]]
    """
    return np.abs(as_floats(outputs[analysis, name][picture]))


def mark_brightest(values: Floats, percent: float) -> Floats:
    """Return the mask (H, W) of the brightest `percent` of a map's pixels, at least one; of equal ones the first.

    >>> mark_brightest(np.array([[1.0, 4.0], [3.0, 2.0]]), 50.0).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    count = max(1, round(values.size * percent / 100))
    chosen = np.zeros(values.size)
    chosen[_order(values.tobytes())[:count]] = 1.0
    return chosen.reshape(values.shape)


@lru_cache(_KEPT)
def _order(values: bytes) -> NDArray[np.intp]:
    """Return the pixels of a map from the brightest on; kept, since many measures ask of one map."""
    return np.argsort(-np.frombuffer(values), kind="stable")


@lru_cache(_KEPT)
def _rank(values: bytes) -> Floats:
    """Return the rank of each pixel of a map; kept, since every map is compared with many others."""
    return compute_ranks(np.frombuffer(values))


def mass_inside(
    outputs: Outputs, *, analysis: Analysis, picture: Picture, region: Region, array: Map = "map"
) -> quantity.Share:
    """Return the share (0 to 1) of a map's sum that lies in a region.

    >>> mass_inside(_example([3.0, 1.0, 0.0, 0.0]), analysis="saliency", picture=0, region="food")
    0.75
    """
    values = take_map(outputs, analysis, array, picture)
    return float(values[mark_region(outputs, picture, region)].sum() / values.sum())


def density_inside(
    outputs: Outputs, *, analysis: Analysis, picture: Picture, region: Region, array: Map = "map"
) -> quantity.Times:
    """Return how bright a map is in a region relative to its mean: 1 where it is as bright as elsewhere.

    >>> density_inside(_example([3.0, 1.0, 0.0, 0.0]), analysis="saliency", picture=0, region="food")
    3.0
    """
    values = take_map(outputs, analysis, array, picture)
    return float(values[mark_region(outputs, picture, region)].mean() / values.mean())


def area_inside(outputs: Outputs, *, picture: Picture, region: Region) -> quantity.Share:
    """Return the share (0 to 1) of a picture's pixels that a region covers.

    >>> area_inside(_example([3.0, 1.0, 0.0, 0.0]), picture=0, region="background")
    0.75
    """
    return float(mark_region(outputs, picture, region).mean())


def brightest_inside(
    outputs: Outputs, *, analysis: Analysis, picture: Picture, region: Region, percent: Percent, array: Map = "map"
) -> quantity.Share:
    """Return which share (0 to 1) of a map's brightest `percent` of pixels lies in a region.

    >>> brightest_inside(_example([3.0, 1.0, 0.0, 0.0]), analysis="saliency", picture=0, region="food", percent=50)
    0.5
    """
    chosen = mark_brightest(take_map(outputs, analysis, array, picture), percent) > 0
    return float(mark_region(outputs, picture, region)[chosen].mean())


def brightest_mass(
    outputs: Outputs, *, analysis: Analysis, picture: Picture, percent: Percent, array: Map = "map"
) -> quantity.Share:
    """Return which share (0 to 1) of a map's sum its brightest `percent` of pixels hold.

    >>> brightest_mass(_example([3.0, 1.0, 0.0, 0.0]), analysis="saliency", picture=0, percent=25)
    0.75
    """
    values = take_map(outputs, analysis, array, picture)
    return float((values * mark_brightest(values, percent)).sum() / values.sum())


def scale(outputs: Outputs, *, analysis: Analysis, picture: Picture, array: Map = "map") -> quantity.Decades:
    """Return the base-10 logarithm of a map's maximum: 1 more means ten times as large.

    >>> scale(_example([0.01, 0.001, 0.0, 0.0]), analysis="saliency", picture=0)
    -2.0
    """
    return float(np.log10(take_map(outputs, analysis, array, picture).max()))


def spread(outputs: Outputs, *, analysis: Analysis, array: Map = "map") -> quantity.DecadesApart:
    """Return the base-10 logarithm of the largest map's maximum over the smallest one's, over the pictures.

    >>> round(spread(Outputs({("saliency", "map"): np.array([[[1.0, 2.0]], [[200.0, 0.0]]])}), analysis="saliency"), 9)
    2.0
    """
    peaks = np.abs(as_floats(outputs[analysis, array])).max(axis=(1, 2))
    return float(np.log10(peaks.max() / peaks.min()))


def map_agreement(
    outputs: Outputs,
    *,
    analysis: Analysis,
    picture: Picture,
    other: OtherMap,
    array: Map = "map",
    other_analysis: Analysis | None = None,
) -> quantity.Correlation:
    """Return Spearman's correlation, pixel by pixel, of two maps of one picture, of one analysis or of two.

    >>> maps = {("saliency", "map"): np.array([[[1.0, 2.0, 3.0]]]), ("saliency", "loss"): np.array([[[1.0, 4.0, 9.0]]])}
    >>> round(map_agreement(Outputs(maps), analysis="saliency", picture=0, other="loss"), 9)
    1.0
    """
    first = take_map(outputs, analysis, array, picture)
    second = take_map(outputs, other_analysis or analysis, other, picture)
    return pearson(_rank(first.tobytes()), _rank(second.tobytes()))  # Spearman's


def roughness(outputs: Outputs, *, analysis: Analysis, picture: Picture, array: Map = "map") -> quantity.Times:
    """Return the mean step between neighbouring pixels over the map's mean: 0 for a flat map.

    >>> roughness(Outputs({("saliency", "map"): np.array([[[1.0, 3.0], [1.0, 3.0]]])}), analysis="saliency", picture=0)
    0.5
    """
    values = take_map(outputs, analysis, array, picture)
    steps = np.concatenate([np.abs(np.diff(values, axis=axis)).ravel() for axis in (0, 1)])
    return float(steps.mean() / values.mean())


def _example(values: list[float]) -> Outputs:
    """Return one picture of 2 x 2 pixels for the doctests; the first pixel is food."""
    food = np.array([[[True, False], [False, False]]])
    regions = {("pictures", name): np.zeros_like(food) for name in ("distractor", "tray")}
    maps = {("saliency", "map"): np.array(values).reshape(1, 2, 2)}
    return Outputs({**regions, **maps, ("pictures", "food"): food})
