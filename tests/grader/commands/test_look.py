"""`hw9 look`: what the grader reads in a notebook, without a key."""

import json
import os
import tracemalloc
from pathlib import Path

import pytest

from assignment.assignment import NOTEBOOK_FILE
from grader.commands.main import main


def test_look_reads_a_notebook_without_a_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = NOTEBOOK_FILE.read_text(encoding="utf-8")
    notebook = json.loads(
        text.replace('\\"lime-1\\": \\"\\"', '\\"lime-1\\": \\"ca\\"').replace('of=\\"logit\\"', 'of=\\"loss\\"')
    )
    path = tmp_path / "mine.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert main(["look", str(path)]) == 1
    out = capsys.readouterr().out
    assert "lime-1: ac\n" in out
    assert "official cell 'saliency' is edited" in out
    assert "lime-2: blank" in out


def test_look_at_something_else_names_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "essay.ipynb").write_text("Dear TA", encoding="utf-8")
    assert main(["look", str(tmp_path / "essay.ipynb")]) == 1
    assert "essay.ipynb: notebook:" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(("name", "says"), [("pipe", "not a regular file"), ("sparse", "more than 134217728 bytes")])
def test_look_neither_waits_nor_fills_memory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, says: str
) -> None:
    path = tmp_path / f"{name}.ipynb"
    if name == "pipe":
        os.mkfifo(path)
    else:
        with path.open("wb") as sparse:
            sparse.truncate(1500 << 20)
    tracemalloc.start()
    assert main(["look", str(path)]) == 1
    assert tracemalloc.get_traced_memory()[1] < 64 << 20
    tracemalloc.stop()
    assert f"{path}: {says}; expected" in capsys.readouterr().err
