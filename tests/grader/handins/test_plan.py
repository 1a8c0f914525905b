"""What counts as a change of an official cell, and what does not."""

import copy
from typing import Any

import nbformat
import pytest

from assignment.sheet.official import hash_source
from grader.handins.plan import Plan, compare_notebooks


def official(name: str, source: str) -> Any:
    return nbformat.v4.new_code_cell(source, metadata={"hw9": {"official": True, "name": name}})


@pytest.fixture
def released() -> Any:
    cells = [
        nbformat.v4.new_markdown_cell("# Homework"),
        official("setup", "import os\nx = 1"),
        official("lime", "lime()"),
        nbformat.v4.new_code_cell("# scratch"),
        official("saliency", "saliency()"),
    ]
    return nbformat.v4.new_notebook(cells=cells)


def plan_after(released: Any, change: Any) -> Plan:
    notebook = copy.deepcopy(released)
    change(notebook.cells)
    return compare_notebooks(notebook, released)


def test_released_notebook_is_intact(released: Any) -> None:
    plan = compare_notebooks(released, released)
    assert plan.is_intact
    assert len(plan.released) == 3
    assert plan.first_departure is None


@pytest.mark.parametrize("source", ["import os\r\nx = 1", "import os   \nx = 1\t", "import os\nx = 1\n\n"])
def test_line_ends_and_trailing_space_change_nothing(released: Any, source: str) -> None:
    plan = plan_after(released, lambda cells: cells[1].update(source=source, outputs=[{"a": 1}], execution_count=7))
    assert plan.is_intact
    assert plan.first_departure is None


@pytest.mark.parametrize("source", ["import os\nx = 2", "import os\n x = 1", "", "import os\n\nx = 1"])
def test_another_source_is_an_edit(released: Any, source: str) -> None:
    plan = plan_after(released, lambda cells: cells[1].update(source=source))
    assert (plan.edited, plan.missing, plan.first_departure) == (("setup",), (), 1)


def test_added_and_scratch_cells_are_free(released: Any) -> None:
    plan = plan_after(released, lambda cells: cells.insert(2, nbformat.v4.new_code_cell("mine")))
    assert plan.is_intact
    assert plan.first_departure == 2
    plan = plan_after(released, lambda cells: cells[3].update(source="try()"))
    assert plan.is_intact
    assert plan.first_departure == 3


def test_missing_and_moved_cells_are_named(released: Any) -> None:
    assert plan_after(released, lambda cells: cells.pop(2)).missing == ("lime",)
    assert plan_after(released, lambda cells: cells.insert(1, cells.pop(4))).moved == ("saliency",)


def test_cell_that_lost_its_metadata_is_known_by_its_source(released: Any) -> None:
    assert plan_after(released, lambda cells: [cell.update(metadata={}) for cell in cells]).is_intact


def test_copied_cell_is_named_and_the_unchanged_one_counts(released: Any) -> None:
    plan = plan_after(released, lambda cells: cells.insert(2, official("lime", "lime(other)")))
    assert (plan.doubled, plan.edited) == (("lime",), ())


def test_hostile_metadata_is_no_name(released: Any) -> None:
    for mark in (7, [], {"official": "yes", "name": "lime"}, {"official": True, "name": 3}, {"official": True}):
        assert plan_after(released, lambda cells, mark=mark: cells[2].update(metadata={"hw9": mark})).is_intact


def test_code_and_text_with_the_same_words_differ() -> None:
    assert hash_source(nbformat.v4.new_code_cell("x")) != hash_source(nbformat.v4.new_markdown_cell("x"))
