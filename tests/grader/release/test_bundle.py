"""The students' bundle: all that the notebook needs, nothing of the key, the same bytes each time."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from assignment.assignment import NOTEBOOK_FILE
from assignment.course import open_course
from assignment.fixable import FixableError
from grader.release import bundle
from grader.release.api import NOTEBOOK_API
from grader.release.bundle import find_modules, list_bundled, list_places, write_bundle
from questions.bank import load_bank
from tests.courses import copy_course

ROOMS = {"assignment", "reference", "questions", "grader", "tests"}


@pytest.mark.slow
def test_bundle_is_the_same_each_time(tmp_path: Path) -> None:
    assert (
        write_bundle(tmp_path / "a", open_course()).read_bytes()
        == write_bundle(tmp_path / "b", open_course()).read_bytes()
    )


@pytest.mark.slow
def test_bundle_holds_no_claim_and_no_why(tmp_path: Path) -> None:
    with zipfile.ZipFile(write_bundle(tmp_path, open_course())) as archive:
        names = [name for name in archive.namelist() if not name.endswith(".css")]  # where `margin:` is another thing
        texts = {name: archive.read(name).decode("utf-8", "replace") for name in names}
    text, data = "\n".join(texts.values()), "\n".join(its for name, its in texts.items() if not name.endswith(".py"))
    for question in load_bank(open_course()).questions:
        for choice in question.choices.values():
            assert choice.why.en.strip() not in text
            assert choice.why.zh.strip() not in text
    assert "share_in_label: 0" not in text
    assert not [name for name in list_bundled(open_course()) if name.endswith((".md", "truth.yaml"))]
    assert not re.search(r"^[\s{-]*measure: ", data, re.MULTILINE)  # an Agreement of the self-check has such a field
    assert "margin:" not in text
    assert not [name for name in names if not name.startswith(("assignment/", "homework.ipynb", "hw9.py"))]


def test_bundle_of_a_course_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    course = replace(open_course(), folder=tmp_path)
    with pytest.raises(FixableError, match=r"pictures/0\.png: No such file or directory; expected the asset") as caught:
        write_bundle(tmp_path, course)
    assert len(caught.value.faults) == len(course.manifest.assets)


@pytest.mark.parametrize("more", ["", "a file", "a folder", "__pycache__", "a link", "owner"])
def test_folder_is_one_place_where_nothing_else_lies_in_it(tmp_path: Path, more: str) -> None:
    """A sandbox mounts each place, and one more file of ours beside a student's must not be seen in it."""
    course = copy_course(tmp_path / "mini")
    inside, folder = "assignment/profiles/mini/pictures", course.folder / "pictures"
    if more == "a file":
        (folder / "truth.yaml").touch()
    elif more in ("a folder", "__pycache__"):
        (folder / more).mkdir()
        (folder / more / "truth.yaml").touch()
    elif more == "owner":
        folder.chmod(0o700)  # its files are everybody's, so that each alone can be seen
    elif more == "a link":
        (folder / "0.png").rename(tmp_path / "0.png")
        (folder / "0.png").symlink_to(tmp_path / "0.png")
    places = list_places(course)
    assert (inside in places) == (more == "")
    files = {name: path for name, path in list_bundled(course).items() if name.startswith("assignment/")}
    found = {f"{name}/{its.name}": its for name, path in places.items() if path.is_dir() for its in path.iterdir()}
    found = {name: path for name, path in found.items() if path.name != "__pycache__"}
    assert {**found, **{name: path for name, path in places.items() if not path.is_dir()}} == files
    assert "assignment/sheet" in places  # though Python keeps its modules in it


@pytest.mark.parametrize("how", ["a folder that is a link", "a link", "a pipe", "other bytes"])
def test_asset_that_is_not_the_courses_own_file_is_in_no_bundle(tmp_path: Path, how: str) -> None:
    course_copy = copy_course(tmp_path / "mini")
    place, secret = course_copy.folder / "pictures" / "0.png", tmp_path / "secret"
    shutil.copyfile(place, secret)
    if how == "a folder that is a link":
        (course_copy.folder / "pictures").rename(tmp_path / "elsewhere")
        (course_copy.folder / "pictures").symlink_to(tmp_path / "elsewhere")
    else:
        place.unlink()
    if how == "a link":
        place.symlink_to(secret)  # the same bytes: they are compared, and still are not the course's
    elif how == "a pipe":
        os.mkfifo(place)
    elif how == "other bytes":
        place.write_bytes(bytes(len(secret.read_bytes())))
    with pytest.raises(FixableError, match=r"pictures/0\.png: "):
        write_bundle(tmp_path / "dist", course_copy)
    assert not (tmp_path / "dist").exists()
    with pytest.raises(FixableError, match=r"pictures/0\.png: "):
        course_copy.profile.read_image("pictures/0.png")


@pytest.mark.slow
def test_bundle_alone_is_enough_to_load_the_profile_and_the_classifier(tmp_path: Path) -> None:
    with zipfile.ZipFile(write_bundle(tmp_path, open_course())) as archive:
        archive.extractall(tmp_path)
    code = (
        "import assignment, assignment.cells.figures, assignment.outputs; "
        "from assignment.models.classifier import load_classifier; "
        "from assignment.profile import load_profile, check_profile; profile = load_profile(); check_profile(profile); "
        "load_classifier(profile.classifier_file); assignment.cells.figures.set_style(); print(assignment.__file__)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) in done.stdout


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of `assignment/` from which the bundle is made."""
    place = tmp_path / "assignment"
    shutil.copytree(bundle.ROOM, place, ignore=shutil.ignore_patterns("__pycache__", "profiles", "making"))
    monkeypatch.setattr(bundle, "ROOM", place)
    find_modules.cache_clear()
    yield place
    find_modules.cache_clear()


@pytest.mark.parametrize("place", [".", "models", "cells", "explorer"])
def test_a_new_file_in_the_wrong_place_reaches_no_student(room: Path, place: str) -> None:
    (room / place / "marking_notes.py").write_text("KEY = 'abc'\n")
    assert not [path for path in find_modules() if path.name == "marking_notes.py"]


def test_a_module_that_students_modules_import_comes_along(room: Path) -> None:  # the control
    (room / "models" / "new.py").write_text('"""New."""\n')
    with (room / "models" / "heads.py").open("a") as file:
        file.write("from assignment.models import new\n")
    assert room / "models" / "new.py" in find_modules()


def test_how_the_course_was_made_is_never_bundled(room: Path) -> None:
    (room / "making").mkdir()
    (room / "making" / "__init__.py").write_text("")
    assert not [path for path in find_modules() if "making" in path.parts]
    (room / "outputs.py").write_text("import assignment.making\n")
    find_modules.cache_clear()
    with pytest.raises(ValueError, match=r"assignment\.making: imported by what students get"):
        find_modules()


def test_notebook_imports_its_frozen_api_and_nothing_else_of_the_house() -> None:
    cells = json.loads(NOTEBOOK_FILE.read_bytes())["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    nodes = [node for source in sources for node in ast.walk(ast.parse(source))]
    plain = {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    used = {
        (node.module or "", alias.name) for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    ours = {(module, name) for module, name in used if module.split(".")[0] in ROOMS}
    assert not plain & ROOMS
    assert ours <= {(module, name) for module, names in NOTEBOOK_API.items() for name in names}
    assert len(ours) > 20  # or nothing was looked at


@pytest.mark.parametrize("module", NOTEBOOK_API)
def test_every_name_of_the_api_is_there(module: str) -> None:
    found = import_module(module)
    assert not [name for name in NOTEBOOK_API[module] if not hasattr(found, name)]
