"""Measures of one word's states in different sentences: how far apart, layer by layer, within and between meanings."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from assignment.outputs import Outputs
from questions.arguments import Floats, Masks, as_floats

WORDS = ("apple", "bat")  # the axis `shared_word`

Word = Literal["apple", "bat"]
Layer = Annotated[int, Field(ge=0)]
Sentence = Annotated[int, Field(ge=0, le=9)]
Compared = Literal["euclidean", "cosine"]


def state_comparison(
    outputs: Outputs, *, word: Word, layer: Layer, sentence: Sentence, other: Sentence, array: Compared = "euclidean"
) -> float:
    """Return the distance, or the cosine similarity, of a word's states in two sentences.

    >>> state_comparison(_example(), word="apple", layer=0, sentence=0, other=2)
    4.0
    """
    return float(outputs["embedding_distance", array][WORDS.index(word), layer, sentence, other])


def meaning_gap(outputs: Outputs, *, word: Word, layer: Layer, array: Compared = "euclidean") -> float:
    """Return the mean between two meanings less the mean within one: the column "difference" of the notebook.

    >>> meaning_gap(_example(), word="apple", layer=0)
    1.75
    """
    values, same, own = _find_values(outputs, word, layer, array)
    return float(values[~same].mean() - values[same & ~own].mean())


def meaning_within(outputs: Outputs, *, word: Word, layer: Layer, array: Compared = "euclidean") -> float:
    """Return the mean within one meaning: the column "same meaning" of the notebook.

    >>> meaning_within(_example(), word="apple", layer=0)
    1.5
    """
    values, same, own = _find_values(outputs, word, layer, array)
    return float(values[same & ~own].mean())


def nearest_same(outputs: Outputs, *, word: Word, layer: Layer, array: Compared = "euclidean") -> float:
    """Return the share (0 to 1) of sentences whose nearest other one has the same meaning; a tie counts half.

    >>> nearest_same(_example(), word="apple", layer=0)
    0.875
    """
    values, same, own = _find_values(outputs, word, layer, array)
    near = values if array == "euclidean" else -values
    near = np.where(own, np.inf, near)
    nearest = near <= near.min(axis=1, keepdims=True) + 1e-6
    return float(((nearest & same).sum(axis=1) / nearest.sum(axis=1)).mean())


def _find_values(outputs: Outputs, word: str, layer: int, array: str) -> tuple[Floats, Masks, Masks]:
    """Return a layer's matrix (N, N), where two sentences mean the same, and where they are one."""
    values = as_floats(outputs["embedding_distance", array][WORDS.index(word), layer])
    meaning = outputs["texts", "meaning"][WORDS.index(word)]
    return values, meaning[:, None] == meaning, np.eye(len(meaning), dtype=bool)


def _example() -> Outputs:
    """Return four sentences of two meanings for the doctests."""
    matrix = np.array([[0.0, 1, 4, 4], [1, 0, 3, 2], [4, 3, 0, 2], [4, 2, 2, 0]])
    return Outputs(
        {
            ("texts", "meaning"): np.array([[0, 0, 1, 1]]),
            ("embedding_distance", "euclidean"): matrix[None, None],
        }
    )
