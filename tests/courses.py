"""Courses for tests: the embedded one's parts, copied from their three rooms into one folder."""

import hashlib
import shutil
from pathlib import Path

import yaml
from PIL import Image

from assignment.assignment import ASSIGNMENT_FILE
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


def begin_course(folder: Path, *, categories: int = 3, side: int = 32) -> Path:
    """Write a course that is being made: settings, and a manifest that names nothing yet."""
    folder.mkdir()
    settings = yaml.safe_load(ASSIGNMENT_FILE.read_text(encoding="utf-8"))
    settings |= {"version": 1, "size": {"height": side, "width": side}}
    settings["categories"] = settings["categories"][:categories]
    (folder / "course.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    (folder / "manifest.yaml").write_text(f"profile: {folder.name}\n", encoding="utf-8")
    return folder


def change_picture(course: Course, number: int) -> Course:
    """Turn a picture of a course upside down, as a new picture with its own checksum, and open the course anew."""
    entry = course.manifest.pictures[number].asset
    path, place = course.folder / entry, course.folder / "manifest.yaml"
    with Image.open(path) as image:
        turned = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    turned.save(path)
    data = yaml.safe_load(place.read_text(encoding="utf-8"))
    asset = next(one for one in data["assets"] if one["path"] == entry)
    asset |= {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    place.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return open_course(course.folder)


def replace_text(path: Path, old: str, new: str) -> None:
    """Replace what stands in a file once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
