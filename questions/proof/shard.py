"""A Shard: one of the parts into which long work is cut, so that several machines share it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Shard:
    """Part `number` of `count`, from 1; the whole is part 1 of 1."""

    number: int = 1
    count: int = 1

    @property
    def whole(self) -> bool:
        """Whether there is no other part."""
        return self.count == 1

    def pick(self, items: Sequence[Item]) -> tuple[Item, ...]:
        """Return every `count`-th item from the own one on: what is alike lies side by side and is dealt out evenly.

        >>> [Shard(number, 3).pick("abcdefg") for number in (1, 2, 3)]
        [('a', 'd', 'g'), ('b', 'e'), ('c', 'f')]
        """
        return tuple(items[self.number - 1 :: self.count])


def parse_shard(text: str) -> Shard:
    """Return the part that is written as k/n; ValueError with what was expected.

    >>> parse_shard("2/4")
    Shard(number=2, count=4)
    """
    number, _, count = text.partition("/")
    if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        raise ValueError(f"{text!r}; expected k/n, part k of n, such as 2/4")
    return Shard(int(number), int(count))
