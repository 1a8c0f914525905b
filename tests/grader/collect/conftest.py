"""Downloads as course systems make them, and the folder that is collected from them."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.collect.collect import collect
from grader.collect.record import Collected

Files = Mapping[str, bytes]

GRADEBOOK = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Homework 9 (123)\n"
    "    Points Possible,,,,,10\n"
    '"Chen, Ada",41000,b09901001,ada@school.edu,A,\n'
    '"Lin, Bo",41001,b09901002,bo@school.edu,A,\n'
    '"Wu, Cy",41002,b09901003,cy@school.edu,A,\n'
    '"Student, Test",41099,,e1b5,A,\n'
)


def make_notebook(text: str = "1") -> bytes:
    cell = {"cell_type": "code", "metadata": {}, "source": text, "outputs": [], "execution_count": None}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()


def make_zip(files: Files) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


@pytest.fixture
def download(tmp_path: Path) -> Callable[..., Path]:
    """Write files as a zip file or as a folder and return its path."""

    def write(files: Files, name: str = "download.zip") -> Path:
        path = tmp_path / name
        if name.endswith(".zip"):
            path.write_bytes(make_zip(files))
            return path
        for inner, data in files.items():
            (path / inner).parent.mkdir(parents=True, exist_ok=True)
            (path / inner).write_bytes(data)
        return path

    return write


@pytest.fixture
def take(tmp_path: Path, download: Callable[..., Path]) -> Callable[..., Collected]:
    """Collect one download into `handins`, with the text of a roster or without one."""

    def run(files: Files | Path, roster: str | None = None, **more: Any) -> Collected:
        path = files if isinstance(files, Path) else download(files, **more)
        if roster is not None:
            (tmp_path / "roster.csv").write_text(roster, encoding="utf-8")
        return collect([path], tmp_path / "handins", None if roster is None else tmp_path / "roster.csv")

    return run


def list_files(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, by path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def read_rows(tmp_path: Path) -> dict[str, dict[str, str]]:
    """Return the rows of the collected `handins.csv`, by student."""
    text = (tmp_path / "handins" / "handins.csv").read_text(encoding="utf-8")
    return {row["student"]: row for row in csv.DictReader(io.StringIO(text))}
