"""The plan of a Run: which cells of a hand-in are the released ones, and where the notebook first departs from them.

An official cell is known by the name in its metadata and by the hash of its source. Line ends, white space at line
ends and empty lines at the end do not count, nor do outputs; cells may be added anywhere.
"""

from typing import Any

from assignment.records import Record
from grader.handins.official import cell_name, hash_source
from grader.handins.own_cells import OwnCell, find_own_cells


class Plan(Record):
    """What a hand-in kept of the released notebook: `plan.json`."""

    released: tuple[str, ...]  # hashes of the official cells that are there unchanged, in the order of the hand-in
    edited: tuple[str, ...]  # names of official cells whose source is another
    missing: tuple[str, ...]  # names of official cells that are not there
    moved: tuple[str, ...]  # names of official cells that stand elsewhere in the order
    doubled: tuple[str, ...]  # names that stand on more than one cell
    first_departure: (
        int | None
    )  # index of the first code cell that is not the next released code cell; None: no such cell
    own: tuple[OwnCell, ...] | None = None  # code cells beside the official ones, as added or changed; None: not looked

    @property
    def is_intact(self) -> bool:
        """Tell whether every official cell is there, unchanged and in its place."""
        return not (self.edited or self.missing or self.moved or self.doubled)


def compare_notebooks(notebook: Any, released: Any) -> Plan:
    """Compare a hand-in with the released notebook (both parsed, format 4)."""
    official = {name: hash_source(cell) for cell in released.cells if (name := cell_name(cell)) is not None}
    theirs, doubled = _match_cells(notebook, official)
    edited = tuple(name for name in official if name in theirs and theirs[name][1] != official[name])
    return Plan(
        released=tuple(digest for name, (_, digest) in theirs.items() if digest == official[name]),
        edited=edited,
        missing=tuple(name for name in official if name not in theirs),
        moved=_find_moved(list(theirs), list(official)),
        doubled=doubled,
        first_departure=_find_departure(notebook, released),
        own=find_own_cells(notebook, released, {index: name for name, (index, _) in theirs.items()}),
    )


def _match_cells(notebook: Any, official: dict[str, str]) -> tuple[dict[str, tuple[int, str]], tuple[str, ...]]:
    """Return for each official name the index and hash of its cell, in their order, and the names on several cells.

    A cell without the metadata counts by its hash: some tools drop metadata. Of several cells with a name the
    unchanged one counts.
    """
    by_hash = {digest: name for name, digest in official.items()}
    theirs: dict[str, tuple[int, str]] = {}
    doubled = []
    for index, cell in enumerate(notebook.cells):
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


def _find_departure(notebook: Any, released: Any) -> int | None:
    """Return the index of the first code cell that is not the next released code cell."""
    expected = [hash_source(cell) for cell in released.cells if cell.cell_type == "code"]
    found = [(index, hash_source(cell)) for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    for number, (index, digest) in enumerate(found):
        if number >= len(expected) or digest != expected[number]:
            return index
    return None
