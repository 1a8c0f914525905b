"""The way of a hand-in along the released notebook: which cells are taken from the trunk, which are run on a branch.

Released code cells are numbered from 0, those without a word left out, which no kernel is asked to run. Point p is the
state before cell p; the last point is the state after all of them. A hand-in's cell that is the next released one is
taken from the trunk. At any other a branch leaves the trunk: cells of the student's own, which stand for released
scratch, TODO or answers cells or between others, may lead back to the next unchanged cell. An official cell or a figure
that was edited, is missing or stands elsewhere does not: the rest is run on the branch.
"""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import NonNegativeInt

from assignment.records import Record
from assignment.sheet.cell import is_answers_cell
from assignment.sheet.official import cell_name, hash_source, match_cells
from grader.handins.own_cells import SCRATCH


@dataclass(frozen=True)
class Taken:
    """An unchanged cell, by its index among all cells of the hand-in, and which released code cell it is."""

    cell: int
    number: int


@dataclass(frozen=True)
class Own:
    """Cells that are run on a branch, by their indices; () where a released cell is left out and nothing added.

    point: where the branch leaves the trunk. back: the point whose state it must have come to, to go on in the trunk;
    None: no cell of the trunk follows, or none may.
    """

    cells: tuple[int, ...]
    point: int
    back: int | None = None


Step = Taken | Own


class Sharing(Record):
    """What a class needs of a run of the released notebook that its hand-ins share.

    A point is the state before a released code cell, by the number of that cell.
    """

    leave: tuple[NonNegativeInt, ...]  # points at which a hand-in departs
    compare: tuple[tuple[NonNegativeInt, NonNegativeInt], ...]  # such a point, and one at which it would go on


class Trunk:
    """The code cells of a released notebook, as hand-ins are laid beside them."""

    def __init__(self, released: Any) -> None:
        cells = [released.cells[index] for index in list_executed(released)]
        self.sources = tuple(str(cell.source) for cell in cells)
        self.digests = tuple(map(hash_source, cells))
        self.official = {name: hash_source(cell) for cell in cells if (name := cell_name(cell)) is not None}
        self.is_open = tuple(cell_name(cell) is None and _is_open(cell.source) for cell in cells)

    @cached_property
    def trees(self) -> Mapping[int, str]:
        """What the sources are as Python, by number; only of those that are."""
        return {number: tree for number, one in enumerate(self.sources) if (tree := _dump(one)) is not None}

    def is_same(self, cell: Any, number: int) -> bool:
        """Tell whether a cell does what the released one does: an editor may have changed what no Python sees."""
        if cell.source == self.sources[number]:
            return True
        return hash_source(cell) == self.digests[number] and _dump(cell.source) == self.trees.get(number, "")


def list_executed(notebook: Any) -> tuple[int, ...]:
    """Return the indices of the cells that a kernel is asked to run."""
    return tuple(index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.source.strip())


def walk(notebook: Any, trunk: Trunk) -> tuple[Step, ...]:
    """Return the way of a hand-in (parsed, format 4), as it is where every branch leads back that may.

    Each of its code cells with a word in it is in exactly one step, in their order. A step that may not lead back is
    the last.
    """
    indices, steps, point, at = list_executed(notebook), list[Step](), 0, 0
    official = {index for index, _ in match_cells(notebook, trunk.official)[0].values()}
    while at < len(indices):
        if point < len(trunk.sources) and trunk.is_same(notebook.cells[indices[at]], point):
            steps.append(Taken(indices[at], point))
            at, point = at + 1, point + 1
            continue
        found = _find_return(notebook, indices[at:], trunk, point, official)
        if found is None:
            return (*steps, Own(indices[at:], point))
        own, back = found
        steps.append(Own(indices[at : at + own], point, back))
        at, point = at + own, back
    return tuple(steps) if point == len(trunk.sources) else (*steps, Own((), point))


def list_cells(steps: Iterable[Step]) -> tuple[int, ...]:
    """Return the cells of the hand-in that are in the steps."""
    return tuple(cell for step in steps for cell in ((step.cell,) if isinstance(step, Taken) else step.cells))


def find_sharing(ways: Iterable[tuple[Step, ...]]) -> Sharing:
    """Return what the ways of a class need of the trunk."""
    own = [step for way in ways for step in way if isinstance(step, Own)]
    backs = {(step.point, step.back) for step in own if step.back is not None}
    return Sharing(leave=tuple(sorted({step.point for step in own})), compare=tuple(sorted(backs)))


def _find_return(
    notebook: Any, indices: tuple[int, ...], trunk: Trunk, point: int, official: set[int]
) -> tuple[int, int] | None:
    """Return how many of the cells are the student's own before one that is released, and the point before that.

    None where there is no such cell, or what is left out or changed before it is more than the student's own.
    """
    last = next((one for one in range(point, len(trunk.sources)) if not trunk.is_open[one]), len(trunk.sources) - 1)
    for own, index in enumerate(indices):
        for number in range(point, last + 1):
            if trunk.is_same(notebook.cells[index], number):
                return own, number
        if index in official:
            return None
    return None


def _is_open(source: str) -> bool:
    return source.startswith(SCRATCH) or is_answers_cell(source)


def _dump(source: str) -> str | None:
    """Return what a source is as Python, None where it is none."""
    try:
        return ast.dump(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
