"""A profile hands out only assets that are whole."""

from pathlib import Path

import numpy as np
import pytest

from assignment.course import Course, open_course
from assignment.fixable import FixableError, parse_as
from assignment.profile import Asset, check_profile
from tests.courses import copy_course


@pytest.fixture
def copied(tmp_path: Path) -> Course:
    return copy_course(tmp_path / "mini")


def test_mini_is_whole() -> None:
    check_profile(open_course().profile)


def test_mini_has_the_slides_labels_and_a_mask_of_food_in_each_picture() -> None:
    profile = open_course().profile
    assert profile.labels.tolist() == [1, 1, 2, 3, 5, 6, 8, 8, 8, 9]
    assert profile.pictures.shape == (10, 128, 128, 3)
    assert (profile.masks == 1).mean(axis=(1, 2)).min() > 0.03


def test_truncated_asset_is_named_with_both_sizes(copied: Course) -> None:
    asset = copied.folder / "pictures" / "3.png"
    size = asset.stat().st_size
    asset.write_bytes(asset.read_bytes()[:-10])
    with pytest.raises(FixableError, match=rf"3\.png: {size - 10} bytes; expected {size}"):
        copied.profile.pictures  # noqa: B018


def test_changed_asset_is_named_with_its_sha256(copied: Course) -> None:
    asset = copied.folder / "cnn.safetensors"
    data = bytearray(asset.read_bytes())
    data[-1] ^= 1
    asset.write_bytes(data)
    with pytest.raises(FixableError, match=r"cnn\.safetensors: sha256 .* expected"):
        copied.profile.classifier_file  # noqa: B018


def test_every_bad_asset_is_named_at_once(copied: Course) -> None:
    (copied.folder / "pictures" / "1.png").unlink()
    (copied.folder / "masks" / "2.png").write_bytes(b"")
    with pytest.raises(FixableError) as caught:
        check_profile(copied.profile)
    assert len(caught.value.faults) == 2


def test_manifest_with_an_unknown_field_is_refused_with_its_place(copied: Course) -> None:
    manifest = copied.folder / "manifest.yaml"
    manifest.write_text(manifest.read_text(encoding="utf-8") + "colour: blue\n", encoding="utf-8")
    with pytest.raises(FixableError, match=r"manifest\.yaml: colour: unknown field"):
        open_course(copied.folder)


@pytest.mark.parametrize("path", ["pictures/my loaf.png", "照片/0.png", "-x", "", "/etc/passwd"])
def test_path_of_other_letters_is_refused_in_words(path: str) -> None:
    entry = {"path": path, "bytes": 1, "sha256": "0" * 64, "licence": "CC0-1.0", "source": "mine"}
    with pytest.raises(FixableError, match=f"path: '{path}'; expected a path of letters a to z, digits, .* no blanks"):
        parse_as(Asset, entry)


def test_labels_of_the_pictures_are_categories_of_the_assignment() -> None:
    assert np.isin(open_course().profile.labels, np.arange(len(open_course().assignment.categories))).all()


def test_folder_of_a_bert_is_checked_whole(copied: Course) -> None:
    profile = copied.profile
    assert set(profile.reader_folders) == {"reader_a", "reader_b", "reader_c"}
    asset = copied.folder / "bert" / "masked" / "vocab.txt"
    asset.write_bytes(asset.read_bytes() + b"extra\n")
    with pytest.raises(FixableError, match=r"masked/vocab\.txt: \d+ bytes; expected"):
        open_course(copied.folder).profile.masked_folder  # noqa: B018
    with pytest.raises(FixableError, match=r"assets: none in 'bert/other'; expected some"):
        profile.find_folder("bert/other")
