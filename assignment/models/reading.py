"""Tokens: one text, or a question with its passage, as the pieces that a BERT reads.

Words are the text's own (`assignment/texts.py`), whatever the tokenizer: which pieces are a word's is found through
the characters that the tokenizer says each piece stands for. Where a piece goes beyond the word, the word is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from assignment.fixable import Fault, FixableError, check_all, show_value
from assignment.texts import PlainText, SentenceText, Span, find_words


@dataclass(frozen=True)
class Tokens:
    """L pieces with the words they belong to.

    ids, segments (1, L) int64; part: 0 or 1, which of the two texts; word: the number of the first word in its text
    that a piece has a character of. Separators such as [CLS] have part and word -1, a blank has word -1.
    texts: one or two; spans: the characters of its text that a piece stands for, blanks around it left out.
    """

    ids: Tensor
    segments: Tensor
    pieces: tuple[str, ...]
    part: tuple[int, ...]
    word: tuple[int, ...]
    texts: tuple[str, ...]
    spans: tuple[Span, ...]

    def __len__(self) -> int:
        return len(self.pieces)

    def find_places(self, word: int, part: int = 0) -> tuple[int, ...]:
        """Return the places of the pieces of one word; ValueError where there is no such word."""
        words = list_words(self.texts[part])
        if not 0 <= word < len(words):
            raise ValueError(f"word {word} of text {part}: not in {' '.join(self.pieces)}")
        return self.find_tokens(words[word], part)

    def is_aligned(self, word: int, part: int = 0) -> bool:
        """Tell whether a word begins and ends with a piece, so that it can be asked about."""
        try:
            return bool(self.find_places(word, part))
        except FixableError:
            return False

    def find_tokens(self, span: Span, part: int = 0) -> tuple[int, ...]:
        """Return the places of the pieces of some characters; FixableError where the pieces have others as well."""
        its = [i for i, p in enumerate(self.part) if p == part and _overlaps(self.spans[i], span)]
        beyond = [self.texts[part][slice(*self.spans[i])] for i in its if not _lies_in(self.spans[i], span)]
        if its and not beyond:
            return tuple(its)
        says = f"the token {beyond[0]!r} goes beyond it" if beyond else "no token stands for it"
        raise FixableError(
            f"{self.texts[part][slice(*span)]!r}, characters {span[0]} to {span[1]}: {says}; "
            f"expected a word that begins and ends with a token, of {' '.join(self.pieces)}"
        )

    def find_token(self, span: Span, part: int = 0) -> int:
        """Return the place of the one piece of some characters; FixableError where there are several."""
        places = self.find_tokens(span, part)
        if len(places) > 1:
            its = " ".join(self.pieces[place] for place in places)
            raise FixableError(
                f"{self.texts[part][slice(*span)]!r}, characters {span[0]} to {span[1]}: {len(places)} tokens, {its}; "
                f"expected a word of one, of {' '.join(self.pieces)}"
            )
        return places[0]


def _overlaps(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _lies_in(one: Span, other: Span) -> bool:
    return other[0] <= one[0] and one[1] <= other[1]


def list_words(text: str) -> tuple[Span, ...]:
    """Return the spans of the words of a text without marks: those it brings along, or those that are seen in it."""
    return text.words if isinstance(text, PlainText) else find_words(text)


def read(tokenizer: Any, text: str, second: str | None = None) -> Tokens:
    """Split a text, or a pair of texts, into the pieces of a fast tokenizer.

    FixableError where there are more than the model can read, `tokenizer.model_max_length`.
    """
    texts = (text,) if second is None else (text, second)
    encoded = tokenizer(*map(str, texts), return_tensors="pt", return_offsets_mapping=True, verbose=False)
    count, most = encoded["input_ids"].shape[1], tokenizer.model_max_length
    if count > most:
        raise FixableError(f"{show_value(str(texts[-1]))}: {count} tokens; expected at most {most}, as the model reads")
    parts = [-1 if part is None else part for part in encoded.sequence_ids(0)]
    spans, pieces = place_pieces(tokenizer, texts, parts, encoded.tokens(0), encoded["offset_mapping"][0].tolist())
    segments = encoded.get("token_type_ids", torch.zeros_like(encoded["input_ids"]))
    words = number_words(texts, parts, spans)
    return Tokens(encoded["input_ids"], segments, pieces, tuple(parts), words, texts, spans)


def place_pieces(
    tokenizer: Any, texts: Sequence[str], parts: Sequence[int], tokens: Sequence[str], offsets: Sequence[Sequence[int]]
) -> tuple[tuple[Span, ...], tuple[str, ...]]:
    """Return the characters that each token stands for, and how it is read; a blank and a separator stand for none."""
    spans, pieces = [], []
    for part, token, (start, end) in zip(parts, tokens, offsets, strict=True):
        shown = spell(tokenizer, token) if part >= 0 else token
        span = _trim(texts[part], start, end) if part >= 0 and shown else (start, start)
        spans.append(span)
        pieces.append(texts[part][slice(*span)] if "\ufffd" in shown else shown or token)
    return tuple(spans), tuple(pieces)


def _trim(text: str, start: int, end: int) -> Span:
    """Return the span without the blanks around it; byte-level and SentencePiece tokens have one before a word."""
    inside = text[start:end]
    blanks = len(inside) - len(inside.lstrip())
    return (start + blanks, start + len(inside.rstrip())) if inside.strip() else (start, start)


def number_words(texts: Sequence[str], parts: Sequence[int], spans: Sequence[Span]) -> tuple[int, ...]:
    """Return for each token the number of the first word in its text that it has a character of; -1 where it has none.

    >>> number_words(["an egg"], [-1, 0, 0], [(0, 0), (0, 2), (3, 6)])
    (-1, 0, 1)
    """
    words = [list_words(text) for text in texts]
    return tuple(
        next((number for number, word in enumerate(words[part]) if _overlaps(word, span)), -1) if part >= 0 else -1
        for part, span in zip(parts, spans, strict=True)
    )


def spell(tokenizer: Any, token: str) -> str:
    """Return a token of the vocabulary without the signs that tokenizers put for blanks; nothing for a blank alone.

    A token of half a character is spelled with U+FFFD.
    """
    return str(tokenizer.convert_tokens_to_string([token])).strip()


def list_vocabulary(tokenizer: Any) -> list[str]:
    """Return every token of the vocabulary by its number, as a person reads it."""
    return [spell(tokenizer, token) or token for token in tokenizer.convert_ids_to_tokens(range(len(tokenizer)))]


def find_candidates(tokenizer: Any, sentence: SentenceText) -> dict[str, int]:
    """Return the numbers in the vocabulary of the words that may stand in the hidden one's place.

    Each is read in that place, where some tokenizers have other tokens than at the beginning of a text. FixableError
    names each that is not one known token there, and a first one that is not the token that is hidden.
    """
    reading = read(tokenizer, sentence.plain)
    start, end = sentence.plain.words[sentence.hidden]
    faults: list[Fault] = []
    found: dict[str, int] = {}
    hidden = int(reading.ids[0, reading.find_token((start, end))])
    for word in sentence.candidates:
        its = read(tokenizer, sentence.plain[:start] + word + sentence.plain[end:])
        try:
            found[word] = int(its.ids[0, its.find_token((start, start + len(word)))])
        except FixableError as error:
            faults += error.within("candidates", word).faults
            continue
        if found[word] == tokenizer.unk_token_id:
            says = f"not in the vocabulary; expected a word that is one token, of {' '.join(its.pieces)}"
            faults.append(Fault(("candidates", word), says))
        elif word == sentence.candidates[0] and found[word] != hidden:
            says = f"another token than the hidden {sentence.plain[start:end]!r}; expected it as the text writes it"
            faults.append(Fault(("candidates", word), says))
    check_all(faults)
    return found


@dataclass(frozen=True)
class WordRow:
    """A word of a text with its tokens, as a person looks at them; `says` is what is wrong with it, or nothing."""

    number: int
    word: str
    tokens: tuple[str, ...]
    says: str


def list_tokens(text: str, tokenizer: Any) -> tuple[WordRow, ...]:
    """Return a row for each word of a text without marks, in its order: the tokens that have a character of it."""
    return list_rows(read(tokenizer, text))


def list_rows(reading: Tokens, part: int = 0) -> tuple[WordRow, ...]:
    """Return the rows of `list_tokens` for one of the texts that were read."""
    text, rows = reading.texts[part], []
    its = [
        (piece, span) for piece, at, span in zip(reading.pieces, reading.part, reading.spans, strict=True) if at == part
    ]
    for number, span in enumerate(list_words(text)):
        tokens = tuple(piece for piece, place in its if _overlaps(place, span))
        try:
            reading.find_tokens(span, part)
            says = ""
        except FixableError as error:
            says = str(error)
        rows.append(WordRow(number, text[slice(*span)], tokens, says))
    return tuple(rows)
