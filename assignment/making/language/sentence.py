"""A Sentence: words with the ground truth about them; a Draft: the same while it is written."""

from dataclasses import dataclass, field

from assignment.making.language.words import PROPER

STOPS = (".", "?", ",")
FULL_STOPS = (".", "?")


@dataclass(frozen=True)
class Link:
    """What one word has to do with an earlier one: a pronoun with its antecedent, a verb with its subject."""

    kind: str  # coreference, agreement
    word: int
    to: int


@dataclass(frozen=True)
class Sentence:
    """One or two sentences in lower case, a full stop being a word, and what is true of them.

    phenomenon: what they are about. targets: words that the others determine, each if it alone is hidden. links: pairs
    of words. senses: the meaning of each word that has two. All numbers are indices into `words`.
    """

    phenomenon: str
    words: tuple[str, ...]
    targets: tuple[int, ...] = ()
    links: tuple[Link, ...] = ()
    senses: tuple[tuple[int, str], ...] = ()

    @property
    def text(self) -> str:
        """The text with capitals, as a person writes it."""
        return to_text(self.words)


def to_text(words: tuple[str, ...]) -> str:
    """Write words as a text.

    >>> to_text(("anna", "slept", ".", "she", "felt", "ill", "."))
    'Anna slept. She felt ill.'
    """
    text, opens = "", True
    for word in words:
        space = "" if not text or word in STOPS else " "
        text += space + (word.capitalize() if opens or word in PROPER else word)
        opens = word in FULL_STOPS
    return text


@dataclass
class Draft:
    """A sentence while it is written, word by word."""

    words: list[str] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    senses: list[tuple[int, str]] = field(default_factory=list)

    def add(self, text: str) -> int:
        """Add words that stand apart by blanks; return the index of the last one."""
        self.words.extend(text.split())
        return len(self.words) - 1

    def add_target(self, word: str) -> int:
        """Add a word that the rest of the sentence determines."""
        self.targets.append(self.add(word))
        return self.targets[-1]

    def link(self, kind: str, word: int, to: int) -> None:
        """Note that a word belongs to an earlier one."""
        self.links.append(Link(kind, word, to))

    def finish(self, phenomenon: str) -> Sentence:
        """Return the finished sentence."""
        return Sentence(phenomenon, tuple(self.words), tuple(self.targets), tuple(self.links), tuple(self.senses))
