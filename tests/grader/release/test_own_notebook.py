"""The notebook of another course says what that course has, and nothing of the embedded one's."""

import builtins
import json
from pathlib import Path
from typing import Any

import pytest

from assignment.assignment import NOTEBOOK_FILE
from assignment.course import Course
from assignment.fixable import FixableError
from grader.release.notebook import build_notebook
from questions.bank import load_bank
from tests.courses import change_settings, find_embedded_words, make_harbour
from tests.grader.release.notebook_names import find_names, find_overwritten


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_harbour(tmp_path_factory.mktemp("courses") / "harbour")


@pytest.fixture(scope="module")
def cells(harbour: Course) -> list[dict[str, Any]]:
    return parse_cells(build_notebook(load_bank(harbour), harbour))


def parse_cells(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["cells"]
    return found


def list_code(cells: list[dict[str, Any]]) -> list[str]:
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def test_nothing_in_the_notebook_is_the_embedded_courses(cells: list[dict[str, Any]]) -> None:
    text = "\n".join("".join(cell["source"]) for cell in cells)
    assert find_embedded_words(text) == []


def test_notebook_says_what_its_course_has(cells: list[dict[str, Any]]) -> None:
    text = "\n".join("".join(cell["source"]) for cell in cells)
    for said in (
        "# Harbour watch ｜ 港口觀察",
        "(7, 96, 64, 3)",
        "The seven pictures",
        "七張圖片",
        "into 5 categories",
        "pieces=33",
        "samples=77, hide=None",
        "sigma=0.07, copies=9",
        "'layer2.0.relu': [2, 6]",
        'baseline="dusk", steps=13',
        "torch.tensor([0.1, 0.2, 0.3])",
        '"left" or "right"',
        "0 crane",
        "*crane* (machine, bird)",
        "loses 0.5 points for each 24 hours begun",
        '    "attention-1": "",',
        "attention-1 abcd",
        'load_bert(profile.embeddings_folder, "embeddings"',
        "### Question 1 ｜ 第 1 題",
    ):
        assert said in text, said


def test_every_cell_is_python_whose_names_another_cell_gives(cells: list[dict[str, Any]]) -> None:
    named = [find_names(source) for source in list_code(cells)]
    bound = set().union(*(one.bound for one in named))
    assert set().union(*(one.taken for one in named)) - bound - set(dir(builtins)) == set()


@pytest.mark.parametrize("whose", ["embedded", "harbour"])
def test_no_released_cell_overwrites_a_name_that_another_reads(whose: str, cells: list[dict[str, Any]]) -> None:
    own = parse_cells(NOTEBOOK_FILE.read_text(encoding="utf-8")) if whose == "embedded" else cells
    assert find_overwritten(list_code(own)) == {}


@pytest.mark.parametrize(
    "planted",
    [
        "names = ['a']",
        "for names in 'ab':\n    pass",
        "import os as names",
        "def names():\n    pass",
        "with open('x') as names:\n    pass",
        "a, (b, *names) = 1, (2, 3)",
        "names += ['b']",
        "if (names := 3):\n    pass",
    ],
)
def test_a_name_that_is_overwritten_is_found_however_it_is_bound(planted: str) -> None:
    assert find_overwritten(["names = ['a']", "print(names)", planted]) == {"names": (0, 2)}


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["x = 1", "x = 2\nprint(x)"], {}),  # each reads its own
        (["x = 1\ndef f():\n    return x", "x = 2"], {"x": (0, 1)}),  # f reads what was bound last
        (["x = 1\nf = lambda: x", "x = 2"], {"x": (0, 1)}),
        (["x = 1", "[x for x in 'ab']", "x"], {}),  # a comprehension's variable is its own
        (["x = 1", "x = [y for y in x]"], {"x": (0, 1)}),  # run twice, it is another
        (["def f(x):\n    return x", "x = 1", "x = 2"], {}),  # an argument is no global
    ],
)
def test_reading_tells_a_cells_own_names_from_those_that_it_takes(
    cells: list[str], found: dict[str, tuple[int, ...]]
) -> None:
    assert find_overwritten(cells) == found


def test_no_text_of_a_course_can_begin_a_cell_or_a_line_of_code(tmp_path: Path, cells: list[dict[str, Any]]) -> None:
    course = make_harbour(tmp_path / "harbour")
    odd = {"en": "One.\n# %%\nimport os\n{{ 7 * 7 }} {% raw %} #: if", "zh": "一。\n\n# %% [markdown]"}
    course = change_settings(course, notebook={"cnn": odd, "bert": odd, "words": odd}, title=odd)
    found = parse_cells(build_notebook(load_bank(course), course))
    assert [cell["cell_type"] for cell in found] == [cell["cell_type"] for cell in cells]
    assert list_code(found) == list_code(cells)
    assert "{{ 7 * 7 }} {% raw %} #: if" in found[0]["source"]


@pytest.mark.parametrize(
    ("notebook", "says"),
    [
        ({"picture": 7}, "course.yaml: notebook: picture: 7; expected 0 to 6"),
        ({"labels": {"lime": 5}}, "course.yaml: notebook: labels: lime: 5; expected 0 to 4"),
        ({"labels": {"filters": 1}}, "notebook: labels: 'filters'; expected some of lime, saliency, smoothgrad, inte"),
    ],
)
def test_a_picture_or_label_that_is_not_there_is_told(notebook: dict[str, Any], says: str, tmp_path: Path) -> None:
    course = change_settings(make_harbour(tmp_path / "harbour"), notebook=notebook)
    with pytest.raises(FixableError) as error:
        build_notebook(load_bank(course), course)
    assert says in str(error.value)
