"""Another course's life: its Runs are its own, and nothing of the embedded course is ever touched."""

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assignment.course import ROOMS, Course, open_course
from assignment.fixable import FixableError
from grader.commands.main import main
from grader.runs.folder import begin_runs, check_course, record_class
from tests.courses import change_picture, copy_course

STAFF = ("bank/", "proofs/", "canonical/", "questions", "reference", "grader")


@pytest.fixture
def winter(tmp_path: Path) -> Course:
    """A copy of the embedded course with another picture."""
    return change_picture(copy_course(tmp_path / "winter"), 0)


def find_digests() -> dict[str, str]:
    """Return the sha256 of every file of the rooms, caches apart."""
    rooms = ("assignment", "questions", "reference", "grader")
    paths = (path for room in rooms for path in (ROOMS / room).rglob("*") if path.is_file())
    kept = (path for path in paths if "__pycache__" not in path.parts)
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}


@pytest.mark.parametrize(
    "words", [["run", "{hw}", "{runs}"], ["score", "{runs}"], ["grade", "{hw}", "{runs}"], ["report", "{runs}"]]
)
def test_runs_of_another_course_are_refused_with_both_names(
    words: list[str], winter: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begin_runs(tmp_path / "runs", open_course().mark)
    (tmp_path / "hw").mkdir()
    (tmp_path / "hw" / "b01.ipynb").write_bytes(winter.released.read_bytes())
    before = (tmp_path / "runs" / "runs.json").read_bytes()
    typed = [word.format(hw=tmp_path / "hw", runs=tmp_path / "runs") for word in words]
    assert main([*typed, "--course", str(winter.folder)]) == 1
    err = " ".join(capsys.readouterr().err.split())
    assert f"runs.json: course: made with course {open_course().mark}, not with {winter.mark}; expected the same" in err
    assert (tmp_path / "runs" / "runs.json").read_bytes() == before


def test_runs_from_before_courses_had_a_digest_are_taken(winter: Course, tmp_path: Path) -> None:
    record_class(tmp_path, ())
    check_course(tmp_path, winter.mark)
    record_class(tmp_path, (), course=winter.mark)
    record_class(tmp_path, ())  # as `score HANDINS RUNS` does, which has nothing to say of the course
    with pytest.raises(FixableError, match="made with course winter"):
        check_course(tmp_path, open_course().mark)


@pytest.mark.slow
def test_bundle_is_the_courses_own_and_says_which_it_is(
    winter: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["bundle", str(tmp_path / "dist"), "--course", str(winter.folder)]) == 0
    with zipfile.ZipFile(tmp_path / "dist" / "hw9-student.zip") as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "unpacked")
    assert not [name for name in names if "mini" in name or any(part in name for part in STAFF)]
    assert "assignment/profiles/winter/course.yaml" in names
    monkeypatch.delenv("HW9_COURSE", raising=False)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.chdir(tmp_path / "unpacked")
    code = "from assignment.course import find_course; its = find_course(); print(its.mark, its.assignment.answers)"
    assert _run_python(code) == f"{winter.mark} notebook\n"


@pytest.mark.slow
def test_a_course_is_used_and_the_embedded_one_is_not_touched(winter: Course, tmp_path: Path) -> None:
    before = find_digests()
    on = ["--course", str(winter.folder)]
    for words in (
        ["notebook", "--write"],
        ["notebook", "--check"],
        ["bundle", str(tmp_path / "dist")],
        ["explorer", str(tmp_path / "explorer.html")],
        ["questions", "show", "lime-1"],
        ["questions", "mutate", "--list"],
        ["questions", "handout", str(tmp_path / "handout")],
        ["questions", "qti", str(tmp_path / "quiz.zip")],
        ["questions", "rekey"],
        ["reference", "--analysis", "pictures", "--write"],
    ):
        assert main([*words, *on]) == 0, words
    assert main(["questions", "check", *on]) == 1  # what was made from the earlier picture is stale
    assert main(["reference", "--analysis", "pictures", *on]) == 0  # what was stored is what it computes
    assert main(["reference", "--analysis", "pictures"]) == 0  # and the embedded course's are its own still
    assert (winter.canonical / "pictures.npz").read_bytes() != (open_course().canonical / "pictures.npz").read_bytes()
    assert find_digests() == before


@pytest.mark.sandbox
def test_class_of_a_course_is_graded_by_it(
    winter: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_handin: Callable[..., Any]
) -> None:
    monkeypatch.setenv("HW9_COURSE", str(winter.folder))
    write_handin(
        tmp_path / "hw" / "b01.ipynb", "from assignment.profile import load_profile; print(load_profile().name)"
    )
    main(["grade", str(tmp_path / "hw"), str(tmp_path / "runs"), "--jobs", "1", "--device", "cpu"])
    executed = json.loads((tmp_path / "runs" / "b01" / "work" / "executed.ipynb").read_text())
    assert "winter" in "".join(executed["cells"][0]["outputs"][0]["text"])
    scoring = json.loads((tmp_path / "runs" / "scorings" / "0001.json").read_text())
    assert (scoring["basis"]["profile"], scoring["basis"]["course_digest"]) == ("winter", winter.mark.digest)
    runs = json.loads((tmp_path / "runs" / "runs.json").read_text())
    assert runs["course"] == {"name": "winter", "digest": winter.mark.digest}


def _run_python(code: str) -> str:
    """Run code in the working folder, where nothing else says what `assignment` is."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def write_handin() -> Callable[[Path, str], None]:
    def write(path: Path, source: str) -> None:
        cells = [{"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}]
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))

    return write


def test_two_courses_of_one_name_are_told_apart_by_what_is_in_them(
    winter: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    other = copy_course(tmp_path / "elsewhere" / "winter")
    assert (other.name, other.mark == winter.mark) == (winter.name, False)
    begin_runs(tmp_path / "runs", winter.mark)
    for verb in ("score", "report"):
        assert main([verb, str(tmp_path / "runs"), "--course", str(other.folder)]) == 1
        said = " ".join(capsys.readouterr().err.split())
        assert f"made with course {winter.mark}, not with {other.mark}; expected the same" in said


@pytest.mark.slow
def test_check_of_a_course_changes_no_file(winter: Course, capsys: pytest.CaptureFixture[str]) -> None:
    def digest(folder: Path) -> dict[str, bytes]:
        return {str(path): hashlib.sha256(path.read_bytes()).digest() for path in folder.rglob("*") if path.is_file()}

    (winter.folder / "cnn.safetensors").write_bytes(bytes(32))
    before, own = digest(winter.folder), find_digests()
    assert main(["course", "check", "--course", str(winter.folder)]) == 1
    assert "cnn.safetensors: 32 bytes; expected 904492" in capsys.readouterr().out
    assert (digest(winter.folder), find_digests()) == (before, own)


def test_explorer_of_a_course_without_canonical_attention_says_what_computes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = copy_course(tmp_path / "winter")
    (course.canonical / "attention.npz").unlink()
    page = tmp_path / "explorer.html"
    assert main(["explorer", str(page), "--course", str(course.folder)]) == 1
    assert f"attention: score, chance: missing; expected what `hw9 reference --course {course.folder} --write`" in (
        " ".join(capsys.readouterr().err.split())
    )
    assert not page.exists()
