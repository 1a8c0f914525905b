"""Limits that are proposed follow from what a notebook used, by factors that are said; what it passes is a fault."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from assignment.assignment import load_assignment
from assignment.course import Course, open_course
from grader.commands.course.timing import CellColumn, find_measured_faults, to_yaml
from grader.commands.main import main
from grader.driver import measure
from grader.driver.measure import Measured, measure_groups, propose_limits
from grader.runs.doing import forget_cell, note_cell, read_cell
from grader.runs.result import RunResult
from tests.courses import copy_course

USUAL = load_assignment().limits


def make_measured(**changed: object) -> Measured:
    its = {
        "student": "released",
        "word": "ran",
        "seconds": 130.0,
        "cell_seconds": (None, 60.0, 0.5, 61.0),
        "peak_memory_mib": 1000.0,
        "output_bytes": 3 * 2**20,
        "started_at": datetime.now(UTC),
    }
    return Measured(RunResult.model_validate(its | changed), {"filters": 5.0, "lime": 9.5})


def test_limits_are_what_was_measured_by_the_factors_that_are_said() -> None:
    found = propose_limits(make_measured(), USUAL)
    assert (found.cell_seconds, found.notebook_seconds) == (190, 390)  # 3 x 61, 3 x 121.5
    assert (found.memory_mib, found.output_mib, found.group_mib) == (1536, 8, 24)
    assert found.cpu_seconds >= 2 * found.notebook_seconds
    assert (found.processes, found.batch) == (USUAL.processes, USUAL.batch)


def test_notebook_that_uses_nothing_gets_limits_all_the_same() -> None:
    nothing = make_measured(cell_seconds=(None,), peak_memory_mib=0.0, output_bytes=0)
    assert min(propose_limits(nothing, USUAL).model_dump().values()) > 0


def test_what_is_proposed_can_be_pasted_and_says_where_it_was_measured() -> None:
    lines = list(to_yaml(make_measured(), USUAL))
    assert lines[0].startswith(f"# Measured {datetime.now().year}-")
    assert "one machine (cpu, " in lines[0]
    text = "\n".join(lines)
    assert "  cell_seconds: 190  # was 180" in text
    assert "  processes: 256" in lines


def test_limit_that_the_notebook_passes_by_itself_is_a_fault_with_its_place() -> None:
    course = open_course()
    assert list(find_measured_faults(make_measured(), course)) == []
    (fault,) = find_measured_faults(make_measured(cell_seconds=(None, 200.0)), course)
    assert fault.place == (str(course.settings), "limits", "cell_seconds")
    assert fault.says == "180 s; expected more than the 200 s that the notebook needs here"
    failed = make_measured(word="failed", reason="exception", detail="NameError: x", cell=3)
    (fault,) = find_measured_faults(failed, course)
    assert fault.says == "cell 3: failed: NameError: x; expected a notebook that runs to its end"


def test_groups_are_measured_unpacked(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "lime.npz", weights=np.zeros(2**17))
    assert measure_groups(tmp_path)["lime"] == pytest.approx(1.0, abs=0.001)


def test_cell_that_runs_is_said_while_it_runs(tmp_path: Path) -> None:
    assert read_cell(tmp_path) is None
    note_cell(tmp_path, 1)
    assert read_cell(tmp_path) == 1

    class Bar:
        completed = 0

    column = CellColumn(tmp_path, ["# one", "\nmaps = find()\n"])
    assert column.render(Bar()).plain == "cell 1 of 2  maps = find()"  # type: ignore[arg-type]
    forget_cell(tmp_path)
    forget_cell(tmp_path)
    assert read_cell(tmp_path) is None


@pytest.fixture
def short(tmp_path: Path, notebook: Callable[[Path, list[str]], None]) -> Course:
    course = copy_course(tmp_path / "winter")
    notebook(
        course.notebook,
        [
            "import numpy as np; from pathlib import Path; Path('outputs').mkdir()",
            "np.savez('outputs/lime.npz', weights=np.zeros(2**18))\nprint('x' * 1000)",
        ],
    )
    return course


@pytest.mark.sandbox
def test_released_notebook_is_executed_and_its_limits_printed(
    short: Course, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["course", "check", "--course", str(short.folder), "--time"]) == 0
    out = capfd.readouterr().out
    assert "MiB of arrays: lime 2.0" in out
    assert "  group_mib: 8  # was 64" in out
    assert "np.savez('outputs/lime.npz'" in out
    assert "in the sandbox" in out
    monkeypatch.setattr(measure, "_find_cage_fault", lambda: "no bubblewrap")
    cells = json.loads(short.notebook.read_text(encoding="utf-8"))
    cells["cells"][1]["source"] = "raise ValueError('soup')"
    short.notebook.write_text(json.dumps(cells), encoding="utf-8")
    assert main(["course", "check", "--course", str(short.folder), "--time"]) == 1
    found = capfd.readouterr()
    assert "without the sandbox, which cannot be had here: no bubblewrap" in found.out
    assert "cell 1: failed: ValueError: soup" in found.err
