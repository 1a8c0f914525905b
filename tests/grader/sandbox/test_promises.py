"""SECURITY.md promises nothing without a test, and names no test that is not there."""

import ast
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from tests.markers import COLLECTED

ROOT = Path(__file__).parents[3]
SECURITY = ROOT / ".github" / "SECURITY.md"
PROMISED, NOT_PROMISED = "Promised:", "Not promised:"
PROMISE = re.compile(r"- \*\*([A-Z]\d+)\*\* \S")
ROW = re.compile(r"\| ([A-Z]\d+) \| `(tests/[\w/]+\.py)::(test_\w+)` \|( nightly)? \|")


def list_rows(text: str) -> list[tuple[str, str, str, bool]]:
    """Return promise, file, test, and whether it is said to run at night alone."""
    return [(promise, file, name, bool(nightly)) for promise, file, name, nightly in ROW.findall(text)]


def list_promises(text: str) -> list[str]:
    """Return the number of each promise, "" for one that has none: of every item below the word."""
    found, promised = [], False
    for line in text.splitlines():
        promised = line == PROMISED or (promised and line != NOT_PROMISED and not line.startswith("#"))
        if promised and line.startswith("- "):
            numbered = PROMISE.match(line)
            found.append(numbered[1] if numbered else "")
    return found


def find_faults(text: str) -> Iterator[str]:
    """Yield what is wrong with a text: promises without a number or a test, rows without a promise or a test."""
    promises, rows = list_promises(text), list_rows(text)
    numbers = [number for number, _ in groupby(row[0] for row in rows)]
    yield from (f"promise {one or 'without a number'}: no test" for one in promises if one not in numbers)
    yield from (f"row {one}: no promise" for one in numbers if one not in promises)
    if len(set(promises)) < len(promises) or len(set(numbers)) < len(numbers):
        yield "numbers: one stands in two places"
    table = text.partition("\n|---")[2].splitlines()[1:]
    yield from (f"not a row: {line}" for line in table if line and not ROW.fullmatch(line))
    yield from filter(None, (find_row_fault(file, name, nightly) for _, file, name, nightly in rows))


def find_row_fault(file: str, name: str, nightly: bool) -> str:
    """Return what is wrong with the test that a row names, or with when it says that it runs."""
    tests = find_tests(file)
    if name not in tests:
        return f"{file}::{name}: no such test"
    runs = "nightly" if tests[name] else "nothing"
    return "" if tests[name] == nightly else f"{file}::{name}: expected {runs} in the last column"


def find_tests(file: str) -> dict[str, bool]:
    """Return the tests of a file, and whether each runs at night alone; {} where there is no such file."""
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8") if path.is_file() and path.name.startswith("test_") else "")
    marks = [ast.unparse(one.value) for one in tree.body if isinstance(one, ast.Assign) and is_marks(one)]
    found = {}
    for one in tree.body:
        if isinstance(one, ast.FunctionDef):
            own = [ast.unparse(mark) for mark in one.decorator_list if "parametrize" not in ast.unparse(mark)]
            found[one.name] = any("mark.nightly" in mark for mark in (*marks, *own))
    return found


def is_marks(node: ast.Assign) -> bool:
    return [ast.unparse(target) for target in node.targets] == ["pytestmark"]


def test_every_promise_has_a_test_that_is_there(pytestconfig: pytest.Config) -> None:
    text = SECURITY.read_text(encoding="utf-8")
    assert len(list_promises(text)) > 30
    assert list(find_faults(text)) == []
    collected = pytestconfig.stash[COLLECTED]
    files = {node.partition("::")[0] for node in collected}
    named = {f"{file}::{name}" for _, file, name, _ in list_rows(text) if file in files}
    assert named - collected == set()  # of the files that pytest has just looked through: all of them, where it ran all


def test_every_attacker_is_told_what_is_and_what_is_not_promised() -> None:
    sections = SECURITY.read_text(encoding="utf-8").split("\n## ")[1:-2]
    assert len(sections) == 8
    for section in sections:
        assert section.index(f"\n{PROMISED}\n") < section.index(f"\n{NOT_PROMISED}\n")


GOOD = """Promised:

- **N1** It does.

| promise | test | when |
|---|---|---|
| N1 | `tests/grader/sandbox/test_cage.py::test_work_folder_is_limited` | |
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("**N1** It", "It", "promise without a number"),
        ("does.\n", "does.\n- **N2** More.\n", "promise N2: no test"),
        ("**N1**", "**N3**", "row N1: no promise"),
        ("does.\n", "does.\n- **N1** And more.\n", "numbers: one stands in two places"),
        ("_limited`", "_limitless`", "no such test"),
        ("test_cage.py", "test_cave.py", "no such test"),
        ("test_cage.py::test_work", "test_user.py::test_work", "no such test"),
        ("` | |", "` | nightly |", "expected nothing in the last column"),
        ("| N1 | `", "| N1 | see `", "not a row"),
    ],
)
def test_planted_fault_is_found(old: str, new: str, says: str) -> None:
    assert list(find_faults(GOOD)) == []
    assert says in "\n".join(find_faults(GOOD.replace(old, new)))
