"""Mistakes in the distances between the states of a word."""

from functools import partial

from questions.proof.mutant import make_mutant
from questions.proof.rerun import Edit

_DISTANCE = "reference/embedding_distance.py"
_READING = "reference/reading.py"
_mutant = partial(make_mutant, "embedding_distance")

EMBEDDING_DISTANCE_MUTANTS = (
    _mutant(
        "cosine-as-distance",
        "one minus the cosine where the similarity belongs",
        Edit(
            _DISTANCE,
            "return directions @ directions.transpose(1, 2)",
            "return 1 - directions @ directions.transpose(1, 2)",
        ),
    ),
    _mutant(
        "dot-product",
        "the states are not brought to length 1",
        Edit(_DISTANCE, "directions = states / states.norm(dim=-1, keepdim=True)", "directions = states"),
    ),
    _mutant(
        "squared",
        "the square of the distance",
        Edit(
            _DISTANCE,
            'compute_mode="donot_use_mm_for_euclid_dist")\n\n\ndef cosine',
            'compute_mode="donot_use_mm_for_euclid_dist").square()\n\n\ndef cosine',
        ),
    ),
    _mutant(
        "forgets-cls",
        "the token before the word is read: [CLS] was forgotten",
        Edit(
            _READING,
            "return states[:, list(places)].mean(dim=1)",
            "return states[:, [place - 1 for place in places]].mean(dim=1)",
        ),
    ),
    _mutant(
        "reads-cls",
        "the state of [CLS] in place of the word's",
        Edit(_READING, "return states[:, list(places)].mean(dim=1)", "return states[:, [0]].mean(dim=1)"),
    ),
    _mutant(
        "layer-too-far",
        "the layer's index counts from 1: the embedding is left out",
        Edit(
            _READING,
            "return torch.cat(found.hidden_states)",
            "return torch.cat((*found.hidden_states[1:], found.hidden_states[-1]))",
        ),
    ),
    _mutant(
        "last-layer-first",
        "the layers are read from the last to the first",
        Edit(_READING, "return torch.cat(found.hidden_states)", "return torch.cat(found.hidden_states[::-1])"),
    ),
    _mutant(
        "last-layer-everywhere",
        "every layer is the last one",
        Edit(
            _READING,
            "return torch.cat(found.hidden_states)",
            "return torch.cat(found.hidden_states[-1:] * len(found.hidden_states))",
        ),
    ),
    _mutant(
        "centred",
        "the mean of the states is taken away first",
        Edit(
            _DISTANCE,
            "    return torch.stack(found, dim=1)",
            "    return torch.stack(found, dim=1) - torch.stack(found, dim=1).mean(dim=1, keepdim=True)",
        ),
    ),
)
