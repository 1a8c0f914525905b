"""Files of Outputs that a hostile notebook left: what cannot be read is unreadable, and nothing stops the grader."""

import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from assignment.agreement.agree import COMPARED_GROUPS
from assignment.outputs import Outputs, list_official, save_group
from grader.agreement.saved import read_group

Save = Callable[..., None]

MOST = 2**24  # bytes of a group


@pytest.mark.parametrize(
    ("group", "name"), [(group, name) for group in COMPARED_GROUPS for name in list_official(group)]
)
@pytest.mark.parametrize("fault", ["row", "axis", "bool"])
def test_an_array_of_another_shape_or_kind_is_unreadable(
    tmp_path: Path, canonical: Outputs, group: str, name: str, fault: str
) -> None:
    arrays = {one: canonical[group, one] for one in list_official(group)}
    arrays[name] = {
        "row": np.concatenate([arrays[name], arrays[name][:1]]),
        "axis": arrays[name][..., None],
        "bool": arrays[name] > 0,
    }[fault]
    place = tmp_path / "work" / "outputs" / f"{group}.npz"
    place.parent.mkdir(parents=True)
    np.savez(place, **arrays)
    reading = read_group(tmp_path / "work", group, canonical, most=MOST)
    assert (reading.word, reading.arrays) == ("unreadable", {})


def test_ascents_may_be_stored_in_sixteen_bits_or_more(tmp_path: Path, canonical: Outputs) -> None:
    arrays = {name: canonical["filters", name] for name in list_official("filters")}
    for exact, dtype in ((False, np.float16), (True, np.float32)):
        save_group(tmp_path / "work" / "outputs", "filters", arrays, exact=exact)
        reading = read_group(tmp_path / "work", "filters", canonical, most=MOST)
        assert (reading.word, reading.arrays["ascent"].dtype) == ("agrees", dtype)


def test_saved_groups_are_read_and_absent_ones_are_missing(
    tmp_path: Path, canonical: Outputs, save_outputs: Save
) -> None:
    save_outputs(tmp_path, canonical, ("lime",))
    assert read_group(tmp_path / "work", "lime", canonical, most=MOST).word == "agrees"
    assert read_group(tmp_path / "work", "saliency", canonical, most=MOST).word == "missing"


@pytest.mark.parametrize("plant", ["bytes", "folder", "link", "pipe", "pickle", "shape", "members"])
def test_hostile_files_are_unreadable(tmp_path: Path, canonical: Outputs, plant: str) -> None:
    place = tmp_path / "work" / "outputs" / "saliency.npz"
    place.parent.mkdir(parents=True)
    if plant == "bytes":
        place.write_bytes(b"no npz")
    elif plant == "folder":
        place.mkdir()
    elif plant == "link":
        place.symlink_to("/etc/passwd")
    elif plant == "pipe":
        os.mkfifo(place)
    elif plant == "pickle":
        np.savez(place, map=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    elif plant == "members":
        entries = (b"PK\x01\x02" + bytes(42)) * 60_000  # a list of nothing, which would cost memory and seconds
        place.write_bytes(entries + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 60_000, 60_000, len(entries), 0, 0))
    else:
        np.savez(place, map=np.zeros((3, 5, 5), np.float32))
    reading = read_group(tmp_path / "work", "saliency", canonical, most=MOST)
    assert reading.word == "unreadable"
    assert reading.detail
    assert not reading.arrays


def test_group_that_is_larger_than_its_course_allows_is_unreadable_and_says_which_limit(
    tmp_path: Path, canonical: Outputs, save_outputs: Save
) -> None:
    save_outputs(tmp_path, canonical, ("filters",))
    with zipfile.ZipFile(tmp_path / "work" / "outputs" / "filters.npz") as archive:
        size = sum(item.file_size for item in archive.infolist())
    assert read_group(tmp_path / "work", "filters", canonical, most=size).word == "agrees"
    reading = read_group(tmp_path / "work", "filters", canonical, most=size - 1)
    assert reading.word == "unreadable"
    assert "limits.group_mib of the course" in str(reading.detail)
