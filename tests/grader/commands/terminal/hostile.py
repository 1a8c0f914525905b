"""Texts that mean harm where they are shown, and what of them must not be seen again."""

import unicodedata

HOSTILE = "[red]\x1b]0;OWNED\x07\x1b[31m\x9b2J\u202eX\u2066\u200f\u061c:smile:\u2028\x7f"
ACTING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}  # bidi classes
MARKS = "\u200e\u200f\u061c"  # turn what is beside them, and are not drawn


def find_acting(text: str) -> set[str]:
    """Return the characters that control a terminal or turn a line around; tabs and line ends do not."""
    return {
        sign
        for sign in set(text) - {"\n", "\t"}
        if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(sign) in ACTING
        or sign in MARKS
    }
