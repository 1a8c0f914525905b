"""Attention of BERT's heads (Vaswani et al., NIPS 2017, arXiv:1706.03762; Devlin et al., NAACL 2019, arXiv:1810.04805).

    a[l,h,i,j] = softmax over j of  q[l,h,i] . k[l,h,j] / sqrt(d),    q, k: linear in the states before layer l

What a head does is scored in `assignment/models/heads.py`, for the reference and for students alike.

Convention: recomputed from each layer's q and k in the model's precision, so that it does not matter which kernel the
model itself uses (transformers' default one returns no attentions at all). transformers hands them to whatever function
`set_attn_implementation` names, for every type of BERT alike. BertViz and exBERT draw a and count nothing; exBERT's
slider hides all but the largest, and its curves are sums over heads. Attention says where a head reads, not what the
answer rests on: for that, `compute_influence` masks another piece and looks at the prediction.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface
from transformers.utils import logging

from assignment.fixable import FixableError
from assignment.models.reading import Tokens
from reference.reading import hidden_states

Projected = tuple[Tensor, Tensor]  # q and k of one layer (1, heads, L, d)


def attention(model: Any, reading: Tokens) -> Tensor:
    """Return the attention of every head (layers, heads, L, L); each row, a piece's own, adds up to 1.

    model: a BERT of transformers, with whatever head. Leaves the model as it found it. FixableError where it is of a
    type whose attention is more than q and k.
    """
    with _record(model) as layers:
        hidden_states(model, reading)
    if len(layers) != model.config.num_hidden_layers:
        says = f"a model of type {model.config.model_type!r}, which does not hand out q and k of its layers"
        raise FixableError(f"attention: {says}; expected BERT or one of its kind")
    return torch.stack([_attend(q[0], k[0]) for q, k in layers])


@contextmanager
def _record(model: Any) -> Iterator[list[Projected]]:
    """Yield a list that each layer of the model adds its q and k to while the model reads."""
    layers: list[Projected] = []

    def attend(
        module: Any, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, scaling: float, **rest: Any
    ) -> tuple[Tensor, None]:
        layers.append((q, k))
        return ((q @ k.transpose(2, 3) * scaling).softmax(dim=-1) @ v).transpose(1, 2).contiguous(), None

    before, level = model.config._attn_implementation, logging.get_verbosity()
    AttentionInterface.register("record", attend)
    logging.set_verbosity_error()  # of a model that cannot, we say so ourselves
    try:
        model.set_attn_implementation("record")
        yield layers
    finally:
        model.set_attn_implementation(before)
        logging.set_verbosity(level)


def _attend(q: Tensor, k: Tensor) -> Tensor:
    return (q @ k.transpose(1, 2) / q.shape[-1] ** 0.5).softmax(dim=-1)


def predict_masked(model: Any, reading: Tokens, places: Sequence[int], mask: int) -> Tensor:
    """Return the probability of every piece of the vocabulary at each of `places` (places, V), all of them masked.

    mask: the number of [MASK]. The model has a masked-word head.
    """
    ids = reading.ids.clone()
    ids[0, list(places)] = mask
    with torch.no_grad():
        logits = model(ids.to(model.device), token_type_ids=reading.segments.to(model.device)).logits
    return torch.as_tensor(logits[0, list(places)].softmax(dim=-1))


def compute_influence(model: Any, reading: Tokens, place: int, mask: int) -> Tensor:
    """Return what masking each piece too takes away from the log-probability of the piece hidden at `place` (L,).

    Positive where the sentence without piece j says less about the hidden one; 0 at `place` itself and at the
    separators, which are never masked.
    """
    own = int(reading.ids[0, place])
    alone = predict_masked(model, reading, [place], mask)[0, own].log()
    drop = torch.zeros(len(reading), dtype=alone.dtype, device=alone.device)
    for j, word in enumerate(reading.word):
        if j != place and word >= 0:
            drop[j] = alone - predict_masked(model, reading, [place, j], mask)[0, own].log()
    return drop
