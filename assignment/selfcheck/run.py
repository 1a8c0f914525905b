"""Running one's own notebook from top to bottom, alone in an empty folder, as the grader will; without any sandbox."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import assignment
from assignment.course import VARIABLE, Course
from assignment.fixable import FixableError
from assignment.sheet.notebook import Notebook

KERNEL = "python3"
NEEDED = "expected nbclient and ipykernel, which run the notebook: pip install nbclient ipykernel"
MOST_SAID = 300  # letters of an error


@dataclass(frozen=True)
class Failure:
    """The cell, from 0, that did not end well, and what it said; None where the kernel never started one."""

    cell: int | None
    says: str


def run_notebook(
    notebook: Notebook, folder: Path, course: Course, tick: Callable[[int], None] = lambda _: None
) -> Failure | None:
    """Run a notebook's cells with `folder` as the working folder; return where it failed, None where it did not.

    `tick` is given the number of each cell that begins. A cell may take as long as it likes: how fast the machine is
    that grades, no other can tell. FixableError where nothing can run it.
    """
    try:
        import nbformat
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError, DeadKernelError
    except ModuleNotFoundError as error:
        raise FixableError(f"{error.name}: not installed; {NEEDED}") from None
    begun: list[int] = []

    def begin(cell: object, cell_index: int) -> None:
        begun.append(cell_index)
        tick(cell_index)

    client = NotebookClient(
        nbformat.from_dict(notebook),  # type: ignore[no-untyped-call]
        timeout=None,
        kernel_name=KERNEL,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=begin,
    )
    try:
        client.execute(env=_make_environment(course))
    except (CellExecutionError, DeadKernelError) as error:
        return Failure(begun[-1] if begun else None, _shorten(getattr(error, "evalue", "") or str(error), error))
    except Exception as error:  # jupyter_client raises many kinds where a kernel does not start
        if begun:
            raise
        raise FixableError(f"{type(error).__name__}: {error}; {NEEDED}") from None
    return None


def _make_environment(course: Course) -> dict[str, str]:
    """Return the kernel's variables: ours, and where the homework's own package lies."""
    room = str(Path(assignment.__file__).parents[1])
    before = os.environ.get("PYTHONPATH")
    named = {} if course.embedded else {VARIABLE: str(course.folder)}
    return os.environ | {"PYTHONPATH": os.pathsep.join([room, before] if before else [room])} | named


def _shorten(text: str, error: Exception) -> str:
    name = getattr(error, "ename", type(error).__name__)
    return f"{name}: {' '.join(text.split())}"[:MOST_SAID]
