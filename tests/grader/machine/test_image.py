"""The machine's image has every package that `hw9 run` imports; else it would be a night until somebody knows."""

import ast
import subprocess
import sys
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.grader.machine.boot import ROOMS
from tests.grader.machine.image import PACKAGES, PURE, ROOT

CODE = f"""import sys
import grader.commands.main, grader.worker.execute
print(*(its.__file__ for name, its in [*sys.modules.items()] if name.partition(".")[0] in {ROOMS}))"""


def find_needed(*names: str) -> set[str]:
    """Return the packages of these names and all that they need here."""
    found, todo = set[str](), [*names]
    while todo:
        name = canonicalize_name(todo.pop())
        if name not in found:
            found.add(name)
            needs = map(Requirement, requires(name) or ())
            todo += [one.name for one in needs if one.marker is None or one.marker.evaluate({"extra": ""})]
    return found


def find_imported(path: Path) -> set[str]:
    """Return what a module imports whenever it is imported itself: the first part of each name."""
    found = set[str]()
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.slow
def test_image_has_every_package_that_our_modules_import() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=True)
    imported = set().union(*(find_imported(Path(path)) for path in done.stdout.split()))
    known, have = packages_distributions(), find_needed(*PACKAGES, *PURE)
    foreign = imported - sys.stdlib_module_names - {*ROOMS}
    assert {"filelock", "pydantic"} <= foreign
    assert {name for name in foreign if not {*map(canonicalize_name, known[name])} & have} == set()
