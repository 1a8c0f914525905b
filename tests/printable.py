"""A pytest plugin: what a test logged can be sent on, whatever it is.

A hostile notebook's text may hold half of a surrogate, which is no Unicode. A library that logs it would crash the
process of pytest-xdist that has to send the test's report.
"""

from collections.abc import Generator
from typing import Any

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    report = yield
    report.sections = [(title, to_printable(text)) for title, text in report.sections]
    return report


def to_printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
