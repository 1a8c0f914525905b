"""Measures of the drawings of a passage's principal components: how its tokens lie, by layer and by model."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from assignment.arrays import ANSWER
from assignment.outputs import Outputs
from assignment.scratch_text import find_apart, find_near
from questions.arguments import Floats, as_floats

READERS = ("reader_a", "reader_b", "reader_c")  # the axis `reader`

Reader = Literal["reader_a", "reader_b", "reader_c"]
Passage = Annotated[int, Field(ge=0, le=2)]
Layer = Annotated[int, Field(ge=0)]


def variance_kept(outputs: Outputs, *, reader: Reader, passage: Passage, layer: Layer) -> float:
    """Return which share (0 to 1) of a layer's variance the two components of a drawing keep.

    >>> share = np.array([[[[0.5, 0.25]]]])
    >>> variance_kept(Outputs({("embedding_pca", "share"): share}), reader="reader_a", passage=0, layer=0)
    0.75
    """
    return float(as_floats(outputs["embedding_pca", "share"][READERS.index(reader), passage, layer]).sum())


def answer_apart(outputs: Outputs, *, reader: Reader, passage: Passage, layer: Layer) -> float:
    """Return how far the answer's middle lies from that of all other tokens in a drawing, in spreads of those.

    >>> answer_apart(_example(), reader="reader_a", passage=0, layer=0)
    3.0
    """
    return find_apart(*_find_points(outputs, reader, passage, layer))


def question_near(outputs: Outputs, *, reader: Reader, passage: Passage, layer: Layer) -> float:
    """Return the mean distance of question and supporting sentence in a drawing, over that of all pairs: below 1, near.

    >>> round(question_near(_example(), reader="reader_a", passage=0, layer=0), 3)
    0.721
    """
    return find_near(*_find_points(outputs, reader, passage, layer))


def answer_found(outputs: Outputs, *, reader: Reader, passage: Passage) -> float:
    """Return 1 where a reader's answer is exactly the right one, else 0.

    >>> answer_found(_example(), reader="reader_a", passage=0)
    1.0
    """
    places = np.flatnonzero(outputs["texts", "role"][passage] == ANSWER)
    span = outputs["embedding_pca", "span"][READERS.index(reader), passage]
    return float(tuple(span) == (places[0], places[-1]))


def drawing_change(outputs: Outputs, *, reader: Reader, other: Reader, passage: Passage, layer: Layer) -> float:
    """Return how far the drawings of two models differ: mean distance of a token from itself, over the first's spread.

    Signs of components are free, so each is turned to fit best.

    >>> drawing_change(_example(), reader="reader_a", other="reader_a", passage=0, layer=0)
    0.0
    """
    one, _ = _find_points(outputs, reader, passage, layer)
    two, _ = _find_points(outputs, other, passage, layer)
    turned = two * np.where((one * two).sum(axis=0) < 0, -1.0, 1.0)
    spread = np.sqrt(np.square(one - one.mean(axis=0)).sum(axis=1).mean())
    return float(np.linalg.norm(one - turned, axis=1).mean() / spread)


def _find_points(outputs: Outputs, reader: str, passage: int, layer: int) -> tuple[Floats, Floats]:
    """Return the points (L, 2) and the roles (L,) of the tokens that have one."""
    roles = outputs["texts", "role"][passage]
    points = as_floats(outputs["embedding_pca", "points"][READERS.index(reader), passage, layer])
    return points[roles >= 0], roles[roles >= 0]


def _example() -> Outputs:
    """Return one passage of four tokens, the first a separator, for the doctests."""
    return Outputs(
        {
            ("texts", "role"): np.array([[-1, 0, 1, 2]]),
            ("embedding_pca", "points"): np.array([[[[[9.0, 9], [0, -1], [0, 1], [3, 0]]]]]),
            ("embedding_pca", "span"): np.array([[[3, 3]]]),
        }
    )
