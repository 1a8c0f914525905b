"""A Phrase: what a measure's number is called in both languages, its arguments in braces, and the theme it serves."""

from dataclasses import dataclass

from questions.themes import Theme


@dataclass(frozen=True)
class Phrase:
    """The name of a number, and the theme that it is about in the first place."""

    en: str
    zh: str
    theme: Theme | None = None
