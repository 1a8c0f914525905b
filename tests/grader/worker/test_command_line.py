"""`python -m grader.worker`: what is no Run's folder is answered with how the command is typed."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("words", [[], ["--help"], ["run", "another"]])
def test_worker_says_how_it_is_typed(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["worker", *words])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("grader.worker", run_name="__main__")
    assert ended.value.code == "usage: python -m grader.worker RUN"


def test_worker_builds_no_grammar_of_addresses(tmp_path: Path) -> None:
    """It would take a second of each notebook's time where Jupyter is installed."""
    command = [sys.executable, "-X", "importtime", "-m", "grader.worker", str(tmp_path / "nowhere")]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    imported = {line.rpartition("|")[2].strip() for line in told.splitlines()}
    assert {"nbformat", "jsonschema"} <= imported
    assert "lark" not in imported
