"""A pytest plugin: with `--turns` the tests of some files are run by turns, a third of them with each commit; else all.

Whose turn it is follows from a test's name, its case's number and the commit's, so that each commit has some, and the
same ones each time. What is left to other commits is printed; `TURN=2` (any number) chooses another third. Files that
take longest come first, so that no process ends with one of them while the others have nothing to do.
"""

import os
import subprocess
import zlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.markers import leave

ROOT = Path(__file__).parents[1]
PARTS = 3
# What they prove is proved in other ways as well, or for another course, user, picture or colour.
TURNS = (
    "tests/assignment/making/test_photographs.py",
    "tests/assignment/models/test_classifier.py",
    "tests/assignment/selfcheck/test_mistakes.py",
    "tests/benchmarks/test_benchmarks.py",
    "tests/grader/agreement/test_ties.py",
    "tests/grader/cluster/test_hosts.py",
    "tests/grader/commands/cluster/test_ordinary.py",
    "tests/grader/commands/cluster/test_verbs.py",
    "tests/grader/commands/course/test_check.py",
    "tests/grader/commands/test_course.py",
    "tests/grader/commands/test_killed.py",
    "tests/grader/driver/test_two_classes.py",
    "tests/grader/quiz/test_lms_cases.py",
    "tests/grader/quiz/test_quiz.py",
    "tests/grader/quiz/test_quiz_class.py",
    "tests/grader/release/test_selfcheck.py",
    "tests/grader/report/gradebooks/test_class.py",
    "tests/grader/report/test_drawn.py",
    "tests/grader/report/test_items_page.py",
    "tests/grader/sandbox/test_honest_uses.py",
    "tests/grader/sharing/test_ordinary.py",
    "tests/questions/proof/test_recheck.py",
    "tests/reference/produce/test_produce.py",
    "tests/reference/produce/test_schedule.py",
    "tests/reference/test_canonical_laws.py",
    "tests/test_loop.py",
)
LONG = (
    "tests/grader/cluster/test_hosts.py",
    "tests/grader/demo/test_embedded.py",
    "tests/grader/driver/test_drive.py",
    "tests/grader/driver/test_two_classes.py",
    "tests/grader/release/test_cells_run.py",
    "tests/grader/sharing/test_class.py",
    "tests/grader/sharing/test_equivalence.py",
    "tests/grader/trunk/test_attacks.py",
    "tests/grader/worker/test_watch.py",
)


def find_turn() -> int:
    """Return the number of the turn: the environment's TURN, else one that follows from the commit; 0 without git."""
    if (wanted := os.environ.get("TURN", "")).isdecimal():
        return int(wanted)
    asked = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return int(asked.stdout.strip() or "0", 16)


def list_others(items: Iterable[pytest.Item], turn: int) -> list[pytest.Item]:
    """Return the tests whose turn it is not."""
    others, cases = list[pytest.Item](), Counter[str]()
    for item in items:
        name = item.nodeid.partition("[")[0]
        if name.partition("::")[0] in TURNS:
            if (zlib.crc32(name.encode()) + cases[name] + turn) % PARTS:
                others.append(item)
            cases[name] += 1
    return others


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--turns", action="store_true", help=f"of some files one test in {PARTS}, by the commit")


@pytest.hookimpl(trylast=True)  # after -m chose
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.nodeid.partition("::")[0] not in LONG)
    if config.getoption("--turns"):
        others = list_others(items, find_turn())
        known = set(others)
        for item in others:
            leave(item, "other commits")
        items[:] = [item for item in items if item not in known]
        config.hook.pytest_deselected(items=others)
