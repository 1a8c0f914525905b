"""The programs that measure run from the command line: they are started by hand, months apart."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]


def run_program(name: str, *arguments: str) -> str:
    """Run a program of `benchmarks` to its end; return what it printed."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.slow
def test_processes_of_agreement_find_what_they_are_to_try(tmp_path: Path) -> None:
    out = tmp_path / "agreement.md"
    printed = run_program("agreement", "--only", "cosine", "--out", str(out))
    assert re.search(r"^as expected: 2 variants", printed, re.MULTILINE)
    assert "| cosine distance |" in out.read_text(encoding="utf-8")
