"""Running one's own notebook: what is missing is named, and a cell that fails is no traceback of ours."""

import sys
from pathlib import Path
from typing import Any

import pytest

from assignment.course import open_course
from assignment.fixable import FixableError
from assignment.selfcheck.hw9 import main as start_alone
from assignment.selfcheck.run import Failure, run_notebook


def make(*sources: str) -> dict[str, Any]:
    cells = [
        {"id": f"c{number}", "cell_type": "code", "metadata": {}, "source": source, "outputs": []}
        | {"execution_count": None}
        for number, source in enumerate(sources)
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def test_without_nbclient_it_is_said_what_installs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nbclient", None)
    with pytest.raises(FixableError, match=r"nbclient: not installed; expected nbclient and ipykernel.*pip install"):
        run_notebook(make("1"), tmp_path, open_course())


def test_without_a_package_the_bundles_command_says_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "assignment.selfcheck.__main__", None)
    assert start_alone() == 1
    assert "not installed; expected it" in (said := capsys.readouterr().err)
    assert f"{sys.executable} -m pip install numpy" in said


@pytest.mark.slow
def test_a_run_works_in_its_folder_and_stops_at_the_first_cell_that_fails(tmp_path: Path) -> None:
    began: list[int] = []
    save = "from pathlib import Path\nimport assignment.fixable\nPath('here').write_text('x')"
    found = run_notebook(make(save, "1 / 0", "2"), tmp_path, open_course(), began.append)
    assert found == Failure(1, "ZeroDivisionError: division by zero")
    assert began == [0, 1]
    assert (tmp_path / "here").exists()
    assert run_notebook(make("1"), tmp_path, open_course()) is None


@pytest.mark.slow
def test_a_kernel_that_dies_is_told_with_its_cell(tmp_path: Path) -> None:
    found = run_notebook(make("import os\nos._exit(1)"), tmp_path, open_course())
    assert found is not None
    assert found.says.startswith("DeadKernelError")
