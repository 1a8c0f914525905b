"""What is asked: which questions there are, and which one a key of the answers means, be it not written quite so."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assignment.assignment import Bilingual
from assignment.fixable import show_value

_PARTS = re.compile(r"(\D*)0*(\d{1,3})")
_NUMBER_WORDS = frozenset({"", "q", "question", "no", "number", "第題", "题", "題"})
LONG = 8  # letters of a name in which two slips may be, not one


@dataclass(frozen=True)
class Asked:
    """One question: its id, its number in the homework, and the letters of its choices."""

    id: str
    number: int
    letters: str


@dataclass(frozen=True)
class Meant:
    """Which question a key means; `exact` where it is written as it should be."""

    question: Asked
    exact: bool


def parse_asked(text: str) -> tuple[Asked, ...]:
    """Return the questions that a text lists in order, each as its id and its letters.

    >>> parse_asked("lime-1 abcd  lime-2 abc")
    (Asked(id='lime-1', number=1, letters='abcd'), Asked(id='lime-2', number=2, letters='abc'))
    """
    words = text.split()
    pairs = zip(words[::2], words[1::2], strict=True)
    return tuple(Asked(name, number, letters) for number, (name, letters) in enumerate(pairs, start=1))


def find_meant(keys: Iterable[object], asked: Sequence[Asked]) -> Mapping[object, Meant]:
    """Return which question each key means, without those for which more than one, or none, may be meant.

    Read are other signs between name and number, full-width letters and slips in a name that leave one question near;
    and the numbers of the homework, unless a question 0 says that somebody counted otherwise.
    """
    exact = {one.id.casefold(): one for one in asked}
    parts = {_split(one.id): one for one in asked}
    numbers = {one.number: one for one in asked}
    found: dict[object, Meant] = {}
    counted: dict[object, Meant] = {}
    zero = False
    for key in keys:
        if isinstance(key, str) and (one := exact.get(key.strip().casefold())):
            found[key] = Meant(one, exact=True)
            continue
        split = _split(key)
        if split is None:
            continue
        if split[0] in _NUMBER_WORDS:
            zero = zero or split[1] == 0
            if one := numbers.get(split[1]):
                counted[key] = Meant(one, exact=False)
        elif one := parts.get(split) or _find_near(split, parts):
            found[key] = Meant(one, exact=False)
    return found if zero else found | counted


def _split(key: object) -> tuple[str, int] | None:
    """Return a key as its letters and the number behind them, None where it is otherwise made.

    >>> _split("Embedding_PCA-01"), _split("第 3 題"), _split(7), _split("x")
    (('embeddingpca', 1), ('第題', 3), ('', 7), None)
    """
    if not isinstance(key, str | int) or isinstance(key, bool):
        return None
    if isinstance(key, int):
        return ("", key) if 0 <= key < 1000 else None
    text = "".join(sign for sign in unicodedata.normalize("NFKC", key[:80]).casefold() if sign.isalnum())
    text = text.removesuffix("題").replace("第", "第題", 1) if text.startswith("第") else text
    parts = _PARTS.fullmatch(text)
    return (parts[1], int(parts[2])) if parts is not None else None


def _find_near(split: tuple[str, int], parts: Mapping[tuple[str, int] | None, Asked]) -> Asked | None:
    names = {known[0] for known in parts if known is not None}
    near = [name for name in names if count_slips(split[0], name) <= (1 if len(name) < LONG else 2)]
    return parts.get((near[0], split[1])) if len(near) == 1 else None


def count_slips(one: str, other: str) -> int:
    """Return the fewest signs to add, drop, change or swap with the next that make one word of another.

    >>> count_slips("lmie", "lime"), count_slips("filter", "filters"), count_slips("embedding", "embeddingpca")
    (1, 1, 3)
    """
    if abs(len(one) - len(other)) > 2:
        return abs(len(one) - len(other))
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, sign in enumerate(one, start=1):
        above, before, row = before, row, [i]
        for j, its in enumerate(other, start=1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (sign != its))
            swapped = i > 1 and j > 1 and sign == other[j - 2] and one[i - 2] == its
            row.append(min(least, above[j - 2] + 1) if swapped else least)
    return row[-1]


def describe_unknown(key: object, written: str, asked: Sequence[Asked]) -> Bilingual:
    """Say that no question is meant, and which one is the nearest."""
    text = key if isinstance(key, str) else ""
    near = difflib.get_close_matches(text.strip().casefold()[:40], [one.id for one in asked], n=1, cutoff=0.5)
    shown = show_value(key if isinstance(key, str | int) else written)
    one = near[0] if near else asked[0].id
    near_en, near_zh = (f" (the nearest is {one})", f"（最接近的是 {one}）") if near else ("", "")
    return Bilingual(
        en=f"unknown question {shown}; expected an id such as {one}{near_en}",
        zh=f"沒有 {shown} 這一題；應為題目的代號，例如 {one}{near_zh}",
    )
