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


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("reference/produce/bench.py", True),
        ("reference/lime.py", True),
        ("assignment/models/bert.py", True),
        ("assignment/arrays.py", True),
        ("assignment/homework.py", False),
        ("assignment/cells/figures.py", False),
    ],
)
def test_what_is_kept_is_stale_once_code_changes_that_computes(
    file: str, counts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text("A = 1", encoding="utf-8")
    monkeypatch.setattr(rerun, "ROOT", tmp_path)
    monkeypatch.setattr(rerun, "NOTEBOOK", tmp_path / "assignment" / "homework.py")
    before = rerun._digest_sources()
    assert rerun._digest_sources() == before
    path.write_text("A = 2", encoding="utf-8")
    assert (rerun._digest_sources() != before) == counts


@pytest.mark.slow
def test_producing_loads_no_code_that_the_digest_leaves_out() -> None:
    """A function that imports late would be missed: so are all modules of the reference imported."""
    code = (
        "import pathlib, sys, importlib, assignment.models.bert\n"
        "for path in sorted(pathlib.Path('reference').rglob('*.py')):\n"
        "    if path.name != '__main__.py' and 'check' not in path.parts:\n"
        "        importlib.import_module('.'.join(path.with_suffix('').parts).removesuffix('.__init__'))\n"
        "print(*(m.__file__ for n, m in sys.modules.items() if n.split('.')[0] in ('assignment', 'reference')))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=rerun.ROOT, env=SETTINGS, capture_output=True, text=True, check=True)
    kept = {str(path) for pattern in rerun.CODE for path in rerun.ROOT.glob(pattern)}
    loaded = {str(Path(name).resolve()) for name in done.stdout.split() if name != "None"}
    assert len(loaded) > 30
    assert loaded <= kept
