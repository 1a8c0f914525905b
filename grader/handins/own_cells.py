"""A hand-in's own code cells and where they stand, so that a person can tell an override from honest scratch work.

A cell acts on what is executed after it. One before the set-up, or directly after an official cell, where the release
has none, may replace what that cell gave; a scratch cell is where it was asked for. Where a cell stands proves nothing
of what it does: it is shown to staff and changes no points.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from assignment.records import Record
from assignment.sheet.cell import is_answers_cell
from assignment.sheet.official import cell_name, hash_source

OwnKind = Literal["added", "changed"]
OwnPlace = Literal["before_setup", "after_official", "scratch", "elsewhere"]
SCRATCH = ("# scratch", "# TODO")  # how the released cells begin that students change


class OwnCell(Record):
    """A code cell that is neither an official one nor as released; the answers where they belong are none."""

    cell: int = Field(description="which one (from 0, all cells counted)")
    kind: OwnKind = Field(description="`changed` where it stands for a released cell, else `added`")
    place: OwnPlace = Field(
        description="`before_setup`, `after_official` (directly after an official cell, or after cells that are), "
        "`scratch` (behind an unchanged released cell, where the release has a scratch cell) or `elsewhere`"
    )
    after: str | None = Field(description="the official cell before it")


@dataclass(frozen=True)
class _Free:
    """A released code cell that is no official one."""

    name: str  # the id that most editors keep
    digest: str
    first_line: str  # for those that do not
    is_scratch: bool


_Gaps = Mapping[str | None, tuple[_Free, ...]]  # by the official cell before them


def find_own_cells(notebook: Any, released: Any, official: Mapping[int, str]) -> tuple[OwnCell, ...]:
    """Return a hand-in's own cells, in their order (both notebooks parsed, format 4).

    official: which of the hand-in's cells count as which official one, by index, edited ones too.
    """
    return tuple(_walk(notebook, _find_free(released), official))


def _find_free(released: Any) -> _Gaps:
    """Return the released free cells by the official cell before them."""
    free: dict[str | None, tuple[_Free, ...]] = {None: ()}
    after = None
    for cell in _list_code(released):
        if (name := cell_name(cell)) is not None:
            after = name
            free[name] = ()
        else:
            scratch = cell.source.startswith(SCRATCH) or is_answers_cell(cell.source)
            its = _Free(cell.get("id", ""), hash_source(cell), _find_first_line(cell), scratch)
            free[after] = (*free[after], its)
    return free


def _walk(notebook: Any, free: _Gaps, official: Mapping[int, str]) -> Iterator[OwnCell]:
    """Yield the own cells; `place` is that of a cell which stands where the walk is."""
    setup = next((name for name in free if name is not None), None)
    released = {one.digest for its in free.values() for one in its}
    after: str | None = None
    place: OwnPlace = "before_setup" if setup in official.values() else "elsewhere"
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        if index in official:
            after = official[index]
            place = "after_official" if place != "before_setup" or after == setup else place
            continue
        digest = hash_source(cell)
        answers = place == "scratch" and is_answers_cell(cell.source)
        if digest not in released and not answers:
            yield OwnCell(cell=index, kind=_find_kind(cell, free[after]), place=place, after=after)
        if digest in {one.digest for one in free[after]} and place != "before_setup":  # a changed one may be a decoy
            place = "scratch" if any(one.is_scratch for one in free[after]) else "elsewhere"


def _find_kind(cell: Any, free: Iterable[_Free]) -> OwnKind:
    """Tell whether a cell stands for a released one: where it lies and by the id or the first line of that."""
    first = _find_first_line(cell)
    same = (one for one in free if one.name == cell.get("id") or one.first_line == first != "")
    return "added" if next(same, None) is None else "changed"


def _list_code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _find_first_line(cell: Any) -> str:
    return str(cell.source).strip().partition("\n")[0].rstrip()
