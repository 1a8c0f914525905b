"""Measures of the drawings of a passage's principal components: how its tokens lie, by layer and by model."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from assignment.arrays import ANSWER, OTHER, QUESTION, SUPPORT, pick_roles
from assignment.models.groups import compute_apartness, compute_nearness, mark_between
from assignment.outputs import Outputs
from questions.measures import quantity
from questions.measures.arguments import Axis, Floats, Tried, as_floats, find_number

Reader = Annotated[str, Axis("reader")]
Passage = Annotated[int, Field(ge=0), Axis("passage")]
Layer = Annotated[int, Field(ge=0), Axis("depth")]
Token = Annotated[int, Field(ge=0), Tried(0, 1, 2)]
Answer = Literal["right", "given"]


def variance_kept(outputs: Outputs, *, reader: Reader, passage: Passage, layer: Layer) -> quantity.Share:
    """Return which share (0 to 1) of a layer's variance the two components of a drawing keep.

    >>> share = np.array([[[[0.5, 0.25]]]])
    >>> outputs = Outputs({("embedding_pca", "share"): share}, {"reader": ("reader_a",)})
    >>> variance_kept(outputs, reader="reader_a", passage=0, layer=0)
    0.75
    """
    return float(
        as_floats(outputs["embedding_pca", "share"][find_number(outputs, "reader", reader), passage, layer]).sum()
    )


def variance_gain(
    outputs: Outputs, *, reader: Reader, over: Reader, passage: Passage, layer: Layer
) -> quantity.ShareGained:
    """Return by how much (-1 to 1) the share of the variance in a drawing is larger for one model than for another.

    >>> share = np.array([[[[0.5, 0.25]]], [[[0.25, 0.125]]]])
    >>> outputs = Outputs({("embedding_pca", "share"): share}, {"reader": ("reader_a", "reader_b")})
    >>> variance_gain(outputs, reader="reader_a", over="reader_b", passage=0, layer=0)
    0.375
    """
    place = {"passage": passage, "layer": layer}
    return variance_kept(outputs, reader=reader, **place) - variance_kept(outputs, reader=over, **place)


def answer_apart(
    outputs: Outputs, *, reader: Reader, passage: Passage, layer: Layer, answer: Answer = "right"
) -> quantity.Spreads:
    """Return how far an answer's middle lies from that of all other tokens in a drawing, in spreads of those.

    answer: the right one, or the one that the model has given.

    >>> answer_apart(_example(), reader="reader_a", passage=0, layer=0)
    3.0
    >>> round(answer_apart(_example(), reader="reader_a", passage=0, layer=0, answer="given"), 3)
    0.302
    """
    points, roles = _take_points(outputs, reader, passage, layer)
    if answer == "right":
        return compute_apartness(points, roles == ANSWER)
    number = find_number(outputs, "reader", reader)
    every = pick_roles(outputs["texts", "role"], number, passage)
    span = outputs["embedding_pca", "span"][number, passage]
    return compute_apartness(points, mark_between(len(every), span)[every >= 0])


def answer_token_apart(
    outputs: Outputs, *, reader: Reader, passage: Passage, layer: Layer, token: Token
) -> quantity.Spreads:
    """Return how far one token of the right answer lies from the middle of the tokens outside it, in their spreads.

    >>> answer_token_apart(_example(), reader="reader_a", passage=0, layer=0, token=0)
    3.0
    """
    points, roles = _take_points(outputs, reader, passage, layer)
    its = np.flatnonzero(roles == ANSWER)
    if token >= len(its):
        raise ValueError(f"token {token} of the right answer to passage {passage}; expected 0 to {len(its) - 1}")
    one = its[token]
    kept = (roles != ANSWER) | (np.arange(len(roles)) == one)
    return compute_apartness(points[kept], (roles == ANSWER)[kept])


def question_near(outputs: Outputs, *, reader: Reader, passage: Passage, layer: Layer) -> quantity.Times:
    """Return the mean distance of question and supporting sentence in a drawing, over that of all pairs: below 1, near.

    >>> round(question_near(_example(), reader="reader_a", passage=0, layer=0), 3)
    0.91
    """
    points, roles = _take_points(outputs, reader, passage, layer)
    return compute_nearness(points, roles == QUESTION, roles == SUPPORT)


def question_preference(outputs: Outputs, *, reader: Reader, passage: Passage, layer: Layer) -> quantity.Times:
    """Return the question's mean distance from the supporting sentence over that from the other ones in a drawing.

    >>> round(question_preference(_example(), reader="reader_a", passage=0, layer=0), 3)
    1.414
    """
    points, roles = _take_points(outputs, reader, passage, layer)
    near, others = (compute_nearness(points, roles == QUESTION, roles == role) for role in (SUPPORT, OTHER))
    return near / others


def _take_points(outputs: Outputs, reader: str, passage: int, layer: int) -> tuple[Floats, Floats]:
    """Return the points (L, 2) and the roles (L,) of the tokens that have one."""
    number = find_number(outputs, "reader", reader)
    roles = pick_roles(outputs["texts", "role"], number, passage)
    points = as_floats(outputs["embedding_pca", "points"][number, passage, layer])
    return points[roles >= 0], roles[roles >= 0]


def _example() -> Outputs:
    """Return one passage of five tokens after a separator for the doctests; the model answers with the fourth."""
    return Outputs(
        {
            ("texts", "role"): np.array([[-1, 0, 1, 2, 3, 3]]),
            ("embedding_pca", "points"): np.array([[[[[9.0, 9], [0, -1], [0, 1], [3, 0], [1, 0], [-1, 0]]]]]),
            ("embedding_pca", "span"): np.array([[[4, 4]]]),
        },
        {"reader": ("reader_a",)},
    )
