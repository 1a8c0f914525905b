"""Running one's own notebook: what is missing is named, and a cell that fails is no traceback of ours."""

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assignment.course import open_course
from assignment.fixable import FixableError
from assignment.selfcheck import hw9
from assignment.selfcheck.hw9 import main as start_alone
from assignment.selfcheck.run import Failure, run_notebook
from tests.patience import PATIENCE, wait_until

HW9 = Path(hw9.__file__)


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


def start_bare(folder: Path) -> str:
    """Start the bundle's command in a folder, with a Python that has no packages; return what it says of why not."""
    command = [sys.executable, "-S", str(shutil.copy(HW9, folder)), "look", "mine.ipynb"]
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, capture_output=True, env=settings | {"PYTHONIOENCODING": "utf-8"}, check=False)
    assert done.returncode == 1
    return done.stderr.decode()


def test_without_a_package_the_bundles_command_says_what_installs_it(tmp_path: Path) -> None:
    (tmp_path / "assignment" / "selfcheck").mkdir(parents=True)
    (tmp_path / "assignment" / "selfcheck" / "__main__.py").write_text("import pydantic", encoding="utf-8")
    said = start_bare(tmp_path)
    assert said.startswith("pydantic: not installed; expected it")
    assert f"{sys.executable} -m pip install numpy" in said


def test_a_command_that_was_moved_away_from_its_folder_says_so_and_installs_nothing(tmp_path: Path) -> None:
    said = start_bare(tmp_path)
    assert said.startswith("assignment: not here; expected the folder assignment of hw9-student.zip beside hw9.py")
    assert "pip" not in said


def test_an_older_python_reads_the_command_and_is_told_which_one_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ast.parse(HW9.read_bytes(), feature_version=(3, 7))
    monkeypatch.setattr(sys, "version_info", (3, 9, 6))
    assert start_alone() == 1
    assert capsys.readouterr().err == "Python 3.9; expected 3.11 or newer ｜ 需要 Python 3.11 以上\n"


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


@pytest.mark.slow
def test_an_error_of_a_cell_sends_no_codes_to_the_terminal(tmp_path: Path) -> None:
    found = run_notebook(make(r"raise ValueError('一\x1b[2J\n\x07二')"), tmp_path, open_course())
    assert found == Failure(0, "ValueError: 一?[2J ?二")


STOPPED = """
import json, signal, sys
from pathlib import Path
from assignment.course import open_course
from assignment.selfcheck.run import run_notebook
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job has none
try:
    found = run_notebook(json.loads(sys.argv[1]), Path(sys.argv[2]), open_course())
except KeyboardInterrupt:
    found = "stopped"
print(found)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C otherwise")
def test_ctrl_c_is_no_fault_of_the_cell_that_runs(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    notebook = make(f"import time\nopen({str(begun)!r}, 'w').close()\ntime.sleep(600)")
    command = [sys.executable, "-c", STOPPED, json.dumps(notebook), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as ours:
        assert wait_until(begun.exists)
        ours.send_signal(signal.SIGINT)
        assert ours.communicate(timeout=PATIENCE)[0] == b"stopped\n"
