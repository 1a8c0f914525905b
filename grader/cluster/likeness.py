"""What must be alike on driver and worker so that a notebook comes out the same: Python, packages, our own code."""

import hashlib
import platform
import re
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, distributions
from pathlib import Path
from typing import Any

ROOMS = ("assignment", "grader", "questions", "reference")
PROJECT = Path(__file__).resolve().parents[2]
OF_THE_BUILD = re.compile(r"(nvidia|cuda|triton)(-|$)")  # torch's build for a GPU needs them, another does not
NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
CODE = "hw9's own code"
MOST_NAMED = 8


@cache
def describe_environment() -> dict[str, str]:
    """Return what is compared: `python`, the digest of our code, and each package that hw9 needs with its version."""
    return {"python": platform.python_version(), CODE: digest_code(), **find_packages()}


def digest_code(project: Path = PROJECT) -> str:
    """Return the sha256 of the names and bytes of all modules of the four rooms, shortened."""
    total = hashlib.sha256()
    for path in sorted(path for room in ROOMS for path in (project / room).rglob("*.py")):
        data = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(project).as_posix()}\0{data}\n".encode())
    return total.hexdigest()[:16]


def find_packages(root: str = "hw9") -> dict[str, str]:
    """Return the versions of the packages that one needs, and those need, as far as they are installed.

    A version's local part (`+cpu`, `+cu128`) is that of the machine and is left out.
    """
    found: dict[str, str] = {}
    try:
        todo = list_needs(distribution(root).requires)
    except PackageNotFoundError:  # run from its folder
        todo = [one.metadata["Name"] for one in distributions()]
    while todo:
        name = re.sub(r"[-_.]+", "-", todo.pop()).lower()
        if name in found or OF_THE_BUILD.match(name):
            continue
        try:
            its = distribution(name)
        except PackageNotFoundError:  # of another system or Python
            continue
        found[name] = its.version.partition("+")[0]
        todo += list_needs(its.requires)
    return dict(sorted(found.items()))


def list_needs(requires: list[str] | None) -> list[str]:
    """Return the names that requirements name, but for those of extras.

    >>> list_needs(["numpy>=2", "pytest; extra == 'dev'", "tqdm (>4) ; python_version > '3'"])
    ['numpy', 'tqdm']
    """
    names = (NAME.match(one) for one in requires or () if "extra ==" not in one)
    return [name[0] for name in names if name]


def compare_environments(theirs: Mapping[str, Any], ours: Mapping[str, str]) -> tuple[str, ...]:
    """Return how a worker's environment differs from the driver's, a line for each; () where they are alike."""
    differing = [
        f"{name} {str(theirs.get(name, 'missing'))[:40]!s}; expected {version}"
        for name, version in ours.items()
        if theirs.get(name) != version
    ]
    more = [f"and {len(differing) - MOST_NAMED} more packages"] if len(differing) > MOST_NAMED else []
    return (*differing[:MOST_NAMED], *more)
