"""On a machine with cgroup v2 and systemd, as most servers are: limits hold however a class is started."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.grader.machine.boot import boot
from tests.grader.machine.image import UID, USER, find_image, name_missing
from tests.grader.machine.job import LIMITS

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(bool(name_missing()), reason=f"missing: {', '.join(name_missing())} (make nightly installs)"),
]
ACTS = {
    "honest": "print(1 + 1)",
    "memory-files": """
import os
keep = []
for _ in range(75):
    one = os.memfd_create("a")
    keep.append(one)
    os.write(one, b"x" * (16 << 20))
""",
    "shared-memory": """
import mmap
held = mmap.mmap(-1, 1200 << 20)
for place in range(0, 1200 << 20, 4096):
    held[place] = 1
""",
    "sockets": """
import socket
for family in (socket.AF_INET, socket.AF_INET6, 16, 17, 40):
    try:
        socket.socket(family, socket.SOCK_DGRAM)
    except OSError as error:
        assert error.errno == 97, error
    else:
        raise AssertionError(family)
""",
    "many-processes": """
import os, time
try:
    for _ in range(200):
        if os.fork() == 0:
            time.sleep(600)
except OSError as error:
    print(error)
""",
}
ENDS = {
    "honest": ("ran", None),
    "memory-files": ("failed", "memory"),
    "shared-memory": ("failed", "memory"),
    "sockets": ("ran", None),
    "many-processes": ("ran", None),
}
AS_USER = ("setpriv", "--reuid", str(UID), "--regid", str(UID), "--clear-groups")
HOME = f"HOME=/home/{USER}"
OWN = f"XDG_RUNTIME_DIR=/run/user/{UID}"
SERVICE = ("systemd-run", "--quiet", "--pipe", "--wait", "-p", f"User={USER}")
WAYS: dict[str, tuple[tuple[str, ...], tuple[str, ...], set[str]]] = {  # words before, settings, kinds of group
    "root": ((), (), {"v2"}),
    "cron": (AS_USER, (HOME,), {"scope"}),  # a user to whom nobody says where their manager is
    "scope": ((*AS_USER, "env", OWN, "systemd-run", "--user", "--scope", "--quiet"), (HOME, OWN), {"v2", "scope"}),
    "delegated": ((*SERVICE, "-p", "Delegate=yes"), (HOME,), {"v2"}),
}


@pytest.fixture(scope="module")
def seen() -> Mapping[str, Any]:
    """What the machine said of each way."""
    files: dict[str, Path | str] = {"job.py": Path(__file__).with_name("job.py")}
    files["ways.json"] = json.dumps({way: (before, settings) for way, (before, settings, _) in WAYS.items()})
    for name, source in ACTS.items():
        files[f"acts/{name}.ipynb"] = to_notebook(source)
    said = boot(find_image(), files, 3000)
    return {one["way"]: one for one in map(json.loads, filter(None, said.splitlines()))}


def to_notebook(source: str) -> str:
    """Return a notebook of one cell."""
    cell = {"id": "a", "cell_type": "code", "source": source.strip(), "metadata": {}, "outputs": []}
    its = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell | {"execution_count": None}]}
    return json.dumps(its)


@pytest.mark.parametrize("way", WAYS)
def test_every_act_ends_as_it_must_and_nothing_is_left(seen: Mapping[str, Any], way: str) -> None:
    its = seen[way]
    ends = {name: (result["word"], result["reason"]) for name, result in its["results"].items()}
    assert ends == ENDS, its
    assert {result["memory_group"] for result in its["results"].values()} <= WAYS[way][2], its
    assert its["left"] == []


@pytest.mark.parametrize("way", WAYS)
def test_peak_is_what_was_held_and_the_machine_lost_no_more(seen: Mapping[str, Any], way: str) -> None:
    its, limit = seen[way], LIMITS["memory_mib"]
    for name in ("memory-files", "shared-memory"):
        assert 0.9 * limit <= its["results"][name]["peak_memory_mib"] <= 1.1 * limit, its
    assert its["taken_mib"] < 2.5 * limit, its  # the graders' own processes are in it
