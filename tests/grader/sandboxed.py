"""Executes small notebooks as the driver does, in a worker process of their own, and shows what came of them."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

from assignment.assignment import Limits
from assignment.course import Course, open_course
from grader.handins.beside import save_beside
from grader.runs.folder import prepare_run, write_handin
from grader.runs.job import Job, order_course, write_job
from grader.runs.result import RunResult, load_result
from grader.sandbox.cgroup import sweep_groups
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
SMALL = Limits(  # small where nothing but a test of the limit reaches it, and else as large as our patience
    cell_seconds=PATIENCE,
    notebook_seconds=PATIENCE,
    cpu_seconds=PATIENCE,
    memory_mib=700,
    processes=64,
    file_mib=16,
    work_mib=32,
    output_mib=4,
)


@dataclass(frozen=True)
class ExecutedRun:
    """One executed Run: its folder, its result and the text that each cell printed."""

    folder: Path
    result: RunResult
    texts: tuple[str, ...]
    supervisor_mib: float  # the most memory that a worker of this session had

    def said(self, cell: int) -> dict[str, object]:
        """Return the JSON that a cell printed last."""
        found: dict[str, object] = json.loads(self.texts[cell].splitlines()[-1])
        return found


def write_notebook(path: Path, cells: list[str]) -> None:
    """Write a notebook of code cells."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def execute_cells(
    folder: Path,
    cells: list[str] | bytes,
    *,
    course: Course | None = None,
    sandbox: bool = True,
    keep_going: bool = False,
    worker: Sequence[str] = ("-m", "grader.worker"),
    **limits: int,
) -> ExecutedRun:
    """Execute cells, or a notebook's own bytes, as the Run `folder`, with the small limits unless others are given.

    course: None for the embedded one. worker: what Python is to run as the worker.
    """
    if isinstance(cells, bytes):
        write_handin(folder, cells)
    else:
        source = folder.parent / f"{folder.name}.source.ipynb"
        write_notebook(source, cells)
        write_handin(folder, source.read_bytes())
        source.unlink()
    prepare_run(folder)
    its = SMALL.model_copy(update=limits)
    ordered = order_course(course or open_course())
    how = {"sandbox": sandbox, "keep_going": keep_going, "without_memory_group": True}  # with one where there is one
    write_job(folder, Job(course=ordered, limits=its, **how))
    command = [sys.executable, "-P", *worker, str(folder)]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=3 * PATIENCE
    )
    result = load_result(folder)
    assert result is not None, done.stderr
    executed = json.loads((folder / "work" / "executed.ipynb").read_text())
    texts = tuple("".join(out.get("text", "") for out in cell.get("outputs", ())) for cell in executed["cells"])
    return ExecutedRun(folder, result, texts, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)


def find_processes(marker: str) -> list[int]:
    """Return the processes of this machine whose command line or environment holds the marker, but for ourselves."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
            zombie = (folder / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            continue
        if marker.encode() in text and not zombie and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found


@pytest.fixture
def execute(tmp_path: Path) -> Callable[..., ExecutedRun]:
    """Return a function that executes cells as a new Run."""

    def run(cells: list[str] | bytes, *, beside: Mapping[str, bytes] | None = None, **how: Any) -> ExecutedRun:
        folder = tmp_path / f"run-{os.urandom(4).hex()}"
        save_beside(folder, beside or {})
        return execute_cells(folder, cells, **how)

    return run


@pytest.fixture(scope="module")
def execute_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., ExecutedRun]:
    """Return the same for a Run that several tests look at."""

    def run(name: str, cells: list[str], *, sandbox: bool = True, **limits: int) -> ExecutedRun:
        return execute_cells(tmp_path_factory.mktemp("once") / name, cells, sandbox=sandbox, **limits)

    return run


@pytest.fixture
def notebook() -> Callable[[Path, list[str]], None]:
    return write_notebook


@pytest.fixture
def processes() -> Callable[[str], list[int]]:
    return find_processes


@pytest.fixture(scope="session", autouse=True)
def _swept() -> Iterator[None]:
    """Leave no control group of a killed worker behind."""
    yield
    sweep_groups()
