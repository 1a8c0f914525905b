"""A made-up class of another course: made from that course's notebook and key, refused where there is none yet."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from assignment.course import Course
from grader.commands.main import main
from grader.demo.members import make_class
from grader.handins.notebook import parse_notebook
from grader.handins.plan import compare_notebooks
from grader.release.notebook import build_notebook
from questions.bank import Bank, list_worth, load_bank
from questions.sheet import read_sheet
from tests.courses import copy_course, make_harbour

Letters = Mapping[str, frozenset[str]]


@pytest.fixture
def harbour(tmp_path: Path) -> Course:
    return make_harbour(tmp_path / "harbour")


@pytest.fixture
def bank(harbour: Course) -> Bank:
    return load_bank(harbour)


def make_notebook(course: Course, bank: Bank) -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads(build_notebook(bank, course))
    return notebook


def write_class(course: Course, bank: Bank, key: Letters, folder: Path) -> bytes:
    """Write the class; return the released notebook."""
    notebook = make_notebook(course, bank)
    settings = course.assignment
    make_class(folder, notebook, key, list_worth(bank, settings), settings.deadline)
    return json.dumps(notebook).encode()


@pytest.mark.slow  # jupytext, which builds the notebook, takes a second to import
@pytest.mark.parametrize("letters", ["bd", "abcd", "a"])
def test_answers_of_the_class_are_those_of_its_own_course(
    letters: str, harbour: Course, bank: Bank, tmp_path: Path
) -> None:
    key = dict.fromkeys(bank.ids, frozenset(letters))
    write_class(harbour, bank, key, tmp_path / "class")
    read = {}
    for name in ("s01-perfect", "s04-one-too-many"):
        sheet = read_sheet((tmp_path / "class" / f"{name}.ipynb").read_bytes(), bank)
        read[name] = {item: answer.letters for item, answer in sheet.answers.items()}
    assert read["s01-perfect"] == key
    assert [name for name in bank.ids if read["s04-one-too-many"][name] != key[name]] == [bank.ids[0]]


@pytest.mark.slow
def test_the_edited_one_departs_from_the_courses_own_saliency_cell(harbour: Course, bank: Bank, tmp_path: Path) -> None:
    key = dict.fromkeys(bank.ids, frozenset("a"))
    released = parse_notebook(write_class(harbour, bank, key, tmp_path / "c"))
    edited = parse_notebook((tmp_path / "c" / "s06-edited.ipynb").read_bytes())
    assert compare_notebooks(edited, released).edited == ("saliency",)
    (cell,) = (cell for cell in edited.cells if cell.source.startswith("# official: saliency"))
    assert ', of="logit").cpu()' in cell.source  # the official one is of the loss


def test_a_course_that_is_not_ready_is_refused_with_all_that_it_lacks(
    harbour: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (harbour.folder / "bank").iterdir():
        path.unlink()
    demo = tmp_path / "demo"
    (demo / "runs").mkdir(parents=True)
    (demo / "runs" / "kept").write_text("of an earlier demo")
    assert main(["demo", str(demo), "--course", str(harbour.folder)]) == 1
    said = " ".join(capsys.readouterr().err.split())
    for wanted in (f"`hw9 notebook --course {harbour.folder} --write`", "no *.yaml file", "`hw9 reference --course"):
        assert wanted in said
    assert (demo / "runs" / "kept").exists()


@pytest.mark.parametrize("number", ["0", "19", "few"])
def test_a_number_of_members_that_is_none_is_refused(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["demo", "--members", number])
    assert left.value.code == 2
    assert "--members" in capsys.readouterr().err


@pytest.mark.sandbox
@pytest.mark.slow
def test_a_course_is_rehearsed_from_its_notebook_to_its_gradebook(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = copy_course(tmp_path / "winter")
    code = main(["demo", str(tmp_path / "demo"), "--members", "3", "--jobs", "2", "--course", str(course.folder)])
    said = capsys.readouterr().out
    assert (code, "3 of 3 as expected" in said, "the made-up class of winter" in said) == (0, True, True), said
    assert (tmp_path / "demo" / "runs" / "gradebook.csv").read_text(encoding="utf-8-sig").count("\n") == 4
    runs = json.loads((tmp_path / "demo" / "runs" / "runs.json").read_text(encoding="utf-8"))
    assert runs["course"]["name"] == "winter"
