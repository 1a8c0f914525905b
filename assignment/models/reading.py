"""Tokens: one text, or a question with its passage, as the pieces that a BERT reads."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class Tokens:
    """L pieces with the words they belong to.

    ids, segments (1, L) int64; part: 0 or 1, which of the two texts; word: the number of the word in its text, where
    a mark of punctuation counts as a word. Separators such as [CLS] have part and word -1.
    """

    ids: Tensor
    segments: Tensor
    pieces: tuple[str, ...]
    part: tuple[int, ...]
    word: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.pieces)

    def find_places(self, word: int, part: int = 0) -> tuple[int, ...]:
        """Return the places of the pieces of one word; ValueError where there is no such word."""
        pairs = zip(self.part, self.word, strict=True)
        places = tuple(i for i, pair in enumerate(pairs) if pair == (part, word))
        if not places:
            raise ValueError(f"word {word} of text {part}: not in {' '.join(self.pieces)}")
        return places


def read(tokenizer: Any, text: str, second: str | None = None) -> Tokens:
    """Split a text, or a pair of texts, into the pieces of a fast tokenizer."""
    encoded = tokenizer(text, second, return_tensors="pt")
    parts = [-1 if part is None else part for part in encoded.sequence_ids(0)]
    words = [-1 if word is None else word for word in encoded.word_ids(0)]
    segments = encoded.get("token_type_ids", torch.zeros_like(encoded["input_ids"]))
    return Tokens(encoded["input_ids"], segments, tuple(encoded.tokens(0)), tuple(parts), tuple(words))
