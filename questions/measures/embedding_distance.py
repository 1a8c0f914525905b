"""Measures of one word's states in different sentences: how far apart, layer by layer, within and between meanings."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from assignment.models.groups import compute_group_means, compute_nearest_share
from assignment.outputs import Outputs
from questions.measures import quantity
from questions.measures.arguments import Axis, Floats, as_floats, find_number

SharedWord = Annotated[str, Axis("shared_word")]
Layer = Annotated[int, Field(ge=0), Axis("word_depth")]
Sentence = Annotated[int, Field(ge=0), Axis("sentence")]
Compared = Literal["euclidean", "cosine"]


def state_comparison(
    outputs: Outputs,
    *,
    word: SharedWord,
    layer: Layer,
    sentence: Sentence,
    other: Sentence,
    array: Compared = "euclidean",
) -> quantity.Compared:
    """Return the distance, or the cosine similarity, of a word's states in two sentences.

    >>> state_comparison(_example(), word="apple", layer=0, sentence=0, other=2)
    4.0
    """
    return float(
        outputs["embedding_distance", array][find_number(outputs, "shared_word", word), layer, sentence, other]
    )


def meaning_gap(
    outputs: Outputs, *, word: SharedWord, layer: Layer, array: Compared = "euclidean"
) -> quantity.ComparedGap:
    """Return the mean between two meanings less the mean within one: the column "difference" of the notebook.

    >>> meaning_gap(_example(), word="apple", layer=0)
    1.75
    """
    within, between = compute_group_means(*_take_values(outputs, word, layer, array))
    return between - within


def meaning_within(
    outputs: Outputs, *, word: SharedWord, layer: Layer, array: Compared = "euclidean"
) -> quantity.Compared:
    """Return the mean within one meaning: the column "same meaning" of the notebook.

    >>> meaning_within(_example(), word="apple", layer=0)
    1.5
    """
    return compute_group_means(*_take_values(outputs, word, layer, array))[0]


def meaning_ratio(
    outputs: Outputs, *, word: SharedWord, layer: Layer, array: Compared = "euclidean"
) -> quantity.SignedTimes:
    """Return how many times the mean within one meaning the mean between two is.

    >>> round(meaning_ratio(_example(), word="apple", layer=0), 3)
    2.167
    """
    within, between = compute_group_means(*_take_values(outputs, word, layer, array))
    return between / within


def nearest_same(outputs: Outputs, *, word: SharedWord, layer: Layer, array: Compared = "euclidean") -> quantity.Share:
    """Return the share (0 to 1) of sentences whose nearest other one has the same meaning; a tie counts half.

    >>> nearest_same(_example(), word="apple", layer=0)
    0.875
    """
    values, meanings = _take_values(outputs, word, layer, array)
    return compute_nearest_share(values if array == "euclidean" else -values, meanings)


def _take_values(outputs: Outputs, word: str, layer: int, array: str) -> tuple[Floats, NDArray[np.integer]]:
    """Return a layer's matrix (N, N), and the meaning of the word in each sentence (N,)."""
    number = find_number(outputs, "shared_word", word)
    return as_floats(outputs["embedding_distance", array][number, layer]), outputs["texts", "meaning"][number]


def _example() -> Outputs:
    """Return four sentences of two meanings for the doctests."""
    matrix = np.array([[0.0, 1, 4, 4], [1, 0, 3, 2], [4, 3, 0, 2], [4, 2, 2, 0]])
    return Outputs(
        {
            ("texts", "meaning"): np.array([[0, 0, 1, 1]]),
            ("embedding_distance", "euclidean"): matrix[None, None],
        },
        {"shared_word": ("apple",)},
    )
