"""A worker holds the memory of a class's shared run no longer than that class needs it."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assignment.course import open_course
from grader.cluster import host
from grader.cluster.errand import Stay
from grader.cluster.host import IDLE, Service, Worker


def test_hosts_that_are_idle_for_long_are_ended_while_a_stay_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    stay, asked = Stay("m", open_course(), 1.0, subordinate=False), list[float]()

    def end_idle(seconds: float) -> None:
        asked.append(seconds)
        stay.over = "end" if len(asked) == 2 else ""

    monkeypatch.setattr(host, "PAUSE", 0.01)
    monkeypatch.setattr(host, "end_idle_hosts", end_idle)
    asyncio.run(host._end_idle(stay))
    assert asked == [IDLE, IDLE]


@pytest.mark.parametrize("fails", [False, True])
def test_all_hosts_are_ended_with_a_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool) -> None:
    ended, stay = list[str](), Stay("m", open_course(), 1.0, subordinate=False, over="unknown")

    async def come(_: Any) -> Stay:
        if fails:
            raise OSError("nobody there")
        return stay

    monkeypatch.setattr(host, "make_font_list", lambda _: None)
    monkeypatch.setattr(host, "end_hosts", lambda: ended.append("all"))
    worker = Worker(Service("127.0.0.1:1", None, (), tmp_path), tmp_path, (), lambda _: None)
    monkeypatch.setattr(worker, "_come", come)
    line: Any = SimpleNamespace(close=lambda: ended.append("line"))
    if fails:
        with pytest.raises(OSError, match="nobody there"):
            asyncio.run(worker._stay(line))
    else:
        assert asyncio.run(worker._stay(line)) == "unknown"
    assert ended == ["line", "all"]
