"""Batches for the BERTs of profile `mini`, written by the grammar as they are needed.

A chunk is CHUNK batches; its texts depend on the seed and on its number alone. Texts of about the same length share a
batch, so that little is padding.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor

from assignment.making.language.passage import FACTS, Passage, write_passage
from assignment.making.language.sentence import Sentence
from assignment.making.language.vocabulary import Encoder
from assignment.making.language.write import is_held_out, join, write_sentence

CHUNK = 16
_NO_ANSWER = -100  # what cross-entropy leaves out


@dataclass(frozen=True)
class Example:
    """One text in pieces: their numbers, their segments (0 or 1), and of each piece what is to be predicted there."""

    pieces: list[int]
    segments: list[int]
    answers: list[int]


@dataclass(frozen=True)
class Batch:
    """All (N, L) int64; read: 1 where there is a text; answers: -100 where nothing is to be predicted.

    For questions `answers` is (N, 2): the first and the last piece of the answer.
    """

    pieces: Tensor
    segments: Tensor
    read: Tensor
    answers: Tensor


@dataclass(frozen=True)
class Layout:
    """Words laid out as pieces between separators; `spans`: first and past-the-last piece of each word."""

    pieces: list[int]
    segments: list[int]
    spans: list[tuple[int, int]]


def lay_out(encoder: Encoder, *parts: Sequence[str]) -> Layout:
    """Lay out one text or a pair: [CLS] words [SEP] words [SEP]."""
    pieces, segments, spans = [encoder.start], [0], []
    for segment, words in enumerate(parts):
        for word in words:
            its = encoder.split(word)
            spans.append((len(pieces), len(pieces) + len(its)))
            pieces.extend(its)
        pieces.append(encoder.separator)
        segments.extend([segment] * (len(pieces) - len(segments)))
    return Layout(pieces, segments, spans)


def hide(encoder: Encoder, laid: Layout, hidden: Sequence[int], random: Random) -> Example:
    """Hide words: of ten pieces eight are masked, one is another piece, one stays."""
    pieces, answers = laid.pieces.copy(), [_NO_ANSWER] * len(laid.pieces)
    for word in hidden:
        for place in range(*laid.spans[word]):
            answers[place] = pieces[place]
            draw = random.random()
            if draw < 0.8:
                pieces[place] = encoder.mask
            elif draw < 0.9:
                pieces[place] = random.randrange(len(encoder.number))
    return Example(pieces, laid.segments, answers)


def draw_masked(encoder: Encoder, random: Random) -> Example:
    """Draw a text that is not held out, with words hidden: most often one that the others determine."""
    draw = random.random()
    if draw < 0.3:
        return _draw_masked_pair(encoder, random)
    sentences = tuple(_draw_sentence(random) for _ in range(2 if draw < 0.45 else 1))
    words, hidden = join(sentences).words, set[int]()
    aimed = random.random() < 0.75
    for i, sentence in enumerate(sentences):
        if aimed and sentence.targets:
            hidden.add(sum(len(before.words) for before in sentences[:i]) + random.choice(sentence.targets))
    hidden |= {i for i in range(len(words)) if random.random() < (0.06 if hidden else 0.15)}
    return hide(encoder, lay_out(encoder, words), sorted(hidden or {0}), random)


def _draw_sentence(random: Random) -> Sentence:
    while is_held_out((sentence := write_sentence(random)).words):
        pass
    return sentence


def _draw_passage(random: Random, facts: Sequence[int]) -> Passage:
    while is_held_out((passage := write_passage(random, facts=facts)).question + passage.words):
        pass
    return passage


def _draw_masked_pair(encoder: Encoder, random: Random) -> Example:
    """A question with its passage; what both hold is hidden in one of them half of the time."""
    passage = _draw_passage(random, range(FACTS))
    words = passage.question + passage.words
    shared = [i for i, word in enumerate(words) if word in passage.question[1:-1] and word in passage.words]
    hidden = {i for i in range(len(words)) if random.random() < 0.06}
    if shared and random.random() < 0.7:
        hidden.add(random.choice(shared))
    return hide(encoder, lay_out(encoder, passage.question, passage.words), sorted(hidden or {1}), random)


def draw_question(encoder: Encoder, random: Random, facts: Sequence[int]) -> Example:
    """Draw a question and a passage that answers it in one of the sentences numbered `facts`."""
    return to_question(encoder, _draw_passage(random, facts))


def to_question(encoder: Encoder, passage: Passage) -> Example:
    """Lay out a passage; the answers are the first and the last piece of the span."""
    laid = lay_out(encoder, passage.question, passage.words)
    first, last = (len(passage.question) + i for i in (passage.start, passage.end))
    return Example(laid.pieces, laid.segments, [laid.spans[first][0], laid.spans[last][1] - 1])


def stack(items: Sequence[Example], pad: int) -> Batch:
    """Fill items up to the longest."""
    longest = max(len(item.pieces) for item in items)

    def fill(rows: Sequence[Sequence[int]], value: int, length: int) -> Tensor:
        return torch.tensor([[*row, *([value] * (length - len(row)))] for row in rows])

    width = max(len(item.answers) for item in items)
    return Batch(
        fill([item.pieces for item in items], pad, longest),
        fill([item.segments for item in items], 0, longest),
        fill([[1] * len(item.pieces) for item in items], 0, longest),
        fill([item.answers for item in items], _NO_ANSWER, width),
    )


def draw_batches(
    draw: Callable[[Random], Example], pad: int, batch: int, seed: int, first: int, steps: int
) -> Iterator[Batch]:
    """Yield the batches numbered first to steps - 1; `first` is a multiple of CHUNK."""
    for chunk in range(first // CHUNK, -(-steps // CHUNK)):
        random = Random(seed * 1_000_003 + chunk)
        items = sorted((draw(random) for _ in range(batch * CHUNK)), key=lambda item: len(item.pieces))
        parts = [items[i : i + batch] for i in range(0, len(items), batch)]
        random.shuffle(parts)
        yield from (stack(part, pad) for part in parts[: steps - chunk * CHUNK])
