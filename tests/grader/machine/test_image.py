"""The image has what `hw9 run` imports: the machine is started at night alone, and would say so a day later."""

import re
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

import pytest

from tests.grader.machine.image import PACKAGES, PURE, ROOT

LOAD = """
import sys
sys.modules.update(dict.fromkeys(sys.argv[1:]))  # there is no such module
import grader.driver.drive, grader.worker.execute
from grader.commands.main import make_parser
make_parser()
"""


def to_name(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def find_all(names: Iterable[str]) -> set[str]:
    """Return distributions with all that they require, but for extras."""
    found, todo = set[str](), [*map(to_name, names)]
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        try:
            lines = requires(name) or []
        except PackageNotFoundError:  # for another system
            continue
        todo += [to_name(re.split(r"[^\w.-]", line)[0]) for line in lines if "extra ==" not in line]
    return found


def find_missing(packages: Iterable[str]) -> list[str]:
    """Return the modules of this environment that there are not where only these packages are installed."""
    there, ours = find_all(packages), {"assignment", "grader", "questions", "reference"}
    modules = packages_distributions()
    return [name for name, its in modules.items() if not there & set(map(to_name, its)) and name not in ours]


@pytest.mark.slow
@pytest.mark.parametrize("lacks", [None, "filelock"])
def test_grader_starts_with_the_packages_of_the_image_and_not_without(lacks: str | None) -> None:
    missing = find_missing({*PACKAGES, *PURE} - {lacks})
    command = [sys.executable, "-P", "-c", LOAD, *missing]
    done = subprocess.run(command, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is (lacks is None), done.stderr[-1000:]
