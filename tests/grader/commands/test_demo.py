"""`hw9 demo` removes an earlier demo and nothing else."""

from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.commands.demo import clear_demo


def test_an_earlier_demo_is_removed(tmp_path: Path) -> None:
    for name in ("handins", "runs"):
        (tmp_path / name / "ann").mkdir(parents=True)
    clear_demo(tmp_path)
    assert not list(tmp_path.iterdir())
    clear_demo(tmp_path / "not-there")


def test_a_folder_with_other_things_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(FixableError, match="holds other things than an earlier demo"):
        clear_demo(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"runs", "thesis.tex"}
