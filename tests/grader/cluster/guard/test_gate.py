"""Whoever reaches the port of a driver takes it neither its descriptors nor its screen."""

import asyncio
import logging
import resource
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.cluster.executor import ClusterExecutor
from grader.cluster.guard.gate import Refusals, raise_descriptors
from grader.cluster.keys import Keys
from grader.cluster.wire import Line
from tests.patience import PATIENCE

Driver = Callable[..., ClusterExecutor]


def test_strangers_who_only_connect_leave_room_and_are_closed(
    driver: Driver, class_keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.cluster.guard.gate.HANDSHAKE_SECONDS", 1.0)
    monkeypatch.setattr("grader.cluster.wire.raise_descriptors", lambda: 100)
    its = driver()
    strangers = [socket.create_connection(("127.0.0.1", its.port), PATIENCE) for _ in range(150)]
    asyncio.run(Line(f"127.0.0.1:{its.port}", class_keys).call("hello"))  # it gets through while they are there
    for one in strangers:
        assert not one.recv(1)  # closed, by the next ones or by time
        one.close()


FLOODED = """
import resource, socket, sys, threading, time
from pathlib import Path
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
from assignment.course import open_course
from grader.cluster.executor import ClusterExecutor, Terms
from grader.cluster.keys import load_keys
its = ClusterExecutor(Terms(load_keys(Path(sys.argv[1])), "127.0.0.1", 0), open_course(), Path(sys.argv[2]))
print(its.port, flush=True)
sys.stdin.readline()
failed = 0
for _ in range(200):
    try:
        Path(sys.argv[1], "class.crt").read_bytes()
    except OSError:
        failed += 1
    time.sleep(0.005)
print(failed, len(its.list_news()), flush=True)
its.shutdown()
"""


@pytest.mark.slow
def test_driver_with_few_descriptors_keeps_some_under_a_flood_and_says_little(class_keys: Keys, tmp_path: Path) -> None:
    command = [sys.executable, "-c", FLOODED, str(class_keys.key.parent), str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as its:
        assert its.stdin is not None
        assert its.stdout is not None
        port = int(its.stdout.readline())
        strangers = [socket.create_connection(("127.0.0.1", port), PATIENCE) for _ in range(150)]
        its.stdin.write("\n")
        its.stdin.flush()
        failed, lines = map(int, its.stdout.readline().split())
        for one in strangers:
            one.close()
        _, errors = its.communicate(timeout=PATIENCE)
    assert failed == 0
    assert lines < 60
    assert errors == ""


def test_very_many_refusals_are_counted_and_not_each_told() -> None:
    told: list[str] = []
    refusals = Refusals(told.append)
    record = logging.LogRecord("x", logging.WARNING, "", 0, "TLS handshake failed", None, None)
    for _ in range(1000):
        refusals.emit(record)
    assert told == ["refused a connection: TLS handshake failed"] * Refusals.MOST
    refusals.since -= Refusals.WITHIN + 1
    refusals.emit(record)
    assert told[-2:] == [f"refused {1000 - Refusals.MOST} connections more", told[0]]


def test_limit_of_descriptors_is_raised_as_far_as_it_may_and_never_lowered(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, both: set_to.append(both))
    for soft, hard, wanted in ((100, 500, 1000), (100, resource.RLIM_INFINITY, 1000), (700, 800, 600)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, both=(soft, hard): both)
        raise_descriptors(wanted)
    assert set_to == [(500, 500), (1000, resource.RLIM_INFINITY)]
