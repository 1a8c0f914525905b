"""A path that a folder tells is found again where both were moved, where one was, and by any name."""

import os
from pathlib import Path

from grader.files.told_path import find_path, tell_path


def test_folder_named_by_a_link_sees_what_lies_beside_the_folder_itself(tmp_path: Path) -> None:
    for name in ("class/runs", "class/handins", "elsewhere"):
        (tmp_path / name).mkdir(parents=True)
    link = tmp_path / "elsewhere" / "runs"
    link.symlink_to(tmp_path / "class" / "runs")
    whole, seen = tell_path(tmp_path / "class" / "handins", link)
    assert (whole, seen) == (str(tmp_path / "class" / "handins"), "../handins")
    assert find_path("/gone", seen, link) == tmp_path / "class" / "handins"


def test_name_that_is_no_text_is_told_as_text(tmp_path: Path) -> None:
    told = tell_path(tmp_path / os.fsdecode(b"\xff"), tmp_path)
    assert [one.rpartition("/")[2].encode() for one in told] == [b"\\xff", b"\\xff"]
