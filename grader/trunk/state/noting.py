"""What a cell is handed in place of the real thing, to note what it asks for."""

from collections.abc import Iterator, Mapping
from typing import Any

from grader.trunk.state.code import ALL


class NotingNames(dict[str, Any]):
    """Names that a cell got of `globals()`: notes which it asks for, all where it asks in another way.

    It holds nothing itself: what reaches past these methods finds no name, and the cell gives another result.
    """

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.names, self.asked = names, set[str]()

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return self.names[name]

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return name in self.names

    def get(self, name: str, default: Any = None) -> Any:
        """Return what a name is bound to."""
        self.asked.add(name)
        return self.names.get(name, default)

    def __iter__(self) -> Iterator[str]:
        self.asked.add(ALL)
        return iter(self.names)

    def __len__(self) -> int:
        self.asked.add(ALL)
        return len(self.names)

    def keys(self) -> Any:
        """Return all names."""
        self.asked.add(ALL)
        return self.names.keys()

    def values(self) -> Any:
        """Return all that is bound."""
        self.asked.add(ALL)
        return self.names.values()

    def items(self) -> Any:
        """Return all names and what they are bound to."""
        self.asked.add(ALL)
        return self.names.items()


class NotingHistory(list[str]):
    """The sources that a shell has run; notes whether a cell looks at them."""

    looked = False

    def __iter__(self) -> Iterator[str]:
        self.looked = True
        return super().__iter__()

    def __getitem__(self, index: Any) -> Any:
        self.looked = True
        return super().__getitem__(index)
