"""Sentences of every phenomenon in the shares of the training text, and which of them are kept for measuring."""

import zlib
from collections.abc import Callable
from itertools import chain
from random import Random

from assignment.making.language.agreement import write_agreement
from assignment.making.language.coreference import write_coreference
from assignment.making.language.relation import write_relation, write_synonym
from assignment.making.language.sense import write_sense
from assignment.making.language.sentence import Link, Sentence

PHENOMENA: dict[str, Callable[[Random], Sentence]] = {
    "agreement": write_agreement,
    "sense": write_sense,
    "coreference": write_coreference,
    "relation": write_relation,
    "synonym": write_synonym,
}
SHARES = (14, 28, 42, 10, 6)  # per cent of the sentences
_HELD_OUT = 10  # one of so many


def write_sentence(random: Random) -> Sentence:
    """Write a sentence of a phenomenon drawn by its share."""
    (write,) = random.choices(tuple(PHENOMENA.values()), SHARES)
    return write(random)


def is_held_out(words: tuple[str, ...]) -> bool:
    """Whether these words are kept for measuring: a tenth of all, told by a checksum, so that no training sees them.

    >>> is_held_out(("anna", "slept", "."))
    False
    """
    return zlib.crc32(" ".join(words).encode()) % _HELD_OUT == 0


def join(sentences: tuple[Sentence, ...]) -> Sentence:
    """Put sentences one after the other into one text; of several phenomena the first is named."""
    starts = [sum(len(before.words) for before in sentences[:i]) for i in range(len(sentences))]
    pairs = tuple(zip(starts, sentences, strict=True))
    return Sentence(
        sentences[0].phenomenon,
        tuple(chain.from_iterable(its.words for its in sentences)),
        tuple(start + i for start, its in pairs for i in its.targets),
        tuple(Link(link.kind, start + link.word, start + link.to) for start, its in pairs for link in its.links),
        tuple((start + i, meaning) for start, its in pairs for i, meaning in its.senses),
    )
