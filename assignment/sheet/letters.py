"""The letters that a value names."""

import unicodedata
from collections.abc import Iterable

_SEPARATORS = frozenset(" \t\n,;、/+&|")
MOST_CHARACTERS = 100  # of a value


def find_letters(value: object, known: Iterable[str]) -> frozenset[str] | None:
    """Return the letters that a value names, None where it names none of `known` or is anything else.

    >>> [sorted(find_letters(value, "abcd")) for value in ("ac", " A, c ", ["a", "C"], "")]
    [['a', 'c'], ['a', 'c'], ['a', 'c'], []]
    >>> find_letters("ax", "abcd") is None, find_letters(3, "abcd") is None
    (True, True)
    """
    parts = value if isinstance(value, list) else [value]
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) < len(parts) or sum(len(text) for text in texts) > MOST_CHARACTERS:
        return None
    folded = unicodedata.normalize("NFKC", "".join(texts)).casefold()  # full-width letters too
    letters = frozenset(folded) - _SEPARATORS
    return letters if letters <= frozenset(known) else None
