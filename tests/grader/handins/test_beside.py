"""What lies beside a notebook comes along: a student's own files, within limits, and nothing else."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.handins import beside
from grader.handins.beside import read_beside, save_beside


def make(handins: Path, files: Mapping[str, bytes | str]) -> Path:
    """Write the files of a student's folder, and a notebook of it, whose path is returned."""
    for name, data in {"homework.ipynb": "{}", **files}.items():
        path = handins / "b01" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return handins / "b01" / "homework.ipynb"


def test_helper_and_data_come_along(tmp_path: Path) -> None:
    notebook = make(tmp_path, {"helper.py": "x = 1", "data/資料 1.csv": "a", "lib/__init__.py": "", "numpy.py": ""})
    found = read_beside(tmp_path, notebook)
    assert found.files == {"helper.py": b"x = 1", "data/資料 1.csv": b"a", "lib/__init__.py": b"", "numpy.py": b""}
    assert found.notes == ()


def test_beside_a_notebook_at_the_top_lie_the_files_of_others(tmp_path: Path) -> None:
    make(tmp_path, {"helper.py": ""})
    (tmp_path / "b02.ipynb").write_text("{}")
    (tmp_path / "handins.csv").write_text("student")
    assert read_beside(tmp_path, tmp_path / "b02.ipynb").files == {}


def test_paths_start_at_the_notebook_however_deep_it_lies(tmp_path: Path) -> None:
    make(tmp_path, {"hw9/task.ipynb": "{}", "hw9/helper.py": "", "other.py": ""})
    assert read_beside(tmp_path, tmp_path / "b01" / "hw9" / "task.ipynb").files.keys() == {"helper.py"}


def test_what_systems_and_editors_leave_is_passed_over_without_a_word(tmp_path: Path) -> None:
    names = [".DS_Store", "._x.py", "Thumbs.db", "__pycache__/h.pyc", ".git/config", "h.py~", "__MACOSX/x"]
    names += [".ipynb_checkpoints/a.py", "assignment/__init__.py", "hw9-student.zip"]
    names += ["hw9-hosted.zip", "hw9-hosted.zip.part"]
    notebook = make(tmp_path, dict.fromkeys(names, ""))
    assert read_beside(tmp_path, notebook) == beside.Beside({})


def test_outputs_saved_before_and_modules_of_python_stay_behind_and_it_is_said(tmp_path: Path) -> None:
    names = ["outputs/lime.npz", "random.py", "email/__init__.py", "email/data.csv", "data/random.py", "data/outputs/x"]
    found = read_beside(tmp_path, make(tmp_path, dict.fromkeys(names, "")))
    assert found.files.keys() == {"email/data.csv", "data/random.py", "data/outputs/x"}
    assert len(found.notes) == 1
    for word in ("'outputs' (only what the Run", "'random.py' (the name of a module", "'email/__init__.py'"):
        assert word in found.notes[0].en


def test_links_pipes_and_odd_names_stay_behind_and_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "key.csv").write_text("secret")
    notebook = make(tmp_path, {"helper.py": "", "a\nb.py": ""})
    folder = notebook.parent
    (folder / "key.csv").symlink_to(tmp_path / "key.csv")
    (folder / "all").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.py")).write_text("")
    found = read_beside(tmp_path, notebook)
    assert found.files.keys() == {"helper.py"}
    assert all(word in found.notes[0].en for word in ("key.csv", "'all'", "pipe", "a\\nb.py", "no Unicode"))
    found.notes[0].en.encode()


def test_too_many_too_large_and_too_deep_files_stay_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "MOST_MIB", 1)
    deep = "/".join(["d"] * (beside.DEEPEST + 1))
    notebook = make(tmp_path, {"a.bin": bytes(900_000), "b.bin": bytes(200_000), "c.bin": b"", f"{deep}/e.py": ""})
    found = read_beside(tmp_path, notebook)
    assert found.files.keys() == {"a.bin", "c.bin"}
    assert "'b.bin' (more than 1 MiB with those before)" in found.notes[0].en
    assert f"'{deep}' (more than {beside.DEEPEST} folders deep)" in found.notes[0].en
    many = read_beside(tmp_path, make(tmp_path, {f"many/{n:04}": "" for n in range(300)}))
    assert len(many.files) == beside.MOST_FILES
    assert "94 more" in many.notes[0].en


def test_what_comes_after_too_many_entries_is_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "MOST_SEEN", 5)
    found = read_beside(tmp_path, make(tmp_path, {f"{n}/x.py": "" for n in range(9)}))
    assert len(found.files) == 2
    assert "what comes after 5 files and folders" in found.notes[0].en


def test_files_of_a_run_are_replaced_whole_and_readable_by_the_notebooks_user(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        save_beside(tmp_path, {"old.py": b"", "data/x": b"1"})
        save_beside(tmp_path, {"new/y": b"2"})
    finally:
        os.umask(before)
    found = {path.relative_to(tmp_path).as_posix(): path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
    assert found == {"beside": 0o755, "beside/new": 0o755, "beside/new/y": 0o644}
    save_beside(tmp_path, {})
    assert list(tmp_path.iterdir()) == []
