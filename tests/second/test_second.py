"""The second course: real photographs, a CNN with ImageNet's weights, MiniLM; made by commands, proved and graded."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import torch
import yaml

from assignment.course import Course, open_course
from assignment.outputs import load_group
from assignment.profile import Profile
from grader.commands.main import main
from questions.axes import list_axes
from questions.explore.schema import make_bank_schema
from reference.produce.bench import Bench
from reference.produce.compare import compare_group
from reference.produce.registry import find_producer
from tests.questions.explore.drafted import decide_drafts
from tests.second.make import keep, make
from tests.second.material import HERE

ROOT = Path(__file__).parents[2]
PICTURE = 2  # the rocket
CHECKED = ("pictures", "saliency", pytest.param("integrated_gradients", marks=pytest.mark.nightly))


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    folder = tmp_path_factory.mktemp("second") / "photographs"
    before = digest_package()
    make(folder)
    keep(folder)
    yield open_course(folder)
    assert digest_package() == before, "the package's own files changed in another course's life"


def digest_package() -> str:
    """Return a digest of every file of the four rooms but what Python compiles."""
    digest = hashlib.sha256()
    for room in ("assignment", "reference", "questions", "grader"):
        for path in sorted((ROOT / room).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


@pytest.mark.slow
def test_questions_and_notebook_have_no_fault(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["questions", "check", "--course", str(course.folder)]) == 0, capsys.readouterr()
    assert main(["notebook", "--course", str(course.folder), "--check"]) == 0, capsys.readouterr()


@pytest.mark.slow
def test_drafts_of_every_analysis_are_a_bank_with_a_key(course: Course, tmp_path: Path) -> None:
    found = decide_drafts(course, tmp_path / "bank")
    assert [one for one in found if "[mixed-languages]" not in one] == []  # one of its shared words is Chinese


def test_asks_as_many_questions_as_the_slides_do() -> None:
    asked = yaml.safe_load((HERE / "course.yaml").read_text(encoding="utf-8"))["questions"]
    slides = open_course().assignment.questions
    assert {one: (its["count"], its["points"]) for one, its in asked.items()} == {
        one: (its.count, str(its.points)) for one, its in slides.items()
    }


@pytest.mark.slow
def test_bank_is_valid_by_the_schema_for_editors(course: Course) -> None:
    validator = jsonschema.Draft202012Validator(make_bank_schema(list_axes(course)))
    data = yaml.safe_load((course.bank / "embedding_pca.yaml").read_text(encoding="utf-8"))
    for path in course.bank.glob("*.yaml"):
        assert list(validator.iter_errors(yaml.safe_load(path.read_text(encoding="utf-8")))) == [], path.name
    data[0]["choices"]["a"]["claim"]["with"]["reader"] = "reader_a"  # a reader of the embedded course
    assert "'reader_a' is not one of ['before', 'after']" in [one.message for one in validator.iter_errors(data)]


@pytest.mark.nightly
def test_course_has_no_fault(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["course", "check", "--course", str(course.folder)]) == 0, capsys.readouterr()
    assert "nothing is wrong with the course" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("group", CHECKED)
def test_stored_arrays_of_one_picture_are_computed_again(course: Course, group: str) -> None:
    one = course.manifest.model_copy(update={"pictures": course.manifest.pictures[PICTURE : PICTURE + 1]})
    bench = Bench(Profile(course.folder, one), course.assignment, torch.device("cpu"))
    computed = find_producer(group)(bench, (1,))[None]
    stored = {
        name: array[:, [PICTURE]] if name in ("rise", "gap") else array[[PICTURE]]
        for name, array in load_group(course.canonical / f"{group}.npz").items()
    }
    assert [one for one in compare_group(group, computed, stored) if not one.holds] == []
    assert all(np.isfinite(array).all() for array in stored.values())


@pytest.mark.sandbox
@pytest.mark.nightly
def test_two_hand_ins_are_graded_as_expected(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rehearse(course, tmp_path, 2, capsys)


@pytest.mark.sandbox
@pytest.mark.nightly
def test_five_hand_ins_are_graded_as_expected(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rehearse(course, tmp_path, 5, capsys)


@pytest.mark.nightly
def test_all_stored_arrays_are_computed_again(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reference", "--course", str(course.folder), "--fresh"]) == 0, capsys.readouterr()
    assert main(["questions", "recheck", "--course", str(course.folder)]) == 0, capsys.readouterr()


def rehearse(course: Course, folder: Path, members: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Grade the first members of the made-up class; each must come out as expected."""
    code = main(["demo", str(folder / "demo"), "--course", str(course.folder), "--members", str(members)])
    said = capsys.readouterr().out
    assert code == 0, said
    assert f"{members} of {members} as expected" in said
    shutil.rmtree(folder / "demo")
