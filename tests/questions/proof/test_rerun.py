"""A Rerun looks where the edits are, whatever the environment says."""

import subprocess
import sys
from pathlib import Path

import pytest

from questions.proof.rerun import SETTINGS


@pytest.mark.parametrize("safe", ["", "1"])
def test_edits_are_what_python_runs_with_safe_path_too(tmp_path: Path, safe: str) -> None:
    (tmp_path / "reference.py").write_text("print('the edited one')")
    command = [sys.executable, "-m", "reference"]
    environment = {"PYTHONSAFEPATH": safe} | SETTINGS
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ended.stdout == "the edited one\n"
