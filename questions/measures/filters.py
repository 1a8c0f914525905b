"""Measures of filters: where and how strongly a filter is active, and what ascent reaches.

A filter is named as in the notebook, by its layer and its own number there. Activations of a convolution are after the
ReLU. Ascent starts as in the official run, or as in an experiment (`start`).
"""
# ruff: noqa: A002 - a claim says `filter`, as the notebook does

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from assignment.arrays import FILTER_MAPS, REACHED
from assignment.correlation import pearson
from assignment.outputs import Outputs
from questions.measures import quantity
from questions.measures.arguments import Axis, Floats, Picture, Region, as_floats, find_number, mark_region

ConvLayer = Annotated[int | str, Axis("layer")]
Filter = Annotated[int, Field(ge=0), Axis("filter of layer {layer}")]
AscentSteps = Annotated[int, Field(ge=0), Axis("step")]
Start = Annotated[str, Axis("experiment of filters")]


def find_place(outputs: Outputs, layer: int | str, filter: int) -> tuple[int, int]:
    """Return where the arrays keep a filter: its index along their axes `layer` and `filter`.

    >>> find_place(_example([0.0, 1.0]), 1, 3)
    (0, 1)
    """
    return find_number(outputs, "layer", layer), find_number(outputs, f"filter of layer {layer}", filter)


def take_activation(outputs: Outputs, layer: int | str, filter: int, picture: int) -> Floats:
    """Return a filter's activation map (H', W') of a picture, in float64.

    >>> take_activation(_example([0.0, 1.0]), 1, 3, 0).tolist()
    [[0.0, 1.0]]
    """
    depth, index = find_place(outputs, layer, filter)
    return as_floats(outputs["filters", FILTER_MAPS[depth]][picture, index])


def activation_mean(
    outputs: Outputs, *, layer: ConvLayer, filter: Filter, picture: Picture, region: Region | None = None
) -> quantity.Activation:
    """Return a filter's mean activation on a picture, or on a region of it.

    >>> example = _example([0.0, 1.0])  # the left half is food
    >>> [activation_mean(example, layer=1, filter=3, picture=0, region=region) for region in (None, "food")]
    [0.5, 0.0]
    """
    return float(_take_values(outputs, layer, filter, picture, region).mean())


def activation_zero(
    outputs: Outputs, *, layer: ConvLayer, filter: Filter, picture: Picture, region: Region | None = None
) -> quantity.Share:
    """Return on which share (0 to 1) of a picture, or of a region of it, a filter is silent.

    >>> example = _example([0.0, 1.0])  # the left half is food
    >>> [activation_zero(example, layer=1, filter=3, picture=0, region=region) for region in (None, "food")]
    [0.5, 1.0]
    """
    return float((_take_values(outputs, layer, filter, picture, region) == 0).mean())


def activation_largest(outputs: Outputs, *, layer: ConvLayer, filter: Filter, picture: Picture) -> quantity.Activation:
    """Return a filter's largest activation on a picture: the upper end of its map's colour bar.

    >>> activation_largest(_example([0.25, 1.0]), layer=1, filter=3, picture=0)
    1.0
    """
    return float(take_activation(outputs, layer, filter, picture).max())


def gain_over_pictures(
    outputs: Outputs,
    *,
    layer: ConvLayer,
    filter: Filter,
    by: Literal["reached", "noise"] = "reached",
    over: Literal["mean", "largest"] = "mean",
) -> quantity.Times:
    """Return a filter's mean activation on its ascent picture (or on white noise) over the best of the pictures.

    A picture counts by its mean activation, or by the largest value of its map.

    >>> gain_over_pictures(_example([0.0, 1.0]), layer=1, filter=3)
    8.0
    """
    depth, index = find_place(outputs, layer, filter)
    maps = as_floats(outputs["filters", FILTER_MAPS[depth]][:, index])
    best = maps.mean(axis=(1, 2)).max() if over == "mean" else maps.max()
    return float(as_floats(outputs["filters", by][depth, index]).mean() / best)


def ascent_progress(outputs: Outputs, *, layer: ConvLayer, filter: Filter, steps: AscentSteps) -> quantity.Rise:
    """Return which share of the rise of all steps a filter's mean (before the ReLU) makes in the first `steps`.

    >>> ascent_progress(_example([0.0, 1.0]), layer=1, filter=3, steps=1)
    0.75
    """
    trace = as_floats(outputs["filters", "trace"][find_place(outputs, layer, filter)])
    return float((trace[steps] - trace[0]) / (trace[-1] - trace[0]))


def ascent_ratio(outputs: Outputs, *, layer: ConvLayer, filter: Filter, start: Start) -> quantity.Times:
    """Return the mean activation that ascent reaches from another start over what it reaches from the official one.

    >>> ascent_ratio(_example([0.0, 1.0]), layer=1, filter=3, start="photo")
    0.5
    """
    place = find_place(outputs, layer, filter)
    return float(outputs["filters", REACHED + start][place] / outputs["filters", "reached"][place])


def ascent_agreement(outputs: Outputs, *, layer: ConvLayer, filter: Filter, start: Start) -> quantity.Correlation:
    """Return Pearson's correlation, over pixels and channels, of a filter's ascent picture with the official one.

    >>> round(ascent_agreement(_example([0.0, 1.0]), layer=1, filter=3, start="photo"), 9)
    -1.0
    """
    place = find_place(outputs, layer, filter)
    return pearson(*(as_floats(outputs["filters", name][place]).ravel() for name in ("ascent", start)))


def ascent_roughness(outputs: Outputs, *, layer: ConvLayer, filter: Filter) -> quantity.PixelSteps:
    """Return the mean step between neighbouring pixels of a filter's ascent picture: 0 for a plain colour, at most 1.

    >>> ascent_roughness(_example([0.0, 1.0]), layer=1, filter=3)
    1.0
    """
    picture = as_floats(outputs["filters", "ascent"][find_place(outputs, layer, filter)])
    return float(np.concatenate([np.abs(np.diff(picture, axis=axis)).ravel() for axis in (1, 2)]).mean())


def ascent_cross(outputs: Outputs, *, layer: ConvLayer, filter: Filter, ascended: Filter) -> quantity.Activation:
    """Return a filter's mean activation on the ascent picture of the layer's filter `ascended`.

    >>> ascent_cross(_example([0.0, 1.0]), layer=1, filter=3, ascended=0)
    2.0
    """
    return float(
        outputs["filters", "cross"][(*find_place(outputs, layer, filter), find_place(outputs, layer, ascended)[1])]
    )


def _take_values(outputs: Outputs, layer: int | str, filter: int, picture: int, region: str | None) -> Floats:
    """Return the activation at each pixel of a region; a map's pixel stands for a block of the picture's."""
    heat = take_activation(outputs, layer, filter, picture)
    if region is None:
        return heat.ravel()
    inside = mark_region(outputs, picture, region)
    block = [one // other for one, other in zip(inside.shape, heat.shape, strict=True)]
    return as_floats(np.kron(heat, np.ones(block))[inside])


def _example(heat: list[float]) -> Outputs:
    """Return one picture of 2 x 4 pixels for the doctests, its left half food, and filters 0 and 3 of convolution 1."""
    food = np.array([[[True, True, False, False]] * 2])
    regions = {("pictures", name): np.zeros_like(food) for name in ("distractor", "tray")}
    filters = {
        "shallow": [[[heat], [heat]]],
        "ascent": [[[[[0.0, 0.0]]], [[[0.0, 1.0]]]]],
        "photo": [[[[[0.0, 0.0]]], [[[1.0, 0.0]]]]],
        "reached": [[0.0, 4.0]],
        "reached_photo": [[0.0, 2.0]],
        "noise": [[[0.0], [1.0]]],
        "trace": [[[0.0, 0.0, 0.0], [-1.0, 2.0, 3.0]]],
        "cross": [[[0.0, 0.0], [2.0, 4.0]]],
    }
    stored = {("filters", name): np.array(values) for name, values in filters.items()}
    axes = {"layer": (1,), "filter of layer 1": (0, 3)}
    return Outputs({**regions, **stored, ("pictures", "food"): food}, axes)
