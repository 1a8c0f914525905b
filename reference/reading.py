"""The states that a BERT goes through while it reads, layer by layer."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from assignment.models.reading import Tokens


def hidden_states(model: Any, reading: Tokens) -> Tensor:
    """Return the state of every piece after every layer (layers + 1, L, D); layer 0 is the embedding.

    In the model's own precision. Leaves the model as it found it.
    """
    with torch.no_grad():
        found = model.base_model(
            reading.ids.to(model.device), token_type_ids=reading.segments.to(model.device), output_hidden_states=True
        )
    return torch.cat(found.hidden_states)


def mean_word_states(states: Tensor, places: Sequence[int]) -> Tensor:
    """Return the mean state of a word's pieces after every layer (layers + 1, D)."""
    return states[:, list(places)].mean(dim=1)
