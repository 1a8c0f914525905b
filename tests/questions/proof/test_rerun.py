"""A Rerun runs the edited sources, however deep they lie, and leaves the real ones alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from questions.proof import rerun
from questions.proof.rerun import SETTINGS, Edit


@pytest.mark.parametrize("safe", ["", "1"])
def test_edits_are_what_python_runs_with_safe_path_too(tmp_path: Path, safe: str) -> None:
    (tmp_path / "reference.py").write_text("print('the edited one')")
    command = [sys.executable, "-m", "reference"]
    environment = {"PYTHONSAFEPATH": safe} | SETTINGS
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ended.stdout == "the edited one\n"


NESTED = Edit("reference/produce/registry.py", "SEEDS = (1, 2, 3)", "SEEDS = (7,)")


@pytest.mark.slow
def test_edit_of_a_nested_module_is_what_runs_and_the_real_one_stays() -> None:
    real = (rerun.ROOT / NESTED.file).read_bytes()
    code = "from reference.produce.registry import SEEDS; print(SEEDS)"
    with rerun._overlay([NESTED]) as place:
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=place, env=SETTINGS, capture_output=True, text=True, check=False)
        assert not [path for path in place.rglob("*") if path.is_dir() and path.is_symlink()]
    assert done.stdout == "(7,)\n", done.stderr
    assert (rerun.ROOT / NESTED.file).read_bytes() == real


def test_what_is_kept_is_stale_once_a_nested_module_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in rerun.ROOMS:
        (tmp_path / room / "deep").mkdir(parents=True)
        (tmp_path / room / "deep" / "module.py").write_text("A = 1")
    monkeypatch.setattr(rerun, "ROOT", tmp_path)
    before = rerun._digest_sources()
    assert rerun._digest_sources() == before
    (tmp_path / "assignment" / "deep" / "module.py").write_text("A = 2")
    assert rerun._digest_sources() != before
