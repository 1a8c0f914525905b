"""Where a hand-in's own cells stand: an override is told from scratch work by its place among the official cells."""

import copy
from collections.abc import Callable
from typing import Any

import nbformat
import pytest

from assignment.course import open_course
from grader.handins.notebook import parse_notebook
from grader.handins.plan import compare_notebooks

Change = Callable[[list[Any]], None]


@pytest.fixture(scope="module")
def released() -> Any:
    return parse_notebook(open_course().released.read_bytes())


def code(source: str, name: str | None = None) -> Any:
    metadata = {"hw9": {"official": True, "name": name}} if name else {}
    return nbformat.v4.new_code_cell(source, metadata=metadata)


def find(cells: list[Any], begin: str) -> int:
    """Return the place of the first code cell that begins so."""
    return next(at for at, cell in enumerate(cells) if cell.cell_type == "code" and cell.source.startswith(begin))


def places(released: Any, change: Change, *, ids: bool = True) -> list[tuple[str, str, str | None]]:
    """Return kind, place and the official cell before each own cell of a changed release."""
    notebook = copy.deepcopy(released)
    change(notebook.cells)
    for at, cell in enumerate(notebook.cells if not ids else ()):
        cell["id"] = f"other-{at}"
    return [(one.kind, one.place, one.after) for one in compare_notebooks(notebook, released).own or ()]


def insert(begin: str, source: str = "saliency = forged", *, behind: int = 1) -> Change:
    return lambda cells: cells.insert(find(cells, begin) + behind, code(source))


def edit(begin: str, more: str = "\nx = 1") -> Change:
    def change(cells: list[Any]) -> None:
        cell = cells[find(cells, begin)]
        cell["source"] = cell.source + more

    return change


def test_released_notebook_has_no_own_cells(released: Any) -> None:
    assert places(released, lambda _: None) == []
    assert places(released, lambda _: None, ids=False) == []


def test_filled_in_answers_are_no_own_cell_where_they_belong_and_one_elsewhere(released: Any) -> None:
    assert places(released, edit("answers = {")) == []
    moved = insert("# official: saliency", "answers = {'lime-1': 'a'}; saliency = forged")
    assert places(released, moved) == [("added", "after_official", "saliency")]


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (insert("# official: setup", behind=0), ("added", "before_setup", None)),
        (insert("# official: setup"), ("added", "after_official", "setup")),
        (insert("# official: lime"), ("added", "after_official", "lime")),
        (insert("# scratch 1", behind=0), ("added", "scratch", "lime")),
        (insert("# scratch 1"), ("added", "scratch", "lime")),
        (edit("# scratch 1"), ("changed", "scratch", "lime")),
        (edit("# TODO"), ("changed", "scratch", "embedding_pca")),
        (edit("show_lime("), ("changed", "after_official", "lime")),
        (insert("from assignment.assignment import"), ("added", "elsewhere", "pictures")),
        (insert("# official: bert"), ("added", "after_official", "bert")),
    ],
)
def test_own_cell_is_named_with_its_place(
    released: Any, change: Change, expected: tuple[str, str, str | None], ids: bool
) -> None:
    assert places(released, change, ids=ids) == [expected]


def test_cell_that_passes_for_a_released_one_hides_no_override_behind_it(released: Any) -> None:
    def change(cells: list[Any]) -> None:
        decoy = copy.deepcopy(cells[find(cells, "show_maps(")])
        decoy["source"] = decoy.source + "\npass"
        insert("# official: saliency")(cells)
        cells.insert(find(cells, "# official: saliency") + 1, decoy)

    expected = [("changed", "after_official", "saliency"), ("added", "after_official", "saliency")]
    assert places(released, change) == expected


def test_edited_official_cell_is_no_own_cell_and_a_second_one_is(released: Any) -> None:
    assert places(released, edit("# official: lime")) == []

    def double(cells: list[Any]) -> None:
        cells.insert(find(cells, "# official: lime") + 1, code("lime = forged", "lime"))

    assert places(released, double) == [("added", "after_official", "lime")]


def test_without_the_set_up_nothing_stands_before_it(released: Any) -> None:
    def change(cells: list[Any]) -> None:
        del cells[find(cells, "# official: setup")]
        cells.insert(0, code("x = 1"))

    assert places(released, change) == [("added", "elsewhere", None)]
