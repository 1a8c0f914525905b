"""The manifest that authoring programs write: whole or as before, and every entry as the file is."""

from pathlib import Path

import pytest

from assignment.authoring.manifest import edit_manifest, load_draft
from assignment.fixable import FixableError
from assignment.profile import MANIFEST_NAME


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / MANIFEST_NAME).write_text("profile: mine\n", encoding="utf-8")
    (tmp_path / "a.png").write_bytes(b"one")
    return tmp_path


def test_file_is_entered_once_and_as_it_is_now(folder: Path) -> None:
    with edit_manifest(folder) as draft:
        draft.put(["a.png"], licence="CC0-1.0", source="mine")
    (folder / "a.png").write_bytes(b"other")
    with edit_manifest(folder) as draft:
        draft.put(["a.png"], licence="CC0-1.0", source="mine")
    (entry,) = load_draft(folder).data["assets"]
    assert (entry["bytes"], entry["sha256"][:8]) == (5, "d9298a10")


def test_edit_that_fails_leaves_the_manifest_as_it_was(folder: Path) -> None:
    before = (folder / MANIFEST_NAME).read_bytes()
    (folder.parent / "a.png").write_bytes(b"out")
    with pytest.raises(FixableError, match=r"path: '\.\./a\.png'"):
        edit_badly(folder)
    assert (folder / MANIFEST_NAME).read_bytes() == before
    assert list(folder.glob(".*")) == []


def edit_badly(folder: Path) -> None:
    with edit_manifest(folder) as draft:
        draft.data["classifier"] = "x"
        draft.put(["../a.png"], licence="CC0-1.0", source="mine")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- a\n", "expected the fields profile"),
        ("modle: x\n", "'modle'; expected the fields profile"),
        ("assets: x\n", "assets: 'x'; expected a list"),
        ("assets: [{path: a}]\n", "assets: 0: bytes: missing"),
    ],
)
def test_manifest_that_is_none_is_refused_with_its_place(folder: Path, text: str, says: str) -> None:
    (folder / MANIFEST_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(FixableError, match=says):
        load_draft(folder)
