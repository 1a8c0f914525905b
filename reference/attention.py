"""Attention of BERT's heads (Vaswani et al., NIPS 2017, arXiv:1706.03762; Devlin et al., NAACL 2019, arXiv:1810.04805).

    a[l,h,i,j] = softmax over j of  q[l,h,i] . k[l,h,j] / sqrt(d),    q, k: linear in the states before layer l

What a head does is scored in `assignment/models/heads.py`, for the reference and for students alike.

Convention: recomputed from the hidden states in the model's precision, so that it does not matter which kernel the
model itself uses (transformers' default one returns no attentions at all). BertViz and exBERT draw a and count nothing;
exBERT's slider hides all but the largest, and its curves are sums over heads. Attention says where a head reads, not
what the answer rests on: for that, `compute_influence` masks another piece and looks at the prediction.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from assignment.models.reading import Tokens
from reference.reading import hidden_states


def attention(model: Any, reading: Tokens) -> Tensor:
    """Return the attention of every head (layers, heads, L, L); each row, a piece's own, adds up to 1.

    model: a BERT of transformers, with whatever head. Leaves the model as it found it.
    """
    states = hidden_states(model, reading)
    heads = model.config.num_attention_heads
    with torch.no_grad():
        layers = model.base_model.encoder.layer
        return torch.stack([_attend(layer.attention.self, x, heads) for layer, x in zip(layers, states, strict=False)])


def _attend(layer: Any, x: Tensor, heads: int) -> Tensor:
    q, k = (part(x).view(len(x), heads, -1).transpose(0, 1) for part in (layer.query, layer.key))  # (heads, L, d)
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
