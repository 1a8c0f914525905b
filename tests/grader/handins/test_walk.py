"""The way of a hand-in along the released notebook."""

from collections.abc import Sequence
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from assignment.course import open_course
from grader.handins.notebook import parse_notebook
from grader.handins.walk import Own, Sharing, Step, Taken, Trunk, find_sharing, list_cells, list_executed, walk

SOURCES = {
    "setup": "import numpy as np",
    "lime": "weights = np.ones(3)",
    "figure": "print(weights)",
    "scratch": "# scratch 1\nx = 1",
    "todo": "# TODO\nx = 2",
    "saliency": "maps = np.ones(4)",
    "answers": "answers = {}",
    "look": "print(maps)",
}
OFFICIAL = ("setup", "lime", "saliency")
NAMES = tuple(SOURCES)


def make(cells: Sequence[str | tuple[str, str]]) -> Any:
    """Return a notebook: of each cell its name in the release, or the name (or "") and another source."""
    pairs = [(one, SOURCES[one]) if isinstance(one, str) else one for one in cells]
    return new_notebook(
        cells=[
            new_code_cell(source, metadata={"hw9": {"official": True, "name": name}} if name in OFFICIAL else {})
            for name, source in pairs
        ]
    )


TRUNK = Trunk(make(NAMES))


def show(steps: tuple[Step, ...]) -> list[Any]:
    """Return the steps, the cells that are taken one after another as one pair of first and last number."""
    shown = list[Any]()
    for step in steps:
        if isinstance(step, Own):
            shown.append(step)
        elif shown and isinstance(shown[-1], list):
            shown[-1][1] = step.number
        else:
            shown.append([step.number, step.number])
    return shown


def change(name: str, source: str) -> list[str | tuple[str, str]]:
    return [(name, source) if one == name else one for one in NAMES]


def insert(before: str, *sources: str) -> list[str | tuple[str, str]]:
    at = NAMES.index(before)
    return [*NAMES[:at], *(("", source) for source in sources), *NAMES[at:]]


WAYS: dict[str, tuple[list[Any], list[Any]]] = {
    "nothing is changed": ([*NAMES], [[0, 7]]),
    "a scratch cell": (change("scratch", "x = 7"), [[0, 2], Own((3,), 3, 4), [4, 7]]),
    "the answers": (change("answers", "answers = {'a': 'b'}"), [[0, 5], Own((6,), 6, 7), [7, 7]]),
    "the last cell, which is a figure": (change("look", "1"), [[0, 6], Own((7,), 7)]),
    "two next to each other": (
        [*NAMES[:3], ("scratch", "a = 1"), ("todo", "b = 2"), *NAMES[5:]],
        [[0, 2], Own((3, 4), 3, 5), [5, 7]],
    ),
    "an added cell": (insert("saliency", "y = 1"), [[0, 4], Own((5,), 5, 5), [5, 7]]),
    "added before all": (insert("setup", "y = 1"), [Own((0,), 0, 0), [0, 7]]),
    "added after all": ([*NAMES, ("", "y = 1")], [[0, 7], Own((8,), 8)]),
    "a scratch cell left out": ([one for one in NAMES if one != "scratch"], [[0, 2], Own((), 3, 4), [4, 7]]),
    "two for one": (
        [*NAMES[:3], ("scratch", "a = 1"), ("", "b = 2"), *NAMES[4:]],
        [[0, 2], Own((3, 4), 3, 4), [4, 7]],
    ),
    "an official cell edited": (change("lime", "weights = np.zeros(3)"), [[0, 0], Own((1, 2, 3, 4, 5, 6, 7), 1)]),
    "a figure edited": (change("figure", "print(1)"), [[0, 1], Own((2, 3, 4, 5, 6, 7), 2)]),
    "an official cell left out": ([one for one in NAMES if one != "lime"], [[0, 0], Own((1, 2, 3, 4, 5, 6), 1)]),
    "the last cells left out": ([*NAMES[:6]], [[0, 5], Own((), 6)]),
    "an official cell moved up": (
        ["setup", "saliency", "lime", "figure", "scratch", "todo", "answers", "look"],
        [[0, 0], Own((1, 2, 3, 4, 5, 6, 7), 1)],
    ),
    "an edited official cell after an own one": (
        [*NAMES[:3], ("scratch", "a = 1"), "todo", ("saliency", "maps = 2"), "answers", "look"],
        [[0, 2], Own((3,), 3, 4), [4, 4], Own((5, 6, 7), 5)],
    ),
    "scratch cells in another order": (
        ["setup", "lime", "figure", "todo", "scratch", "saliency", "answers", "look"],
        [[0, 2], Own((), 3, 4), [4, 4], Own((4,), 5, 5), [5, 7]],
    ),
    "nothing at all": ([], [Own((), 0)]),
}


@pytest.mark.parametrize("name", WAYS)
def test_way_is(name: str) -> None:
    cells, expected = WAYS[name]
    assert show(walk(make(cells), TRUNK)) == expected


@pytest.mark.parametrize("name", WAYS)
def test_every_cell_is_in_one_step_and_the_trunk_is_never_walked_twice(name: str) -> None:
    notebook = make(WAYS[name][0])
    steps = walk(notebook, TRUNK)
    assert list_cells(steps) == list_executed(notebook)
    numbers = [step.number for step in steps if isinstance(step, Taken)]
    assert numbers == sorted(set(numbers))
    assert all(isinstance(step, Taken) or step.back is not None for step in steps[:-1])


def test_cell_is_taken_only_where_python_sees_no_difference() -> None:
    released = make([("", 'print("""a \nb""")'), ("", "x = 1  \ny = 2\n"), ("", "%matplotlib inline \n")])
    stripped = make([("", 'print("""a\nb""")'), ("", "x = 1\ny = 2"), ("", "%matplotlib inline")])
    trunk = Trunk(released)
    assert walk(released, trunk) == (Taken(0, 0), Taken(1, 1), Taken(2, 2))
    assert [trunk.is_same(cell, number) for number, cell in enumerate(stripped.cells)] == [False, True, False]


def test_cells_without_a_word_are_no_cells() -> None:
    notebook = make([("", " \n"), *NAMES])
    notebook.cells.insert(3, new_markdown_cell("note"))
    assert show(walk(notebook, TRUNK)) == [[0, 7]]


def test_class_needs_the_points_of_all_its_ways() -> None:
    ways = [walk(make(cells), TRUNK) for cells, _ in WAYS.values()]
    found = find_sharing(ways)
    assert found.leave == (0, 1, 2, 3, 5, 6, 7, 8)
    assert found.compare == ((0, 0), (3, 4), (3, 5), (5, 5), (6, 7))
    assert find_sharing([walk(make(NAMES), TRUNK)]) == Sharing(leave=(), compare=())


def test_released_notebook_is_its_own_trunk() -> None:
    notebook = parse_notebook(open_course().read_released())
    trunk = Trunk(notebook)
    assert {type(step) for step in walk(notebook, trunk)} == {Taken}
    opened = [source.splitlines()[0][:9] for source, one in zip(trunk.sources, trunk.is_open, strict=True) if one]
    assert len([one for one in opened if one.startswith("# scratch")]) == 9
    assert len(opened) == 11
