"""A course is one folder; whatever is wrong with it is said with its place, and the embedded one is never touched."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from assignment.course import Course, find_course, open_course
from assignment.fixable import FixableError
from grader.release.notebook import build_notebook
from questions.bank import load_bank
from questions.canonical import load_canonicals
from questions.key import compute_key
from questions.proof.stored import load_proof
from tests.courses import copy_course, replace_text


@pytest.fixture
def copied(tmp_path: Path) -> Course:
    return copy_course(tmp_path / "mini")


@pytest.mark.slow
def test_what_is_computed_from_a_copy_of_the_embedded_course_is_the_same(copied: Course) -> None:
    own, bank = open_course(), load_bank(copied)
    assert bank == load_bank(own)
    assert (copied.mark, copied.assignment) == (own.mark, own.assignment)
    stored = load_canonicals(own)
    assert {seed: dict(its) for seed, its in load_canonicals(copied).items()}.keys() == stored.keys()
    assert compute_key(bank, load_canonicals(copied)) == compute_key(bank, stored)
    assert load_proof(copied.proofs) == load_proof(own.proofs)
    assert (copied.profile.pictures == own.profile.pictures).all()
    assert (copied.profile.masks == own.profile.masks).all()
    assert copied.profile.texts == own.profile.texts
    assert build_notebook(bank, copied) == own.released.read_text(encoding="utf-8")


def test_course_is_found_by_folder_then_by_the_variable_then_embedded(
    copied: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HW9_COURSE", "")
    assert find_course() == open_course()
    monkeypatch.setenv("HW9_COURSE", str(copied.folder))
    assert find_course() == copied
    other = copy_course(tmp_path / "other")
    assert find_course(other.folder) == other


def test_course_is_known_by_what_notebooks_compute_from(copied: Course, tmp_path: Path) -> None:
    other = copy_course(tmp_path / "other")
    assert other.mark.digest == copied.mark.digest  # renamed, it is the same
    replace_text(copied.settings, "deadline: 2027-05-28", "deadline: 2027-06-28")
    (copied.bank / "lime.yaml").unlink()
    assert open_course(copied.folder).mark == copied.mark  # a new deadline or bank scores the same Runs
    labels = [one.model_copy(update={"label": 0}) for one in copied.manifest.pictures]
    changed = copied.manifest.model_copy(update={"pictures": tuple(labels)})
    assert replace(copied, manifest=changed).mark.digest != copied.mark.digest


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nothing", "nothing: no such folder; expected a course: a folder with course.yaml and manifest.yaml"),
        ("file", "file: not a folder; expected a course"),
        ("empty", "empty: no course.yaml and no manifest.yaml; expected a course"),
    ],
)
def test_folder_that_is_no_course_is_named(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FixableError, match=says):
        open_course(tmp_path / name)


@pytest.mark.parametrize(("line", "found"), [("", "missing"), ("version: 2\n", "2"), ("version: true\n", "True")])
def test_course_of_another_version_is_refused(copied: Course, line: str, found: str) -> None:
    replace_text(copied.settings, "version: 1\n", line)
    with pytest.raises(FixableError, match=rf"course\.yaml: version: {found}; expected 1"):
        open_course(copied.folder)


def test_course_of_another_name_than_its_folder_is_refused(copied: Course) -> None:
    renamed = shutil.move(copied.folder, copied.folder.with_name("winter"))
    with pytest.raises(FixableError, match=r"winter/manifest\.yaml: profile: 'mini'; expected 'winter'"):
        open_course(Path(renamed))


@pytest.mark.parametrize(
    "path", ["../secret.png", "/etc/passwd", "pictures/../../0.png", "pictures//0.png", "./0.png", "bank/lime.yaml"]
)
def test_path_that_leads_out_of_a_course_is_refused(copied: Course, path: str) -> None:
    place = copied.folder / "manifest.yaml"
    data = yaml.safe_load(place.read_text(encoding="utf-8"))
    data["assets"][0]["path"] = path
    place.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(FixableError, match=r"manifest\.yaml: assets: 0: path: "):
        open_course(copied.folder)


def test_every_link_in_a_course_is_named(copied: Course, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (copied.folder / "pictures" / "0.png").unlink()
    (copied.folder / "pictures" / "0.png").symlink_to(tmp_path / "secret")
    shutil.rmtree(copied.bank)
    copied.bank.symlink_to(open_course().bank)
    with pytest.raises(FixableError) as caught:
        open_course(copied.folder)
    assert [fault.place for fault in caught.value.faults] == [
        (str(copied.folder / "bank"),),
        (str(copied.folder / "pictures" / "0.png"),),
    ]


def test_fault_of_the_settings_is_named_when_they_are_asked_for(copied: Course) -> None:
    replace_text(copied.settings, "answers: notebook", "answers: paper")
    with pytest.raises(FixableError, match=r"course\.yaml: answers: 'paper'; expected"):
        open_course(copied.folder).assignment  # noqa: B018


def test_course_without_its_released_notebook_says_what_makes_it(copied: Course) -> None:
    copied.notebook.unlink()
    with pytest.raises(FixableError, match=rf"homework\.ipynb: missing; .*`hw9 notebook --course {copied.folder} --w"):
        copied.released  # noqa: B018
