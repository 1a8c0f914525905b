"""Attention of BERT's heads (Vaswani et al., NIPS 2017, arXiv:1706.03762; Devlin et al., NAACL 2019, arXiv:1810.04805).

    a[l,h,i,j] = softmax over j of  q[l,h,i] . k[l,h,j] / sqrt(d),    q, k: linear in the states before layer l

What a head does (after Clark, Khandelwal, Levy, Manning 2019, arXiv:1906.04341) is a share of attention:

    score[l,h] = mean over the pieces i that have targets of  sum over j in T(i) of a[l,h,i,j]

with T(i) the previous piece, the next one, the same word elsewhere, separators, punctuation, a pronoun's antecedent, a
verb's subject. `find_chance` is the score of a head that attends everywhere alike.

Convention: recomputed from the hidden states in the model's precision, so that it does not matter which kernel the
model itself uses (transformers' default one returns no attentions at all). BertViz and exBERT draw a and count nothing;
exBERT's slider hides all but the largest, and its curves are sums over heads. Attention says where a head reads, not
what the answer rests on: for that, `find_influence` masks another piece and looks at the prediction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from reference.reading import Reading, hidden_states

PUNCTUATION = frozenset(".,;:!?-()'\"")
FUNCTIONS = ("previous", "next", "itself", "same_word", "separator", "punctuation")


def attention(model: Any, reading: Reading) -> Tensor:
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


def find_targets(reading: Reading) -> dict[str, Tensor]:
    """Return, for each of FUNCTIONS, whether piece j is a target of piece i (L, L) bool."""
    length, ids = len(reading), reading.ids[0].cpu()
    own = torch.eye(length, dtype=torch.bool)
    special = torch.tensor(reading.word) < 0
    marks = torch.tensor([piece in PUNCTUATION for piece in reading.pieces])
    return {
        "previous": own.roll(-1, 1).tril(),
        "next": own.roll(1, 1).triu(),
        "itself": own,
        "same_word": (ids[:, None] == ids) & ~own & ~special & ~marks,
        "separator": special.expand(length, length) & ~own,
        "punctuation": marks.expand(length, length) & ~own,
    }


def find_link_targets(reading: Reading, links: Iterable[tuple[int, int]], part: int = 0) -> Tensor:
    """Return the targets (L, L) of known pairs of words (from, to), such as a pronoun and its antecedent."""
    targets = torch.zeros(len(reading), len(reading), dtype=torch.bool)
    for word, to in links:
        for i in reading.find_places(word, part):
            targets[i, list(reading.find_places(to, part))] = True
    return targets


def score_heads(attentions: Sequence[Tensor], targets: Sequence[Tensor]) -> Tensor:
    """Return each head's mean share of attention on the targets (layers, heads), over the pieces that have any.

    One (layers, heads, L, L) and one (L, L) a text; NaN where no piece of any text has a target.
    """
    pairs = list(zip(attentions, targets, strict=True))
    total = sum((a * t.to(a)).sum(dim=(-2, -1)) for a, t in pairs)
    return torch.as_tensor(total) / sum(int(t.any(dim=1).sum()) for _, t in pairs)


def find_chance(targets: Sequence[Tensor]) -> float:
    """Return the score of a head that attends everywhere alike; NaN where nothing has a target."""
    rows = sum(int(t.any(dim=1).sum()) for t in targets)
    return sum(float(t.sum()) / len(t) for t in targets) / rows if rows else float("nan")


def predict_masked(model: Any, reading: Reading, places: Sequence[int], mask: int) -> Tensor:
    """Return the probability of every piece of the vocabulary at each of `places` (places, V), all of them masked.

    mask: the number of [MASK]. The model has a masked-word head.
    """
    ids = reading.ids.clone()
    ids[0, list(places)] = mask
    with torch.no_grad():
        logits = model(ids.to(model.device), token_type_ids=reading.segments.to(model.device)).logits
    return torch.as_tensor(logits[0, list(places)].softmax(dim=-1))


@dataclass(frozen=True)
class Influence:
    """alone: log-probability of the hidden piece when only it is masked; drop (L,): what masking j too takes away."""

    alone: float
    drop: Tensor


def find_influence(model: Any, reading: Reading, place: int, mask: int) -> Influence:
    """Find how much the prediction of the piece at `place` rests on each other piece.

    drop[j] is positive where the sentence without j says less about the hidden piece; 0 at `place` itself and at the
    separators, which are never masked.
    """
    own = int(reading.ids[0, place])
    alone = predict_masked(model, reading, [place], mask)[0, own].log()
    drop = torch.zeros(len(reading), dtype=alone.dtype, device=alone.device)
    for j, word in enumerate(reading.word):
        if j != place and word >= 0:
            drop[j] = alone - predict_masked(model, reading, [place, j], mask)[0, own].log()
    return Influence(float(alone), drop)
