"""Which official cells a notebook kept: its own beside the released one.

An official cell is known by the name in its metadata and by the hash of its source. Line ends, white space at line
ends and empty lines at the end do not count, nor do outputs; cells may be added anywhere.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assignment.assignment import Bilingual

SECTION = "hw9"
HOW = {"edited": "被修改", "missing": "不見了", "moved": "被移動", "doubled": "重複"}


@dataclass(frozen=True)
class OfficialCells:
    """Hashes of the official cells that are there unchanged, in their order; names of those that are not as released.

    edited: the source is another; missing: not there; moved: elsewhere in the order; doubled: on more than one cell.
    """

    released: tuple[str, ...]
    edited: tuple[str, ...]
    missing: tuple[str, ...]
    moved: tuple[str, ...]
    doubled: tuple[str, ...]

    def describe(self) -> Iterator[Bilingual]:
        """Yield a sentence for each cell that is not as it was released."""
        for how, zh in HOW.items():
            for name in getattr(self, how):
                yield Bilingual(en=f"official cell {name!r} is {how}", zh=f"官方儲存格 {name!r} {zh}")


def compare_official(notebook: Any, released: Any) -> OfficialCells:
    """Compare a notebook's official cells with the released ones (both parsed, format 4)."""
    official = {name: hash_source(cell) for cell in released["cells"] if (name := cell_name(cell)) is not None}
    theirs, doubled = match_cells(notebook, official)
    return OfficialCells(
        released=tuple(digest for name, (_, digest) in theirs.items() if digest == official[name]),
        edited=tuple(name for name in official if name in theirs and theirs[name][1] != official[name]),
        missing=tuple(name for name in official if name not in theirs),
        moved=_find_moved(list(theirs), list(official)),
        doubled=doubled,
    )


def hash_source(cell: Any) -> str:
    """Return the sha256 of a cell's kind and source, without what an editor changes on its own."""
    lines = [
        line.rstrip() for line in str(cell.get("source", "")).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ]
    text = json.dumps([cell.get("cell_type"), "\n".join(lines).rstrip("\n")])
    return hashlib.sha256(text.encode()).hexdigest()


def cell_name(cell: Any) -> str | None:
    """Return an official cell's name, or None."""
    mark = cell.get("metadata", {}).get(SECTION)
    if not isinstance(mark, dict) or mark.get("official") is not True:
        return None
    name = mark.get("name")
    return name if isinstance(name, str) and name else None


def match_cells(notebook: Any, official: dict[str, str]) -> tuple[dict[str, tuple[int, str]], tuple[str, ...]]:
    """Return for each official name the index and hash of its cell, in their order, and the names on several cells.

    A cell without the metadata counts by its hash: some tools drop metadata. Of several cells with a name the
    unchanged one counts.
    """
    by_hash = {digest: name for name, digest in official.items()}
    theirs: dict[str, tuple[int, str]] = {}
    doubled = []
    for index, cell in enumerate(notebook["cells"]):
        digest = hash_source(cell)
        name = cell_name(cell)
        if official.get(name or "") != digest:
            name = by_hash.get(digest, name)
        if name is None or name not in official:
            continue
        if name in theirs:
            doubled.append(name)
        if name not in theirs or theirs[name][1] != official[name]:
            theirs.pop(name, None)
            theirs[name] = (index, digest)
    return theirs, tuple(dict.fromkeys(doubled))


def _find_moved(theirs: list[str], official: list[str]) -> tuple[str, ...]:
    """Return the fewest names that must be moved to restore the order.

    >>> _find_moved(["a", "c", "b", "d"], ["a", "b", "c", "d"])
    ('b',)
    """
    rank = {name: number for number, name in enumerate(official)}
    chains: list[list[str]] = []  # for each cell the longest rising chain that ends with it
    for name in theirs:
        before = [chain for chain in chains if rank[chain[-1]] < rank[name]]
        chains.append([*max(before, key=len, default=[]), name])
    kept = max(reversed(chains), key=len, default=[])
    return tuple(name for name in theirs if name not in kept)
