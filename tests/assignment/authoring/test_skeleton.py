"""A new course holds what the readers of a whole course read, and is never written over what is there."""

import hashlib
from datetime import date
from pathlib import Path

import pytest
import yaml

from assignment.assignment import Bilingual, load_assignment
from assignment.authoring.draft import open_draft
from assignment.authoring.skeleton import Beginning, create_course
from assignment.course import ROOMS
from assignment.fixable import FixableError
from assignment.profile import PROFILES_FOLDER
from assignment.texts import load_texts
from questions.check.bank import TOTAL
from questions.question import parse_question
from tests.assignment.authoring.pictures.photographs import TITLE

BEGINNING = Beginning(TITLE, date(2027, 1, 2))
EVERY = ["README.md", "bank/saliency.yaml", "course.yaml", "manifest.yaml", "texts.yaml"]


def list_files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_every_file_of_a_new_course_is_read_without_a_fault(tmp_path: Path) -> None:
    folder = tmp_path / "two" / "bakery"
    create_course(folder, BEGINNING)
    assert list_files(folder) == EVERY
    settings = load_assignment(folder / "course.yaml")
    assert (settings.title, settings.deadline.isoformat()) == (TITLE, "2027-04-02T23:59:59+08:00")
    (written,) = yaml.safe_load((folder / "bank" / "saliency.yaml").read_text(encoding="utf-8"))
    assert parse_question(written).id == "saliency-1"
    assert sum(group.count * group.points for group in settings.questions.values()) == TOTAL
    assert load_texts(folder / "texts.yaml").words[0].word == "bat"
    draft = open_draft(folder)
    assert (draft.pictures, draft.settings) == ((), settings)
    about = yaml.safe_load((folder / "manifest.yaml").read_text(encoding="utf-8"))["about"]
    assert Bilingual(**about) == TITLE


def test_settings_name_every_field_of_the_embedded_courses() -> None:
    own = yaml.safe_load((ROOMS / "assignment" / "authoring" / "skeleton" / "course.yaml").read_text(encoding="utf-8"))
    embedded = yaml.safe_load((ROOMS / "assignment" / "assignment.yaml").read_text(encoding="utf-8"))
    assert set(own) == {*embedded, "version"}
    for analysis, its in embedded["analyses"].items():
        assert set(its) <= set(own["analyses"][analysis])
        assert set(its["official"]) == set(own["analyses"][analysis]["official"])
    assert set(own["limits"]) == set(embedded["limits"])


def test_guide_names_the_folder_as_it_was_typed(tmp_path: Path) -> None:
    create_course(tmp_path / "a b" / "bakery", BEGINNING)
    guide = (tmp_path / "a b" / "bakery" / "README.md").read_text(encoding="utf-8")
    assert f"hw9 course pictures --course '{tmp_path}/a b/bakery' PHOTOGRAPHS" in guide
    assert "$" not in guide.replace("$HOME", "")


@pytest.mark.parametrize("name", ["my course", "麵包", ".bakery", "a.b", "-x"])
def test_name_that_is_not_allowed_is_refused_with_what_is(tmp_path: Path, name: str) -> None:
    with pytest.raises(FixableError, match=f"'{name}'; expected a name of letters .* such as bakery-2027"):
        create_course(tmp_path / name, BEGINNING)
    assert list(tmp_path.iterdir()) == []


def test_only_an_empty_folder_is_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    create_course(Path(), BEGINNING)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name, says in (("full", "is there and not empty"), ("file", "is a file"), ("empty", "is there and not empty")):
        with pytest.raises(FixableError, match=f"{name}: {says}; expected a new folder, or an empty one"):
            create_course(tmp_path / name, BEGINNING)
    assert list_files(tmp_path / "full") == ["mine.txt"]
    assert list_files(Path()) == list_files(tmp_path / "empty") == EVERY
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "file", "full"]


def test_repository_that_was_just_begun_is_empty(tmp_path: Path) -> None:
    (tmp_path / "bakery" / ".git").mkdir(parents=True)
    (tmp_path / "bakery" / ".git" / "HEAD").write_text("ref: refs/heads/main")
    create_course(tmp_path / "bakery", BEGINNING)
    assert list_files(tmp_path / "bakery") == sorted([".git/HEAD", *EVERY])


def test_new_course_never_lies_among_the_embedded_ones() -> None:
    before = hash_embedded()
    with pytest.raises(FixableError, match="inside the embedded course's folder; expected a place of your own"):
        create_course(PROFILES_FOLDER / "bakery", BEGINNING)
    assert hash_embedded() == before


def hash_embedded() -> dict[Path, str]:
    paths = (path for path in PROFILES_FOLDER.rglob("*") if path.is_file())
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_place_that_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FixableError, match=r"file.*: .*; expected a place that can be written"):
        create_course(tmp_path / "file" / "bakery", BEGINNING)
    monkeypatch.setattr("assignment.authoring.skeleton.save_draft", fail)
    with pytest.raises(FixableError, match=r"No space left on device; expected a place that can be written"):
        create_course(tmp_path / "bakery", BEGINNING)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def fail(*_: object) -> None:
    raise OSError(28, "No space left on device")
