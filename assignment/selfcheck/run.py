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
    """The cell, from 0, that did not end well, and what it said."""

    cell: int
    says: str


def run_notebook(
    notebook: Notebook, folder: Path, course: Course, tick: Callable[[int], None] = lambda _: None
) -> Failure | None:
    """Run a notebook's cells with `folder` as the working folder; return where it failed, None where it did not.

    `tick` is given the number of each cell that begins. A cell may take as long as it likes: how fast the machine is
    that grades, no other can tell. FixableError where nothing can run it, KeyboardInterrupt where Ctrl-C stopped it.
    """
    try:
        import nbformat
        from nbclient import NotebookClient
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
    except (
        AssertionError
    ):  # nbclient's own, when Ctrl-C took the kernel from under it; a cell's has its name in `ename`
        raise KeyboardInterrupt from None
    except Exception as error:  # nbclient raises a cell's own, jupyter_client many kinds where no kernel starts
        if not begun:
            raise FixableError(f"{_shorten(error)}; {NEEDED}") from None
        return Failure(begun[-1], _shorten(error))
    return None


def _make_environment(course: Course) -> dict[str, str]:
    """Return the kernel's variables: ours, and where the homework's own package lies."""
    room = str(Path(assignment.__file__).parents[1])
    before = os.environ.get("PYTHONPATH")
    named = {} if course.embedded else {VARIABLE: str(course.folder)}
    return os.environ | {"PYTHONPATH": os.pathsep.join([room, before] if before else [room])} | named


def _shorten(error: Exception) -> str:
    """Return an error as one line of letters; of a cell's error its own name and text."""
    name, text = getattr(error, "ename", type(error).__name__), getattr(error, "evalue", str(error))
    line = f"{name}: {' '.join(str(text).split())}"[:MOST_SAID]
    return "".join(letter if letter.isprintable() else "?" for letter in line)  # no codes for a terminal
