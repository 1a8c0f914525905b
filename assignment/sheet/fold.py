"""Width folded: full-width signs and other compatible forms as the plain ones, in a time that grows with the text."""

import unicodedata

MOST_MARKS = 30  # in a row, as in Unicode's stream-safe text; to put n of them in order takes n * n steps


def fold_width(text: str) -> str:
    """Return a text in Unicode's form NFKC, but for combining marks beyond the 30th in a row, which are dropped.

    >>> fold_width("ａｎｓｗｅｒｓ = {}"), len(fold_width("a" + "\u0323\u0301" * 1000)) < 40
    ('answers = {}', True)
    """
    if text.isascii():
        return text
    kept, marks = [], 0
    for sign in text:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= MOST_MARKS:
            kept.append(sign)
    return unicodedata.normalize("NFKC", "".join(kept))
