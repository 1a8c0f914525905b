r"""The texts of the BERTs: sentences with a word to predict, passages with a question, sentences that share a word.

`texts.yaml` marks words in the text itself: [word] is what is asked about, (word) what it goes with. A bracket that is
part of the text has a backslash before it: \[ and, between double quotes in YAML, \\[. Spans are in characters of the
text without marks, the end not counted in. Words are counted from 0 and are the same for every tokenizer: a mark of
punctuation is one, a Chinese character is one, and what stands between marks is one.
"""

import re
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from assignment.fixable import load_yaml, parse_as
from assignment.records import Record

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_HAN}]|[^\W{_HAN}]+|[^\w\s]")
_SIGN = re.compile(r"\\([\[\]()\\])|[\[\]()]")
_SENTENCE_END = re.compile(r"[.!?]+[\"'”’)]*(?=\s|$)|[。！？]+[」』”）]*")
Link = Literal["coreference", "agreement"]
Span = tuple[int, int]  # the first character, and the one after the last


class PlainText(str):
    """A text without its marks; `words` are the spans of its words, one for all that stood between two marks."""

    words: tuple[Span, ...] = ()


def find_words(text: str, held: Iterable[Span] = ()) -> tuple[Span, ...]:
    """Return the spans of the words of a text; each of `held` is one, whatever it holds.

    >>> find_words("Old keys."), find_words("吃蘋果"), find_words("吃蘋果", [(1, 3)])
    (((0, 3), (4, 8), (8, 9)), ((0, 1), (1, 2), (2, 3)), ((0, 1), (1, 3)))
    """
    whole = list(held)
    found = (match.span() for match in _WORD.finditer(text))
    return tuple(sorted([*whole, *(one for one in found if not any(_overlap(one, its) for its in whole))]))


def split_words(text: str) -> list[str]:
    """Return the words of a text without marks, in small letters.

    >>> split_words("The keys are old.")
    ['the', 'keys', 'are', 'old', '.']
    """
    return [text[start:end].lower() for start, end in find_words(text)]


def parse_marked(text: str, marks: str = "[") -> tuple[PlainText, list[Span]]:
    r"""Return the text without marks, and the span of each kind of mark; ValueError where one is not there once.

    >>> parse_marked("The (keys) [are] old.", "[(")
    ('The keys are old.', [(9, 12), (4, 8)])
    >>> parse_marked("It cost [5] (five) \\[sic\\].")
    ('It cost 5 (five) [sic].', [(8, 9)])
    """
    signs = "".join(mark + {"[": "]", "(": ")"}[mark] for mark in marks)
    places: dict[str, list[int]] = {sign: [] for sign in signs}
    plain, last = "", 0
    for match in _SIGN.finditer(text):
        plain, last = plain + text[last : match.start()], match.end()
        if match[0] in places:
            places[match[0]].append(len(plain))
        else:
            plain += match[1] or match[0]
    plain += text[last:]
    held = [_to_span(text, plain, mark, places) for mark in zip(signs[::2], signs[1::2], strict=True)]
    if len(held) > 1 and _overlap(held[0], held[1]):
        raise ValueError(f"{text!r}: marks within marks; expected {signs[:2]} and {signs[2:]} apart")
    found = PlainText(plain)
    found.words = find_words(plain, held)
    return found, held


def _to_span(text: str, plain: str, mark: tuple[str, str], places: Mapping[str, list[int]]) -> Span:
    (first, last), (starts, ends) = mark, (places[sign] for sign in mark)
    if len(starts) != 1 or len(ends) != 1 or starts[0] > ends[0]:
        hint = f"; a bracket of the text itself is written \\{first}" if starts or ends else ""
        raise ValueError(f"{text!r}: expected {first}one word or more{last}, once{hint}")
    inside = plain[starts[0] : ends[0]]
    if not inside.strip():
        raise ValueError(f"{text!r}: nothing between {first} and {last}; expected a word")
    span = starts[0] + len(inside) - len(inside.lstrip()), starts[0] + len(inside.rstrip())
    for start, end in find_words(plain):
        if _overlap((start, end), span) and not (span[0] <= start and end <= span[1]):
            raise ValueError(f"{text!r}: {first}{last} cut {plain[start:end]!r}; expected whole words between them")
    return span


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _check_marked(text: str, marks: str) -> str:
    parse_marked(text, marks)
    return text


Marked = Annotated[str, AfterValidator(partial(_check_marked, marks="["))]
TwiceMarked = Annotated[str, AfterValidator(partial(_check_marked, marks="[("))]


class SentenceText(Record):
    """A sentence with a [hidden] word, a word that it goes with (also), and words that may stand in its place.

    link: how the two are linked in grammar, where they are.
    """

    text: TwiceMarked
    candidates: Annotated[tuple[str, ...], Field(min_length=2, max_length=3)]
    link: Link | None = None

    @model_validator(mode="after")
    def _check(self) -> "SentenceText":
        if self.candidates[0].lower() != self.words[self.hidden]:
            raise ValueError(f"candidates: {self.candidates[0]!r}; expected the hidden word first")
        return self

    @property
    def _parsed(self) -> tuple[PlainText, list[Span]]:
        return parse_marked(self.text, "[(")

    @property
    def plain(self) -> PlainText:
        """The sentence without marks."""
        return self._parsed[0]

    @property
    def words(self) -> list[str]:
        """Its words, in small letters."""
        return [self.plain[start:end].lower() for start, end in self.plain.words]

    @property
    def hidden(self) -> int:
        """The number of the hidden word."""
        return self.plain.words.index(self._parsed[1][0])

    @property
    def also(self) -> int:
        """The number of the word that it goes with."""
        return self.plain.words.index(self._parsed[1][1])


class PassageText(Record):
    """A question and a passage in which the answer is marked."""

    question: str
    passage: Marked

    @property
    def pair(self) -> tuple[str, str]:
        """The question and the passage without marks."""
        return self.question, parse_marked(self.passage)[0]

    @property
    def answer(self) -> Span:
        """The part of the passage that answers."""
        return parse_marked(self.passage)[1][0]

    @property
    def support(self) -> Span:
        """The sentence of the passage in which the answer lies, its full stop counted in."""
        passage, (first, last) = self.pair[1], self.answer
        ends = [match.end() for match in _SENTENCE_END.finditer(passage)]
        start = max((end for end in ends if end <= first), default=0)
        return start, min((end for end in ends if end >= last), default=len(passage))

    @property
    def is_stopped(self) -> bool:
        """Tell whether a full stop, or its like, ends that sentence."""
        start, end = self.support
        return bool(_SENTENCE_END.search(self.pair[1][start:end]))


class WordSet(Record):
    """Sentences that share a [word], by what it means there."""

    word: str
    sentences: Mapping[str, tuple[Marked, ...]]

    @property
    def rows(self) -> list[tuple[PlainText, int, int]]:
        """Of each sentence the text without marks, the number of the word, and the number of its meaning."""
        return [
            (plain, plain.words.index(span), number)
            for number, texts in enumerate(self.sentences.values())
            for plain, (span,) in map(parse_marked, texts)
        ]


class Texts(Record):
    """The whole of `texts.yaml`."""

    attention: tuple[SentenceText, ...]
    passages: tuple[PassageText, ...]
    words: tuple[WordSet, ...]

    @model_validator(mode="after")
    def _check(self) -> "Texts":
        sizes = {one.word: len(one.rows) for one in self.words}
        if len(set(sizes.values())) > 1:
            raise ValueError(f"words: {sizes} sentences; expected as many for each word")
        return self


def load_texts(path: Path) -> Texts:
    """Read `texts.yaml`; FixableError with each fault and its place."""
    data: Any = load_yaml(path)
    return parse_as(Texts, data, str(path))
