"""A dictionary as far as it is known, and the literals that it is known from."""

import ast
from dataclasses import dataclass, field

from assignment.assignment import Bilingual
from assignment.sheet.say import say_expected

FORM = 'answers = {"lime-1": "ac", ...}'
MOST_NUMBER = 10_000  # of a question; thousands of digits could not even be shown
MOST_ITEMS = 400  # of a dictionary


class Illegible:
    """Stands for a question or a value that is written as anything but letters, or a list of them."""


@dataclass(frozen=True)
class Item:
    """A value as it was written, where, and what it is; `twice`: its question stood before in the same braces."""

    value: object
    written: str
    cell: int
    twice: bool = False


@dataclass
class Table:
    """One dictionary: its items by their keys, and why the others are not known, where that is so."""

    items: dict[object, Item] = field(default_factory=dict)
    spoiled: Bilingual | None = None

    def spoil(self, reason: Bilingual) -> None:
        """Forget everything: nothing of it is certain any more."""
        self.items.clear()
        self.spoiled = reason

    def put(self, key: object, item: Item) -> None:
        """Set one item."""
        self.items[key] = item
        if len(self.items) > MOST_ITEMS:
            self.spoil(say_expected(item.cell, f"more than {MOST_ITEMS} items", f"超過 {MOST_ITEMS} 項", FORM))

    def merge(self, other: "Table") -> None:
        """Set all items of another dictionary."""
        if other.spoiled is not None:
            self.spoil(other.spoiled)
        for key, item in list(other.items.items()):
            self.put(key, item)


def find_key(node: object) -> object:
    """Return a text or a whole number that stands in the source; Illegible for anything else."""
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool) and value < MOST_NUMBER):
        return value
    return Illegible()


def find_literal(node: ast.expr) -> object:
    """Return a text, or a list of texts, that stands in the source; Illegible for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        parts = [part.value for part in node.elts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        return parts if len(parts) == len(node.elts) else Illegible()
    return Illegible()
