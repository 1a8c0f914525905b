"""A pytest plugin: an unmarked test that uses more than LIMIT seconds of processor time is named, far more fails in CI.

So `make quick` stays quick. Processor time, unlike time on the clock, hardly depends on what else the machine does, but
it does on the machine: what takes 1.6 s on one takes 2.2 on another. So a test fails beyond TOLERATED times the limit.
A test is charged for its set-up, its call and its teardown, with all the child processes that ended in them. A fixture
of a module or a session is charged to each test that uses it, not to the one that happens to come first. Its teardown,
and imports while tests are collected, are charged to nobody.

So the order of the tests, and how pytest-xdist shares them out, change little. What they do change: work that is done
once in a process, such as an import inside a function or a cached result, is charged to the test that comes first, and
a child process that nobody waits for to the one in which it is reaped. A shared fixture that is asked for by
`getfixturevalue` is charged with the shared one whose asking makes it; to nobody where a test's own fixture asks; and
where the test itself does, to the test that comes first.
"""

import os
import resource
import warnings
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.markers import MARKERS, is_marked

LIMIT = 2.0  # seconds; `slow` is what uses more than one
TOLERATED = 3  # no machine that runs the tests is so much slower than the one on which they were marked


@dataclass
class SharedTime:
    """The processor seconds of the fixtures of a module or a session.

    setups: what the set-up of each took, with the fixtures that it asked for; total: all set-ups and teardowns so far.
    """

    setups: dict[Any, float] = field(default_factory=dict)
    total: float = 0.0


SPENT = pytest.StashKey[float]()
SHARED = pytest.StashKey[SharedTime]()


def count_seconds() -> float:
    """Return the processor seconds of this process and of its children that ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SHARED] = SharedTime()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> Generator[None, Any, Any]:
    if fixturedef.scope == "function":
        return (yield)
    shared = request.config.stash[SHARED]
    begin, total, began = count_seconds(), shared.total, []

    def add_teardown() -> None:
        if began:
            shared.total += count_seconds() - began.pop()

    fixturedef.addfinalizer(add_teardown)  # finalizers run last in, first out: this one after the fixture's own
    try:
        return (yield)
    finally:
        fixturedef.addfinalizer(lambda: began.append(count_seconds()))
        shared.setups[fixturedef] = count_seconds() - begin
        shared.total = total + shared.setups[fixturedef]  # the shared fixtures that it asked for are within


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, Any]:
    shared = item.config.stash[SHARED]
    begin = count_seconds() - shared.total
    try:
        return (yield)
    finally:
        its_shared = sum(shared.setups.get(one, 0.0) for one in list_fixtures(item))
        item.stash[SPENT] = count_seconds() - shared.total - begin + its_shared


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    begin = count_seconds()
    try:
        return (yield)
    finally:
        item.stash[SPENT] += count_seconds() - begin


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, Any, Any]:
    shared = item.config.stash[SHARED]
    begin = count_seconds() - shared.total
    result = yield
    spent = item.stash.get(SPENT, 0.0) + count_seconds() - shared.total - begin
    if spent > LIMIT and not is_marked(item):
        wanted = f"expected at most {LIMIT:g} s of a test with none of the markers {', '.join(MARKERS)}"
        said = f"{item.nodeid}: {spent:.1f} s of processor time; {wanted}"
        if os.environ.get("CI") and spent > TOLERATED * LIMIT:
            pytest.fail(said, pytrace=False)
        warnings.warn(pytest.PytestWarning(said), stacklevel=1)
    return result


def list_fixtures(item: pytest.Item) -> list[Any]:
    """Return the definitions of the fixtures that a test uses, those of other fixtures included."""
    named = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    return [definitions[-1] for definitions in named.values()]
