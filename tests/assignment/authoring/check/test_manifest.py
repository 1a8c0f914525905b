"""A manifest that lies, or lacks something: each fault has its place and the command that mends it."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from assignment.authoring.check.manifest import check_manifest, open_draft
from assignment.authoring.check.section import Author, Section
from assignment.authoring.manifest import load_draft
from assignment.course import Course, open_course
from tests.courses import copy_course

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def copied(tmp_path: Path) -> Course:
    return copy_course(tmp_path / "winter")


def change(folder: Path, edit: Change) -> None:
    place = folder / "manifest.yaml"
    data = yaml.safe_load(place.read_text(encoding="utf-8"))
    edit(data)
    place.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")


def look(folder: Path) -> Section:
    return check_manifest(folder, Author(folder))[0]


def test_embedded_manifest_holds_and_what_it_does_not_name_is_a_note() -> None:
    section, draft = check_manifest(open_course().folder, Author(None))
    assert section.holds
    assert draft is not None
    assert "cnn.md, bert/masked/card.md" in section.notes[0]


def test_new_course_hears_what_it_lacks_and_which_commands_bring_it(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text(f"profile: {tmp_path.name}\nabout: {{en: a, zh: 甲}}\n", encoding="utf-8")
    section = look(tmp_path)
    assert [flaw.place[1] for flaw in section.flaws] == ["pictures", "classifier", "masked", "readers", "texts"]
    assert [flaw.mend.split()[2] for flaw in section.flaws] == ["pictures", "model", "model", "model", "texts"]
    assert all(f"--course {tmp_path}" in flaw.mend for flaw in section.flaws)


LIES: dict[str, tuple[Change, str, str]] = {
    "a size that is another": (
        lambda its: its["assets"][0].update(bytes=7),
        r"cnn\.safetensors: 904492 bytes; expected 7",
        "course model",
    ),
    "a sha256 that is another": (
        lambda its: its["assets"][2].update(sha256="0" * 64),
        r"pictures/0\.png: sha256 0d8d22848960\.\.\.; expected 0000",
        "course pictures",
    ),
    "an entry twice": (
        lambda its: its["assets"].append(its["assets"][0]),
        r"manifest\.yaml: assets: cnn\.safetensors: there 2 times; expected one entry",
        "",
    ),
    "a mask that has no entry": (
        lambda its: its["pictures"][4].update(mask="masks/44.png"),
        r"manifest\.yaml: pictures: 4: mask: 'masks/44\.png' has no entry",
        "course masks",
    ),
    "a folder of a reader that has no entry": (
        lambda its: its["readers"].append("bert/reader_d"),
        r"manifest\.yaml: readers: 3: 'bert/reader_d' has no entry",
        "course model",
    ),
    "another name than its folder's": (
        lambda its: its.update(profile="mini"),
        r"manifest\.yaml: profile: 'mini'; expected 'winter'",
        "",
    ),
    "no name": (lambda its: its.pop("profile"), r"manifest\.yaml: profile: missing; expected 'winter'", ""),
    "a field that nobody knows": (
        lambda its: its.update(modle="x"),
        r"manifest\.yaml: 'modle'; expected the fields",
        "",
    ),
    "a path that leads out": (
        lambda its: its["assets"][0].update(path="../cnn.safetensors"),
        r"assets: 0: path: '\.\./cnn\.safetensors'; expected a path",
        "",
    ),
    "readers that are no list": (
        lambda its: its.update(readers="bert/reader_a"),
        r"manifest\.yaml: readers: 'bert/reader_a'; expected a list",
        "",
    ),
    "a masked model that is a number": (lambda its: its.update(masked=7), r"manifest\.yaml: masked: 7; expected", ""),
}


@pytest.mark.parametrize("lie", LIES)
def test_manifest_that_lies_is_told_where(copied: Course, lie: str) -> None:
    edit, says, mend = LIES[lie]
    change(copied.folder, edit)
    (flaw,) = look(copied.folder).flaws
    assert re.search(says, str(flaw.fault))
    assert (mend in flaw.mend) if mend else flaw.mend == ""


def test_everything_is_said_at_once(copied: Course) -> None:
    for edit, _, _ in (LIES["a size that is another"], LIES["an entry twice"], LIES["no name"]):
        change(copied.folder, edit)
    (copied.folder / "texts.yaml").unlink()
    (copied.folder / "masks" / "0.png").unlink()
    (copied.folder / "masks" / "0.png").symlink_to("1.png")
    assert len(look(copied.folder).flaws) == 7  # the entry that is there twice is wrong twice, the link is no mask


def test_part_that_is_broken_leaves_the_others_open(copied: Course) -> None:
    change(copied.folder, lambda its: its["pictures"][0].update(shows="bread"))
    profile = open_draft(load_draft(copied.folder))
    assert profile.manifest.pictures == ()  # the others would have other numbers
    assert profile.classifier_file == copied.folder / "cnn.safetensors"


def test_embedded_course_has_no_command_that_mends_its_files(tmp_path: Path) -> None:
    shutil.copytree(open_course().folder, tmp_path / "mini")
    (tmp_path / "mini" / "cnn.safetensors").write_bytes(b"x")
    section, _ = check_manifest(tmp_path / "mini", Author(None))
    assert [flaw.mend for flaw in section.flaws] == [""]
