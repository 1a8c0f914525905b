"""Verbs that read one file or a course are tried by ourselves and by an ordinary user on what is hostile."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.courses import begin_course
from tests.grader.ordinary import give, make_environment
from tests.patience import PATIENCE

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]
VERBS = """
import json, sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from grader.commands.main import main
said = {}
for name, words in json.loads(sys.argv[1]).items():
    with redirect_stdout(StringIO()) as out, redirect_stderr(out):
        said[name] = [main(words), out.getvalue()]
status = open("/proc/self/status").read()  # of this program; what getrusage says began with the parent's
most = int(status.split("VmHWM:")[1].split()[0]) // 1024
print(json.dumps({"said": said, "most_mib": most}))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hw9-verbs-", dir="/tmp") as name:
        yield Path(name)


def write_cell(path: Path, **changed: object) -> None:
    cell = {"id": "a", "cell_type": "code", "metadata": {}, "source": "", "outputs": [], "execution_count": None}
    its = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell | changed.pop("cell", {})]}
    path.write_text(json.dumps(its | changed), encoding="utf-8")


def test_look_and_a_course_that_leads_out_are_refused_in_words_that_do_not_act(either: list[str], folder: Path) -> None:
    place = folder / "looked-at"
    place.mkdir()
    write_cell(place / "kind.ipynb", cell={"cell_type": "\x1b]0;OWNED\x07\u202eX"})
    write_cell(place / "version.ipynb", nbformat=9, nbformat_minor="\x1b[2J")
    (place / "\x1b]0;OWNED\x07.ipynb").write_text("{", encoding="utf-8")
    os.mkfifo(place / "pipe.ipynb")
    with (place / "sparse.ipynb").open("wb") as sparse:
        sparse.truncate(1500 << 20)
    (folder / "secret.txt").write_text("secret", encoding="utf-8")
    course = begin_course(folder / "winter")
    asset = {"path": "x/../../secret.txt", "bytes": 6, "sha256": "0" * 64, "licence": "x", "source": "x"}
    with (course / "manifest.yaml").open("a", encoding="utf-8") as manifest:
        manifest.write(json.dumps({"assets": [asset]})[1:-1])
    give(folder, either)
    words = {path.name: ["look", str(path)] for path in place.iterdir()}
    words["course bundle"] = ["bundle", str(folder / "out"), "--course", str(course)]
    words["course run"] = ["run", str(place), str(folder / "none"), "--course", str(course)]
    command = [*either, sys.executable, "-P", "-c", VERBS, json.dumps(words)]
    done = subprocess.run(command, env=make_environment(), capture_output=True, text=True, timeout=PATIENCE)
    told = json.loads(done.stdout.splitlines()[-1])
    assert {name: code for name, (code, _) in told["said"].items()} == dict.fromkeys(words, 1)
    assert not any(sign in text for _, text in told["said"].values() for sign in "\x1b\x07\u202e")
    assert "not a regular file" in told["said"]["pipe.ipynb"][1]
    assert "more than" in told["said"]["sparse.ipynb"][1]
    assert told["most_mib"] < 600
    for verb in ("bundle", "run"):
        assert "manifest.yaml: assets: 0: path: 'x/../../secret.txt'" in told["said"][f"course {verb}"][1]
    assert not any((folder / name).exists() for name in ("out", "none"))
