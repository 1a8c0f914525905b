"""Files of ours: what a reader sees is whole, and the first of two creators wins."""

import os
import resource
import signal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignment.fixable import FixableError
from grader.files.whole import create_whole, find_leftovers, load_json, open_aside, to_json, write_whole
from grader.handins.plan import Plan
from tests.grader.commands.terminal.hostile import HOSTILE, find_acting
from tests.killed import kill_at_each_step


def test_written_file_replaces_the_old_one_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.json", b"1")
    write_whole(tmp_path / "a.json", b"2")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.json", b"2")]


def test_created_file_is_never_replaced(tmp_path: Path) -> None:
    assert create_whole(tmp_path / "a.json", b"1")
    assert not create_whole(tmp_path / "a.json", b"2")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.json", b"1")]


def test_what_a_killed_writer_left_is_found_and_gone_when_the_same_file_is_written_again(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.json", b"1")
    write_whole(tmp_path / "b.json", b"1")
    kept = {"a.json", "b.json", ".a.json.gz", ".a.json.0123456789abc"}
    for name in kept:
        (tmp_path / name).touch()
    for write in (write_whole, create_whole):
        for _ in kill_at_each_step(lambda write=write: write(tmp_path / "a.json", b"2")):  # type: ignore[misc]
            assert any(path.name not in kept for path in find_leftovers(tmp_path))
            write_whole(tmp_path / "b.json", b"3")
            assert create_whole(tmp_path / "a.json", b"3") is False
            assert {path.name for path in tmp_path.iterdir()} == kept


def test_what_cannot_be_written_to_its_end_leaves_nothing(tmp_path: Path) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limit[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            write_whole(tmp_path / "a.json", b"1" * 2000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, handler)
    assert list(tmp_path.iterdir()) == []


def test_file_that_another_process_is_writing_is_no_leftover(tmp_path: Path) -> None:
    with open_aside(tmp_path / "a.json") as (aside, file):
        child = os.fork()
        if child == 0:
            file.close()  # the lock stays with the parent's
            write_whole(tmp_path / "a.json", b"theirs")
            os._exit(0 if aside.exists() else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert (tmp_path / "a.json").read_bytes() == b"theirs"
        file.write(b"ours")
        file.flush()
        aside.replace(tmp_path / "a.json")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.json", b"ours")]


def test_writers_of_one_file_at_once_never_take_each_other_for_killed_ones(tmp_path: Path) -> None:
    children = []
    for number in range(6):
        if (child := os.fork()) == 0:
            try:
                for _ in range(60):
                    write_whole(tmp_path / "a.json", str(number).encode() * 1000)
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 6
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert len(set((tmp_path / "a.json").read_bytes())) == 1


@given(st.lists(st.text() | st.text(st.sampled_from(sorted({*HOSTILE, *'"\\\\u'})))))
def test_json_of_a_record_has_nothing_that_acts_and_is_read_as_the_record(names: list[str]) -> None:
    plan = Plan(released=(), edited=tuple(names), missing=(), moved=(), doubled=(), first_departure=None)
    written = to_json(plan)
    assert not find_acting(written.decode())
    assert Plan.model_validate_json(written) == plan


def test_json_that_cannot_be_read_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(FixableError, match=r"a\.json: No such file or directory; expected a list"):
        load_json(tmp_path / "a.json", "a list")
    for text in ("[1", "[" * 100_000):
        (tmp_path / "a.json").write_text(text)
        with pytest.raises(FixableError, match=r"a\.json: not JSON; expected a list"):
            load_json(tmp_path / "a.json", "a list")
