"""An environment of their own for the graders that are not ours; what a notebook imports they take from ours.

Installed once, into a folder: a virtual environment with the versions of PINNED and, where these leave it open, those
of our constraints. So the kernels of all graders run the same torch.
"""

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PINNED = ("otter-grader==7.0.0", "nbgrader==0.9.6")
READY = "ready.txt"
ASSIGNMENT, NOTEBOOK = "homework", "homework.ipynb"
OTTER = """
import sys, nbformat
from otter.run import main
found = main(sys.argv[1], autograder=sys.argv[2], output_dir=sys.argv[3], no_logo=True)
nbformat.write(found.notebook, sys.argv[3] + "/executed.ipynb")
"""
TEST = """OK_FORMAT = True
case = {"code": ">>> isinstance(answers, dict)\\nTrue"}
suite = {"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
test = {"name": "q1", "points": 1, "suites": [suite]}
"""


@dataclass(frozen=True)
class Rivals:
    """The folder in which they are installed."""

    folder: Path

    @property
    def python(self) -> str:
        """The interpreter of their environment."""
        return str(self.folder / "bin" / "python")

    def order_otter(self, folder: Path, data: bytes) -> tuple[tuple[str, ...], Path]:
        """Return what `otter run` does with a hand-in, as a command, and where the executed notebook will be."""
        folder.mkdir(parents=True)
        (folder / NOTEBOOK).write_bytes(data)
        with zipfile.ZipFile(folder / "autograder.zip", "w") as archive:
            archive.writestr("tests/q1.py", TEST)
        words = (str(folder / NOTEBOOK), str(folder / "autograder.zip"), str(folder))
        return (self.python, "-P", "-c", OTTER, *words), folder / "executed.ipynb"

    def order_nbgrader(
        self, folder: Path, data: bytes, released: bytes, environment: Mapping[str, str]
    ) -> tuple[tuple[str, ...], Path]:
        """Return `nbgrader autograde` of a hand-in in a course of its own, which is made now and not measured."""
        student = folder.name
        for place, notebook in ((Path("source"), released), (Path("submitted", student), data)):
            (folder / place / ASSIGNMENT).mkdir(parents=True)
            (folder / place / ASSIGNMENT / NOTEBOOK).write_bytes(notebook)
        its = (self.python, "-m", "nbgrader")
        root = f"--CourseDirectory.root={folder}"
        making = [*its, "generate_assignment", ASSIGNMENT, root]
        subprocess.run(making, env=dict(environment), check=True, capture_output=True)
        words = ("autograde", ASSIGNMENT, root, f"--student={student}", "--ExecutePreprocessor.timeout=600")
        return (*its, *words), folder / "autograded" / student / ASSIGNMENT / NOTEBOOK


def install_rivals(folder: Path) -> Rivals:
    """Make the environment, unless it is there whole."""
    wanted = "\n".join((*PINNED, sys.version, sysconfig.get_path("purelib")))
    if not (folder / READY).exists() or (folder / READY).read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "-c", str(ROOT / "constraints.txt")]
        subprocess.run([*pip, *PINNED], check=True)
        (its,) = folder.glob("lib/python3*/site-packages")
        (its / "zz-ours.pth").write_text(f"{sysconfig.get_path('purelib')}\n")  # behind its own
        (folder / READY).write_text(wanted)
    return Rivals(folder)
