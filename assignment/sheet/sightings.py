"""Where an answer stands in a cell's text, in whatever form: the net below the reading.

What was read needs it not. A question that was left blank, but whose id stands somewhere with letters behind it, was
answered in a way that was not followed, or meant to be left out; that is for a person to say.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assignment.sheet.asked import Asked
from assignment.sheet.fold import fold_width
from assignment.sheet.letters import find_letters

_VALUE = r"""[^\w\n"']{0,4}["']\s*([a-z](?:[^"'\n]{0,60}))["']"""


@dataclass(frozen=True)
class Sighting:
    """An answer that stands in a cell: which question's, where, and as what."""

    question: str
    cell: int
    written: str


@dataclass(frozen=True)
class Net:
    """What finds the answers to some questions in a text."""

    pattern: re.Pattern[str]
    by_parts: dict[tuple[str, int], Asked]

    def find(self, index: int, source: str) -> list[Sighting]:
        """Return the answers that stand in a cell."""
        found = []
        for match in self.pattern.finditer(fold_width(source).casefold()):
            one = self.by_parts.get((_plain(match[1]), int(match[2])))
            if one is not None and find_letters(match[3], one.letters):
                found.append(Sighting(one.id, index, " ".join(match[0].split())[:80]))
        return found


def make_net(asked: Sequence[Asked]) -> Net:
    """Return the net for some questions.

    >>> net = make_net([Asked("lime-1", 1, "abcd")])
    >>> [one.written for one in net.find(0, 'x = {"LIME_1": ["a"]}  # f(lime1="b"), lime-1: "score"')]
    ['lime_1": ["a"', 'lime1="b"']
    """
    by_parts = {}
    names = set()
    for one in asked:
        name, _, number = one.id.rpartition("-")
        by_parts[_plain(name), int(number)] = one
        names.add(r"[\W_]{0,2}".join(map(re.escape, name.casefold().split("_"))))
    known = "|".join(sorted(names, key=len, reverse=True))
    return Net(re.compile(rf"(?<![^\W_])({known})[\W_]{{0,3}}0*(\d{{1,3}})(?!\w)[\"'\]) \t]*[:=,]{_VALUE}"), by_parts)


def _plain(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())
