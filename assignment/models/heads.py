"""What an attention head does (after Clark, Khandelwal, Levy, Manning 2019, arXiv:1906.04341): a share of attention.

    score[l,h] = mean over the pieces i that have targets of  sum over j in T(i) of a[l,h,i,j]

with T(i) the previous piece, the next one, the same word elsewhere, separators, punctuation, a pronoun's antecedent, a
verb's subject. `find_chance` is the score of a head that attends everywhere alike.
"""

import unicodedata
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from assignment.arrays import FUNCTIONS, LINKS
from assignment.models.reading import Tokens
from assignment.texts import SentenceText


def mark_targets(reading: Tokens) -> dict[str, Tensor]:
    """Return, for each of FUNCTIONS, whether piece j is a target of piece i (L, L) bool."""
    length, ids = len(reading), reading.ids[0].cpu()
    own = torch.eye(length, dtype=torch.bool)
    special, blank = torch.tensor(reading.part) < 0, torch.tensor(reading.word) < 0
    marks = torch.tensor([all(unicodedata.category(sign)[0] == "P" for sign in piece) for piece in reading.pieces])
    return {
        "previous": own.roll(-1, 1).tril(),
        "next": own.roll(1, 1).triu(),
        "itself": own,
        "same_word": (ids[:, None] == ids) & ~own & ~blank & ~marks,
        "separator": special.expand(length, length) & ~own,
        "punctuation": marks.expand(length, length) & ~own,
    }


def mark_link_targets(reading: Tokens, links: Iterable[tuple[int, int]], part: int = 0) -> Tensor:
    """Return the targets (L, L) of known pairs of words (from, to), such as a pronoun and its antecedent."""
    targets = torch.zeros(len(reading), len(reading), dtype=torch.bool)
    for word, to in links:
        for i in reading.find_places(word, part):
            targets[i, list(reading.find_places(to, part))] = True
    return targets


def find_all_targets(readings: Sequence[Tokens], sentences: Sequence[SentenceText]) -> dict[str, list[Tensor]]:
    """Return, for each of FUNCTIONS and of LINKS, the targets (L, L) of every sentence."""
    plain = [mark_targets(reading) for reading in readings]
    pairs = list(zip(readings, sentences, strict=True))
    linked = {
        link: [
            mark_link_targets(reading, [(one.hidden, one.also)] if one.link == link else []) for reading, one in pairs
        ]
        for link in LINKS
    }
    return {name: [its[name] for its in plain] for name in FUNCTIONS} | linked


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
