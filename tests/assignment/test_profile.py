"""A profile hands out only assets that are whole."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from assignment.assignment import load_assignment
from assignment.fixable import FixableError
from assignment.profile import PROFILES_FOLDER, check_profile, load_profile


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(PROFILES_FOLDER / "mini", tmp_path / "mini")
    return tmp_path


def test_mini_is_whole() -> None:
    check_profile(load_profile("mini"))


def test_mini_has_the_slides_labels_and_a_mask_of_food_in_each_picture() -> None:
    profile = load_profile("mini")
    assert profile.labels.tolist() == [1, 1, 2, 3, 5, 6, 8, 8, 8, 9]
    assert profile.pictures.shape == (10, 128, 128, 3)
    assert (profile.masks == 1).mean(axis=(1, 2)).min() > 0.03


def test_unknown_profile_names_those_that_exist() -> None:
    with pytest.raises(FixableError, match="profile: 'maxi'; expected one of mini"):
        load_profile("maxi")


def test_truncated_asset_is_named_with_both_sizes(copied: Path) -> None:
    asset = copied / "mini" / "pictures" / "3.png"
    size = asset.stat().st_size
    asset.write_bytes(asset.read_bytes()[:-10])
    with pytest.raises(FixableError, match=rf"3\.png: {size - 10} bytes; expected {size}"):
        load_profile("mini", copied).pictures  # noqa: B018


def test_changed_asset_is_named_with_its_sha256(copied: Path) -> None:
    asset = copied / "mini" / "cnn.safetensors"
    data = bytearray(asset.read_bytes())
    data[-1] ^= 1
    asset.write_bytes(data)
    with pytest.raises(FixableError, match=r"cnn\.safetensors: sha256 .* expected"):
        load_profile("mini", copied).classifier_file  # noqa: B018


def test_every_bad_asset_is_named_at_once(copied: Path) -> None:
    (copied / "mini" / "pictures" / "1.png").unlink()
    (copied / "mini" / "masks" / "2.png").write_bytes(b"")
    with pytest.raises(FixableError) as caught:
        check_profile(load_profile("mini", copied))
    assert len(caught.value.faults) == 2


def test_manifest_with_an_unknown_field_is_refused_with_its_place(copied: Path) -> None:
    manifest = copied / "mini" / "manifest.yaml"
    manifest.write_text(manifest.read_text(encoding="utf-8") + "colour: blue\n", encoding="utf-8")
    with pytest.raises(FixableError, match=r"manifest\.yaml: colour: unknown field"):
        load_profile("mini", copied)


def test_labels_of_the_pictures_are_categories_of_the_assignment() -> None:
    assert np.isin(load_profile("mini").labels, np.arange(len(load_assignment().categories))).all()


def test_folder_of_a_bert_is_checked_whole(copied: Path) -> None:
    profile = load_profile("mini", copied)
    assert set(profile.reader_folders) == {"reader_a", "reader_b", "reader_c"}
    asset = copied / "mini" / "bert" / "masked" / "vocab.txt"
    asset.write_bytes(asset.read_bytes() + b"extra\n")
    with pytest.raises(FixableError, match=r"masked/vocab\.txt: \d+ bytes; expected"):
        load_profile("mini", copied).masked_folder  # noqa: B018
    with pytest.raises(FixableError, match=r"assets: none in 'bert/other'; expected some"):
        profile.find_folder("bert/other")
