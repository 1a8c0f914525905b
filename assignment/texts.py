"""The texts of the BERTs: sentences with a word to predict, passages with a question, sentences that share a word.

`texts.yaml` marks words in the text itself: [word] is what is asked about, (word) what it goes with. Words are counted
from 0, and a mark of punctuation counts as one, as BERT's own splitting does.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from assignment.fixable import load_yaml, parse_as
from assignment.records import Record

_WORD = re.compile(r"\w+|[^\w\s]")
_MARK = re.compile(r"[\[\]()]")
Link = Literal["coreference", "agreement"]
Span = tuple[int, int]  # first and last word, both counted in


def split_words(text: str) -> list[str]:
    """Return the words of a text without marks, in small letters.

    >>> split_words("The (keys) [are] old.")
    ['the', 'keys', 'are', 'old', '.']
    """
    return _WORD.findall(_MARK.sub("", text).lower())


def find_marked(text: str, marks: str = "[]") -> Span:
    """Return the first and last word between two marks; ValueError where they are not there once.

    >>> find_marked("Lucy bought [a white map] today."), find_marked("The (keys) [are] old.", "()")
    ((2, 4), (1, 1))
    """
    first, last = marks[0], marks[1]
    if text.count(first) != 1 or text.count(last) != 1 or text.index(first) > text.index(last):
        raise ValueError(f"{text!r}: expected {first}one word or more{last}, once")
    before, inside = len(split_words(text[: text.index(first)])), len(split_words(text[: text.index(last)]))
    if before == inside:
        raise ValueError(f"{text!r}: nothing between {first} and {last}; expected a word")
    return before, inside - 1


def _check_marked(text: str) -> str:
    find_marked(text)
    return text


Marked = Annotated[str, AfterValidator(_check_marked)]


class SentenceText(Record):
    """A sentence with a [hidden] word, a word that it goes with (also), and words that may stand in its place.

    link: how the two are linked in grammar, where they are.
    """

    text: Marked
    candidates: Annotated[tuple[str, ...], Field(min_length=2, max_length=3)]
    link: Link | None = None

    @model_validator(mode="after")
    def _check(self) -> "SentenceText":
        find_marked(self.text, "()")
        if self.candidates[0] != self.words[self.hidden]:
            raise ValueError(f"candidates: {self.candidates[0]!r}; expected the hidden word first")
        return self

    @property
    def plain(self) -> str:
        """The sentence without marks."""
        return _MARK.sub("", self.text)

    @property
    def words(self) -> list[str]:
        """Its words, in small letters."""
        return split_words(self.text)

    @property
    def hidden(self) -> int:
        """The number of the hidden word."""
        return find_marked(self.text)[0]

    @property
    def also(self) -> int:
        """The number of the word that it goes with."""
        return find_marked(self.text, "()")[0]


class PassageText(Record):
    """A question and a passage in which the answer is marked."""

    question: str
    passage: Marked

    @property
    def pair(self) -> tuple[str, str]:
        """The question and the passage without marks."""
        return self.question, _MARK.sub("", self.passage)

    @property
    def answer(self) -> Span:
        """The words of the passage that answer."""
        return find_marked(self.passage)

    @property
    def support(self) -> Span:
        """The words of the sentence in which the answer lies, its full stop counted in."""
        words, (first, last) = split_words(self.passage), self.answer
        start = max((i + 1 for i in range(first) if words[i] == "."), default=0)
        return start, words.index(".", last)


class WordSet(Record):
    """Sentences that share a [word], by what it means there."""

    word: str
    sentences: Mapping[str, tuple[Marked, ...]]

    @property
    def rows(self) -> list[tuple[str, int, int]]:
        """Of each sentence the text without marks, the number of the word, and the number of its meaning."""
        return [
            (_MARK.sub("", text), find_marked(text)[0], number)
            for number, texts in enumerate(self.sentences.values())
            for text in texts
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
