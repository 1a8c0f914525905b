"""Files of ours: what a reader sees is whole, and the first of two creators wins."""

from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.files.whole import create_whole, find_leftovers, load_json, write_whole


def test_written_file_replaces_the_old_one_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.json", b"1")
    write_whole(tmp_path / "a.json", b"2")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.json", b"2")]


def test_created_file_is_never_replaced(tmp_path: Path) -> None:
    assert create_whole(tmp_path / "a.json", b"1")
    assert not create_whole(tmp_path / "a.json", b"2")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.json", b"1")]


def test_what_a_killed_writer_left_is_found_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_whole(tmp_path / "a.json", b"1")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a.json", b"2")
    assert (tmp_path / "a.json").read_bytes() == b"1"
    assert [path.read_bytes() for path in find_leftovers(tmp_path)] == [b"2"]


def test_json_that_cannot_be_read_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(FixableError, match=r"a\.json: No such file or directory; expected a list"):
        load_json(tmp_path / "a.json", "a list")
    for text in ("[1", "[" * 100_000):
        (tmp_path / "a.json").write_text(text)
        with pytest.raises(FixableError, match=r"a\.json: not JSON; expected a list"):
            load_json(tmp_path / "a.json", "a list")
