"""An Item: one question as the lint rules see it, with its right letters and what mutants do to its wrong choices."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from questions.question import Question

Flaw = tuple[str, str, str]  # question id ("" for the bank), letter ("" for the stem), what it is; expected what


@dataclass(frozen=True)
class Item:
    """A question; `right` is None where its key is unknown, `flipped` (mutants by wrong letter) where none ran."""

    question: Question
    right: frozenset[str] | None = None
    flipped: Mapping[str, int] | None = None

    @property
    def wrong(self) -> frozenset[str]:
        """The letters that are not right; all of them where the key is not known."""
        return frozenset(self.question.choices) - (self.right or frozenset())


def in_each(find: Callable[[Item], Iterable[tuple[str, str]]]) -> Callable[[Sequence[Item]], Iterator[Flaw]]:
    """Turn a rule about one item, which yields (letter, fault), into a rule about a bank."""

    def judge_all(items: Sequence[Item]) -> Iterator[Flaw]:
        for item in items:
            yield from ((item.question.id, letter, fault) for letter, fault in find(item))

    return judge_all


def list_asked(item: Item) -> Iterator[tuple[str, str, str, str]]:
    """Yield what a student reads of a question: letter ("" for the stem), place, language, text."""
    for language in ("en", "zh"):
        yield from (("", place, language, getattr(text, language)) for place, text in item.question.list_stem())
        for letter, choice in item.question.choices.items():
            yield letter, "say", language, getattr(choice.say, language)
