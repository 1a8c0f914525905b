"""Distances between the states of one word in different sentences, after every layer of BERT.

    euclidean[l,m,n] = | h[l,m] - h[l,n] |          cosine[l,m,n] = h[l,m] . h[l,n] / (|h[l,m]| |h[l,n]|)

After Ethayarajh (EMNLP 2019, arXiv:1909.00512) and Reif et al. (NeurIPS 2019): layer 0 knows the word and its place and
no more; what the other words say of its meaning comes in layer by layer.

Convention: the state of a word of several pieces is the mean of theirs; `cosine` is a similarity, 1 on the diagonal.
scipy's `cosine` is the distance 1 - similarity; a similarity handed to a function that expects a distance ranks
everything backwards, as it did in the 2021 notebook. Whether the same meaning lies closer together than the other one
is measured in `assignment/models/groups.py`, for the questions and for students alike.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from assignment.models.reading import Tokens
from reference.reading import hidden_states, mean_word_states


def word_states(model: Any, readings: Sequence[Tokens], words: Sequence[int]) -> Tensor:
    """Return the state of one word of each text after every layer (layers + 1, N, D); words: its number in the text.

    Leaves the model as it found it.
    """
    pairs = zip(readings, words, strict=True)
    found = [mean_word_states(hidden_states(model, reading), reading.find_places(word)) for reading, word in pairs]
    return torch.stack(found, dim=1)


def euclidean_distance(states: Tensor) -> Tensor:
    """Return the distance between each two of the states, by layer (layers, N, N), of states (layers, N, D)."""
    return torch.cdist(states, states, compute_mode="donot_use_mm_for_euclid_dist")


def cosine_similarity(states: Tensor) -> Tensor:
    """Return the cosine of the angle between each two of the states, by layer (layers, N, N), of (layers, N, D)."""
    directions = states / states.norm(dim=-1, keepdim=True)
    return directions @ directions.transpose(1, 2)
