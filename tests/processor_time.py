"""A pytest plugin: under CI, an unmarked test that uses more than LIMIT seconds of processor time fails.

So `make quick` stays quick. Processor time, unlike time on the clock, hardly depends on what else the machine does.
A test is charged for its set-up, its call and its teardown, with all the child processes that ended in them. A fixture
of a module or a session is charged to each test that uses it, not to the one that happens to come first. Its teardown,
and imports while tests are collected, are charged to nobody.

So the order of the tests, and how pytest-xdist shares them out, change little. They do change three things. What is
made once in a process, such as an import inside a function or the result of a cached one, is charged to the test that
comes first. A child process that nobody waits for is charged to whichever test it is reaped in. And a shared fixture
that another shared one asks for by `request.getfixturevalue` is charged to nobody unless a test names it too: the test
that sets it up has it taken off, and the others do not know of it.
"""

import os
import resource
from collections.abc import Generator
from typing import Any

import pytest

from tests.markers import MARKERS, is_marked

LIMIT = 2.0  # seconds; `slow` is what uses more than one
SPENT = pytest.StashKey[float]()
SHARED = pytest.StashKey[dict[Any, float]]()


def count_seconds() -> float:
    """Return the processor seconds of this process and of its children that ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SHARED] = {}


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> Generator[None, Any, Any]:
    begin = count_seconds()
    try:
        return (yield)
    finally:
        if fixturedef.scope != "function":
            request.config.stash[SHARED][fixturedef] = count_seconds() - begin


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, Any]:
    shared, begin = item.config.stash[SHARED], count_seconds()
    before = dict(shared)
    try:
        return (yield)
    finally:
        new = sum(seconds for one, seconds in shared.items() if before.get(one) != seconds)
        item.stash[SPENT] = count_seconds() - begin - new + sum(shared.get(one, 0.0) for one in list_fixtures(item))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    begin = count_seconds()
    try:
        return (yield)
    finally:
        item.stash[SPENT] += count_seconds() - begin


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, Any, Any]:
    result = yield
    spent = item.stash.get(SPENT, 0.0)
    if os.environ.get("CI") and spent > LIMIT and not is_marked(item):
        wanted = f"expected at most {LIMIT:g} s of a test with none of the markers {', '.join(MARKERS)}"
        pytest.fail(f"{item.nodeid}: {spent:.1f} s of processor time; {wanted}", pytrace=False)
    return result


def list_fixtures(item: pytest.Item) -> list[Any]:
    """Return the definitions of the fixtures that a test uses, those of other fixtures included."""
    named = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    return [definitions[-1] for definitions in named.values()]
