"""A pytest plugin: marks tests by what they ask for, and says which tests are left out, and to what.

A fixture that starts the sandbox or the browser marks each test that uses it; what cannot be seen from a fixture is
marked where it stands. The markers themselves are listed in pyproject.toml. The names of all tests that were collected
are kept, for documents that name some.
"""

from collections.abc import Iterable
from typing import Any

import pytest

MARKERS = ("sandbox", "browser", "slow", "nightly")
FIXTURES = {"execute": "sandbox", "execute_once": "sandbox", "ordinary": "sandbox", "browser": "browser"}
LEFT = pytest.StashKey[dict[str, set[str]]]()  # to what -> the tests that are left to it
COLLECTED = pytest.StashKey[set[str]]()  # `file::name` of each test, before any is chosen


def is_marked(item: pytest.Item) -> bool:
    """Tell whether `make quick` leaves the test out."""
    return any(item.get_closest_marker(name) for name in MARKERS)


def leave(item: pytest.Item, to: str) -> None:
    """Note that a test is left to something, to be printed."""
    item.config.stash[LEFT].setdefault(to, set()).add(item.nodeid)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEFT], config.stash[COLLECTED] = {}, set()


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.config.stash[COLLECTED].add(item.nodeid.partition("[")[0])
        for fixture in FIXTURES.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(FIXTURES[fixture])


def pytest_deselected(items: Iterable[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("nightly"):
            leave(item, "`make nightly`")


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):  # a process of pytest-xdist, which prints nothing itself
        session.config.workeroutput["left"] = {to: sorted(names) for to, names in session.config.stash[LEFT].items()}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    for to, names in getattr(node, "workeroutput", {}).get("left", {}).items():
        node.config.stash[LEFT].setdefault(to, set()).update(names)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for to, names in sorted(config.stash[LEFT].items()) if config.get_verbosity() >= 0 else ():
        terminalreporter.section(f"left to {to}")
        for name in sorted(names):
            terminalreporter.write_line(name)
