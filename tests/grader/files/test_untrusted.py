"""Files that lead elsewhere, block or fill the memory are refused; an ordinary one is read."""

import os
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.files.untrusted import list_untrusted, read_untrusted


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "work" / "outputs").mkdir(parents=True)
    (tmp_path / "work" / "outputs" / "a.npz").write_bytes(b"12345")
    return tmp_path / "work"


def test_ordinary_file_is_read_by_path_and_by_descriptor(work: Path) -> None:
    assert read_untrusted(work, "outputs/a.npz", 5) == b"12345"
    descriptor = os.open(work, os.O_RDONLY)
    assert read_untrusted(descriptor, "outputs/a.npz", 5) == b"12345"
    assert list_untrusted(descriptor, "outputs") == list_untrusted(work, "outputs") == ("a.npz",)
    os.close(descriptor)


@pytest.mark.parametrize("place", ["outputs/link", "linked/a.npz", "outputs/dangling"])
def test_links_are_refused_in_every_component(work: Path, place: str) -> None:
    (work / "outputs" / "link").symlink_to(work.parent / "secret")
    (work / "outputs" / "dangling").symlink_to("nowhere")
    (work / "linked").symlink_to(work / "outputs")
    with pytest.raises(FixableError, match="no link"):
        read_untrusted(work, place, 100)
    assert list_untrusted(work, "linked") == ()


def test_pipe_does_not_block(work: Path) -> None:
    os.mkfifo(work / "fifo")
    with pytest.raises(FixableError, match="not a regular file"):
        read_untrusted(work, "fifo", 100)


def test_folder_and_missing_file_are_refused(work: Path) -> None:
    for place in ("outputs", "outputs/b.npz", "nowhere/a.npz"):
        with pytest.raises(FixableError):
            read_untrusted(work, place, 100)


def test_size_is_capped(work: Path) -> None:
    with pytest.raises(FixableError, match="more than 4 bytes"):
        read_untrusted(work, "outputs/a.npz", 4)


@pytest.mark.parametrize("place", ["../secret", "/etc/passwd", "outputs/../../secret", "", "a\0b"])
def test_paths_out_of_the_folder_are_refused(work: Path, place: str) -> None:
    with pytest.raises(FixableError):
        read_untrusted(work, place, 100)
