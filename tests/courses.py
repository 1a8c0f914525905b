"""Courses for tests: the embedded one's parts, copied from their three rooms into one folder."""

import shutil
from pathlib import Path

from assignment.course import Course, open_course


def copy_course(folder: Path) -> Course:
    """Copy the embedded course into a new folder, as a course of the folder's name."""
    its = open_course()
    shutil.copytree(its.folder, folder)
    for source, name in ((its.bank, "bank"), (its.proofs, "proofs"), (its.canonical, "canonical")):
        shutil.copytree(source, folder / name)
    shutil.copy(its.notebook, folder)
    settings = its.settings.read_text(encoding="utf-8")
    (folder / "course.yaml").write_text(f"version: 1\n{settings}", encoding="utf-8")
    replace_text(folder / "manifest.yaml", f"profile: {its.name}\n", f"profile: {folder.name}\n")
    return open_course(folder)


def replace_text(path: Path, old: str, new: str) -> None:
    """Replace what stands in a file once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
