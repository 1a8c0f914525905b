"""Panels of the texts: a student's attention, components and distances beside the canonical ones, with their texts.

As in `pictures/panels.py`, the canonical halves are drawn once for a class, and nothing that a student saved may make
this raise.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from assignment.agreement.agree import GroupArrays
from assignment.assignment import Bilingual
from assignment.outputs import Outputs
from assignment.texts import Texts
from grader.report.texts.drawings import ROLE_MARKS
from grader.report.texts.kinds import (
    COMPONENTS,
    DISTANCE_KINDS,
    HEAD_PANEL,
    HEADS_PANEL,
    Arrays,
    TextHalf,
    TextKind,
    TextPlace,
    count_tokens,
    find_heads,
)
from grader.scoring.words import AGREEMENT_WORDS

_PART = re.compile(r"(\[[^]]*\]|\([^)]*\))")
_MARKS = {"[": "asked", "(": "also"}
PAGE_GROUPS = ("attention", "embedding_pca", "embedding_distance")


@dataclass(frozen=True)
class TextPart:
    """A stretch of a text; mark: `asked`, `also` or nothing."""

    text: str
    mark: str = ""


@dataclass(frozen=True)
class TextPanel:
    """One analysis at one place: the student's half (None: `absent` says why) beside the canonical one."""

    title: Bilingual
    theirs: TextHalf | None
    canonical: TextHalf
    absent: Bilingual
    scale: tuple[str, str] | None


@dataclass(frozen=True)
class Candidate:
    """A word that may stand in place of the hidden one, and its probability (theirs: None where it was not saved)."""

    word: str
    theirs: float | None
    canonical: float

    @property
    def share(self) -> float:
        """Theirs as a share, whatever number was saved."""
        return min(self.theirs, 1.0) if self.theirs is not None and self.theirs > 0 else 0.0

    @staticmethod
    def say(probability: float) -> str:
        """Return a probability with three decimals, and what is none as it was saved.

        >>> Candidate.say(0.25), Candidate.say(1e-9), Candidate.say(0.99997), Candidate.say(-3e30)
        ('0.250', '< 0.001', '> 0.999', '-3e+30')
        """
        if 0 < probability < 0.0005:
            return "< 0.001"
        if 0.9995 < probability < 1:
            return "> 0.999"
        return f"{probability:.3f}" if 0 <= probability <= 1 else f"{probability:.3g}"


@dataclass(frozen=True)
class SentenceRow:
    """A sentence of `attention`; `tokens` stand beside one head, numbers of blocks and of columns beside all."""

    number: int
    parts: tuple[TextPart, ...]
    tokens: tuple[TextPart, ...]
    blocks: tuple[TextPart, ...]
    columns: tuple[TextPart, ...]
    heads: TextPanel
    head: TextPanel
    guesses: tuple[Candidate, ...]
    absent: Bilingual  # why guesses have no `theirs`


@dataclass(frozen=True)
class PassageRow:
    """A passage with its question, and a panel for each reader."""

    number: int
    question: str
    parts: tuple[TextPart, ...]
    panels: tuple[TextPanel, ...]


@dataclass(frozen=True)
class WordRow:
    """A shared word, its sentences by meaning, and a panel for each measure of distance."""

    number: int
    word: str
    meanings: Mapping[str, tuple[tuple[TextPart, ...], ...]]
    panels: tuple[TextPanel, ...]


@dataclass(frozen=True)
class TextRows:
    """All that a student's page shows of the texts."""

    sentences: tuple[SentenceRow, ...]
    passages: tuple[PassageRow, ...]
    words: tuple[WordRow, ...]
    legend: tuple[tuple[int, str], ...]  # roles of tokens and the signs that they are drawn as


@dataclass(frozen=True)
class TextCanvas:
    """What all pages of a class share: the texts, the names of the readers, and the canonical halves."""

    texts: Texts
    readers: tuple[str, ...]
    arrays: Mapping[str, Arrays]  # canonical ones, by group, each with those of `texts`
    heads: tuple[TextPlace, ...]
    halves: Mapping[tuple[TextKind, TextPlace], TextHalf]


def draw_text_canvas(texts: Texts, readers: tuple[str, ...], canonical: Outputs) -> TextCanvas:
    """Draw the canonical halves of all panels of the texts."""
    arrays = {
        group: {name: array for (its, name), array in canonical.items() if its in (group, "texts")}
        for group in PAGE_GROUPS
    }
    heads = tuple(find_heads(arrays["attention"]))
    wanted = [(kind, place) for place in heads for kind in (HEADS_PANEL, HEAD_PANEL)]
    wanted += [(COMPONENTS, TextPlace(n, r)) for n in range(len(texts.passages)) for r in range(len(readers))]
    wanted += [(kind, TextPlace(n)) for n in range(len(texts.words)) for kind in DISTANCE_KINDS]
    halves = {(kind, place): kind.draw(arrays[kind.group], arrays[kind.group], place) for kind, place in wanted}
    return TextCanvas(texts, readers, arrays, heads, halves)


def make_text_rows(readings: Mapping[str, GroupArrays], canvas: TextCanvas) -> TextRows:
    """Return what a student's page shows of the texts."""
    return TextRows(
        sentences=tuple(_make_sentence(place, readings, canvas) for place in canvas.heads),
        passages=tuple(_make_passage(n, readings, canvas) for n in range(len(canvas.texts.passages))),
        words=tuple(_make_word(n, readings, canvas) for n in range(len(canvas.texts.words))),
        legend=tuple((role, mark.sign) for role, mark in ROLE_MARKS.items()),
    )


def split_parts(text: str) -> tuple[TextPart, ...]:
    """Return a marked text in parts.

    >>> [(part.text, part.mark) for part in split_parts("The (keys) [are] old.")]
    [('The ', ''), ('keys', 'also'), (' ', ''), ('are', 'asked'), (' old.', '')]
    """
    parts = [part for part in _PART.split(text) if part]
    return tuple(TextPart(part[1:-1], _MARKS[part[0]]) if part[0] in _MARKS else TextPart(part) for part in parts)


def _make_sentence(place: TextPlace, readings: Mapping[str, GroupArrays], canvas: TextCanvas) -> SentenceRow:
    reading, ours = readings["attention"], canvas.arrays["attention"]
    sentence = canvas.texts.attention[place.item]
    return SentenceRow(
        number=place.item,
        parts=split_parts(sentence.text),
        tokens=_make_tokens(place.item, canvas),
        blocks=tuple(TextPart(str(block)) for block in range(ours["map"].shape[1])),
        columns=tuple(TextPart(str(head)) for head in range(ours["map"].shape[2])),
        heads=_make_panel(HEADS_PANEL, place, reading, canvas),
        head=_make_panel(HEAD_PANEL, place, reading, canvas),
        guesses=tuple(
            Candidate(
                word=word,
                theirs=float(reading.arrays["prediction"][place.item, token])
                if reading.word_of("prediction") == "agrees"
                else None,
                canonical=float(ours["prediction"][place.item, token]),
            )
            for word, token in zip(sentence.candidates, ours["candidate"][place.item], strict=False)
        ),
        absent=AGREEMENT_WORDS[reading.word_of("prediction")].label,
    )


def _make_tokens(text: int, canvas: TextCanvas) -> tuple[TextPart, ...]:
    ours, words = canvas.arrays["attention"], canvas.texts.attention[text].words
    count = count_tokens(ours, text)
    marks = {int(ours["also"][text]): "also"} | {int(ours["hidden"][text]): "asked"}
    numbers = enumerate(ours["word"][text, :count])
    return tuple(TextPart(words[word] if word >= 0 else "\u00b7", marks.get(token, "")) for token, word in numbers)


def _make_passage(number: int, readings: Mapping[str, GroupArrays], canvas: TextCanvas) -> PassageRow:
    places = [TextPlace(number, reader) for reader in range(len(canvas.readers))]
    return PassageRow(
        number=number,
        question=canvas.texts.passages[number].question,
        parts=split_parts(canvas.texts.passages[number].passage),
        panels=tuple(_make_panel(COMPONENTS, place, readings["embedding_pca"], canvas) for place in places),
    )


def _make_word(number: int, readings: Mapping[str, GroupArrays], canvas: TextCanvas) -> WordRow:
    its, reading = canvas.texts.words[number], readings["embedding_distance"]
    return WordRow(
        number=number,
        word=its.word,
        meanings={meaning: tuple(split_parts(text) for text in texts) for meaning, texts in its.sentences.items()},
        panels=tuple(_make_panel(kind, TextPlace(number), reading, canvas) for kind in DISTANCE_KINDS),
    )


def _make_panel(kind: TextKind, place: TextPlace, reading: GroupArrays, canvas: TextCanvas) -> TextPanel:
    word, ours, reader = reading.word_of(*kind.needs), canvas.arrays[kind.group], canvas.readers[place.reader]
    with np.errstate(all="ignore"):  # a hostile array may hold numbers that overflow
        theirs = kind.draw(reading.arrays, ours, place) if word == "agrees" else None
    ends = kind.compute_scale(ours, place) if kind.compute_scale else None
    return TextPanel(
        title=Bilingual(en=kind.en.format(place=place, reader=reader), zh=kind.zh.format(place=place, reader=reader)),
        theirs=theirs,
        canonical=canvas.halves[kind, place],
        absent=AGREEMENT_WORDS[word].label,
        scale=(f"{ends[0]:.2g}", f"{ends[1]:.2g}") if ends else None,
    )
