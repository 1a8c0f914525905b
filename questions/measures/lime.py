"""Measures of LIME: which pieces of a picture speak for and against a label, and how far to trust them.

A piece belongs to a region by area: a piece that lies with 30 % of its pixels on the food counts 0.3 as food.
Its weight is for a label where positive and against it where negative.
"""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from assignment.correlation import pearson
from assignment.outputs import Outputs
from questions.measures import quantity
from questions.measures.arguments import (
    Axis,
    Floats,
    Label,
    Masks,
    Picture,
    Region,
    Tried,
    as_floats,
    mark_region,
    to_label,
)

Side = Literal["for", "against"]
Count = Annotated[int, Field(ge=1, le=100), Tried(1, 3, 5)]
Run = Annotated[str, Axis("run of lime")]


def compute_overlap(segments: NDArray[np.integer], mask: Masks) -> Floats:
    """Return of each piece the share of its pixels that the mask covers; segments (H, W) from 0, mask (H, W).

    >>> compute_overlap(np.array([[0, 0, 1, 1]]), np.array([[True, False, True, True]])).tolist()
    [0.5, 1.0]
    """
    area = np.bincount(segments.ravel())
    inside = np.bincount(segments.ravel(), weights=mask.ravel().astype(np.float64))
    return as_floats(inside / np.maximum(area, 1))


def take_weights(outputs: Outputs, picture: int, label: int | str, name: str = "weights") -> Floats:
    """Return the weights (S,) of a picture's pieces for a label, without the padding.

    >>> outputs = Outputs({("lime", "weights"): np.array([[[0.5, -0.25, np.nan]]])})
    >>> take_weights(outputs, 0, 0).tolist()
    [0.5, -0.25]
    """
    row = as_floats(outputs["lime", name][picture, to_label(outputs, picture, label)])
    return row[np.isfinite(row)]


def _strength(weights: Floats, side: str) -> Floats:
    return np.maximum(weights if side == "for" else -weights, 0.0)


def _overlap(outputs: Outputs, picture: int, region: str) -> Floats:
    return compute_overlap(outputs["lime", "segments"][picture], mark_region(outputs, picture, region))


def _strongest(weights: Floats, side: str, pieces: int) -> NDArray[np.intp]:
    order = np.argsort(-_strength(weights, side), kind="stable")
    return order[:pieces]


def lime_share(
    outputs: Outputs, *, picture: Picture, region: Region, label: Label = "truth", side: Side = "for"
) -> quantity.Share:
    """Return the share (0 to 1) of all weight for (or against) a label that lies in a region.

    >>> outputs = _example([0.6, 0.2, -0.5])  # pieces on: food, background, half food and half background
    >>> round(lime_share(outputs, picture=0, region="food", label=0), 6)
    0.75
    >>> lime_share(outputs, picture=0, region="food", label=0, side="against")
    0.5
    """
    strength = _strength(take_weights(outputs, picture, label), side)
    return float((strength * _overlap(outputs, picture, region)).sum() / strength.sum())


def lime_net(outputs: Outputs, *, picture: Picture, region: Region, label: Label = "truth") -> quantity.Weight:
    """Return the sum of the weights in a region: above 0 where it speaks for the label on the whole.

    >>> round(lime_net(_example([0.6, 0.2, -0.5]), picture=0, region="food", label=0), 6)
    0.35
    """
    return float((take_weights(outputs, picture, label) * _overlap(outputs, picture, region)).sum())


def lime_top_inside(
    outputs: Outputs, *, picture: Picture, region: Region, pieces: Count, label: Label = "truth", side: Side = "for"
) -> quantity.Pieces:
    """Return how many (0 to `pieces`) of the strongest pieces for (or against) a label lie in a region by area.

    >>> lime_top_inside(_example([0.6, 0.2, -0.5]), picture=0, region="food", pieces=2, label=0)
    1.0
    """
    strongest = _strongest(take_weights(outputs, picture, label), side, pieces)
    return float(_overlap(outputs, picture, region)[strongest].sum())


def lime_weight_against(outputs: Outputs, *, picture: Picture, label: Label = "truth") -> quantity.Share:
    """Return the share (0 to 1) of all weight, counted without sign, that is against the label.

    >>> lime_weight_against(_example([0.5, -0.25, 0.25]), picture=0, label=0)
    0.25
    """
    weights = take_weights(outputs, picture, label)
    return float(_strength(weights, "against").sum() / np.abs(weights).sum())


def lime_largest(
    outputs: Outputs, *, picture: Picture, label: Label = "truth", side: Side = "for"
) -> quantity.WeightSize:
    """Return the strongest weight for (or against) a label, without sign.

    >>> lime_largest(_example([0.5, -0.25, 0.25]), picture=0, label=0, side="against")
    0.25
    """
    return float(_strength(take_weights(outputs, picture, label), side).max())


def lime_agreement(
    outputs: Outputs, *, picture: Picture, first: Run = "weights", second: Run, label: Label = "truth"
) -> quantity.Correlation:
    """Return Pearson's correlation of the weights of two runs, such as two that differ in their seed alone.

    >>> rows = {("lime", "weights"): [[[1.0, 2.0, 3.0]]], ("lime", "weights_again"): [[[2.0, 4.0, 6.0]]]}
    >>> outputs = Outputs({name: np.array(row) for name, row in rows.items()})
    >>> round(lime_agreement(outputs, picture=0, second="weights_again", label=0), 6)
    1.0
    """
    return pearson(*(take_weights(outputs, picture, label, name) for name in (first, second)))


def lime_shared_top(
    outputs: Outputs, *, picture: Picture, pieces: Count, first: Run = "weights", second: Run, label: Label = "truth"
) -> quantity.Pieces:
    """Return how many of the strongest pieces for a label two runs share.

    >>> rows = {("lime", "weights"): [[[1.0, 2.0, 3.0]]], ("lime", "weights_again"): [[[3.0, 1.0, 2.0]]]}
    >>> outputs = Outputs({name: np.array(row) for name, row in rows.items()})
    >>> lime_shared_top(outputs, picture=0, pieces=2, second="weights_again", label=0)
    1.0
    """
    one, two = (_strongest(take_weights(outputs, picture, label, name), "for", pieces) for name in (first, second))
    return float(np.isin(one, two).sum())


def lime_cross_weight(outputs: Outputs, *, picture: Picture, label: Label = "truth", other: Label) -> quantity.Weight:
    """Return the weight for `other` of the strongest piece for `label`: below 0 where it tells one from the other.

    >>> outputs = Outputs({("lime", "weights"): np.array([[[0.1, 0.7], [0.2, -0.6]]])})
    >>> lime_cross_weight(outputs, picture=0, label=0, other=1)
    -0.6
    """
    strongest = _strongest(take_weights(outputs, picture, label), "for", 1)
    return float(take_weights(outputs, picture, other)[strongest[0]])


def _example(weights: list[float]) -> Outputs:
    """Return one picture of four pixels for the doctests: pieces 0 (food), 1 (background), 2 (half and half), 3."""
    mask = np.array([[[True, False, True, False, False]]])
    nothing = np.zeros_like(mask)
    segments = np.array([[[0, 1, 2, 2, 3]]]) if len(weights) == 4 else np.array([[[0, 1, 2, 2, 1]]])
    regions = {("pictures", "food"): mask, ("pictures", "distractor"): nothing, ("pictures", "tray"): nothing}
    return Outputs({**regions, ("lime", "segments"): segments, ("lime", "weights"): np.array([[weights]])})
