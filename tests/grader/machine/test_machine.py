"""On a machine with cgroup v2 and systemd, as most servers are: limits hold however a class is started."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.grader.machine.acts import ACTS, BASIC, KEPT, MEMORY, TWO
from tests.grader.machine.boot import boot
from tests.grader.machine.image import UID, USER, find_image, name_missing
from tests.grader.machine.job import LIMITS

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.timeout(7200),
    pytest.mark.skipif(bool(name_missing()), reason=f"missing: {', '.join(name_missing())} (make nightly installs)"),
]


@dataclass(frozen=True)
class Way:
    """How the grader is started: words before its command, an ordinary user's settings (none: it is root).

    groups: the kinds that it may find. left: what stays of it.
    """

    before: tuple[str, ...]
    settings: tuple[str, ...]
    groups: frozenset[str]
    acts: Collection[str] = tuple(ACTS)
    two: bool = True
    left: tuple[str, ...] = ()


AS_USER = ("setpriv", "--reuid", str(UID), "--regid", str(UID), "--clear-groups")
HOME = f"HOME=/home/{USER}"
OWN = f"XDG_RUNTIME_DIR=/run/user/{UID}"
SERVICE = ("systemd-run", "--quiet", "--pipe", "--wait", "-p", f"User={USER}")
IN_SCOPE = (*AS_USER, "env", OWN, "systemd-run", "--user", "--scope", "--quiet")
# A group of its own, which is the root of what is seen, as in a container.
BOX = "mkdir /sys/fs/cgroup/box && echo $$ > /sys/fs/cgroup/box/cgroup.procs && exec unshare --cgroup --mount "
IN_BOX = """sh -c 'umount /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec "$@"' sh "$@" """
CONTAINER = ("sh", "-c", BOX + IN_BOX, "sh")
WAYS = {
    "root": Way((), (), frozenset({"v2"})),
    "cron": Way(AS_USER, (HOME,), frozenset({"scope"})),  # a user to whom nobody says where their manager is
    "scope": Way(IN_SCOPE, (HOME, OWN), frozenset({"v2", "scope"}), tuple(BASIC), two=False),
    "delegated": Way((*SERVICE, "-p", "Delegate=yes"), (HOME,), frozenset({"v2"}), tuple(BASIC), two=False),
    "container": Way(CONTAINER, (), frozenset({"v2"}), tuple(BASIC), two=False, left=("/sys/fs/cgroup/box/hw9-leaf",)),
}


def ask(ways: Collection[str]) -> Mapping[str, Any]:
    """Return what a machine says of some ways."""
    wanted = {name: WAYS[name] for name in ways}
    asked = {
        name: (way.before, way.settings, [*way.acts], [*TWO] if way.two else [], way.left)
        for name, way in wanted.items()
    }
    files: dict[str, Path | str] = {"job.py": Path(__file__).with_name("job.py"), "ways.json": json.dumps(asked)}
    sources = {f"acts/{name}": act.source for name, act in ACTS.items()} | {f"two/{name}": TWO[name] for name in TWO}
    files |= {f"{name}.ipynb": to_notebook(source) for name, source in sources.items()}
    said = boot(find_image(), files, 6000)
    lines = said.splitlines()
    assert len(lines) == len(ways), f"the job said: {said[-3000:]}"
    return {one["way"]: one for one in map(json.loads, lines)}


def to_notebook(source: str) -> str:
    """Return a notebook of one cell."""
    cell = {"id": "a", "cell_type": "code", "source": source.strip(), "metadata": {}, "outputs": []}
    its = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell | {"execution_count": None}]}
    return json.dumps(its)


@pytest.fixture(scope="module")
def seen() -> Mapping[str, Any]:
    return ask(WAYS)


@pytest.mark.parametrize("way", WAYS)
def test_every_act_ends_as_it_must_and_nothing_is_left(seen: Mapping[str, Any], way: str) -> None:
    its, acts = seen[way], {name: ACTS[name] for name in WAYS[way].acts}
    ends = {name: (result["word"], result["reason"]) for name, result in its["results"].items()}
    assert ends == {name: (act.word, act.reason) for name, act in acts.items()}, its
    assert all(act.detail in (its["results"][name]["detail"] or "") for name, act in acts.items()), its
    assert {result["memory_group"] for result in its["results"].values()} <= WAYS[way].groups, its
    assert its["left"] == [*WAYS[way].left]


@pytest.mark.parametrize("way", WAYS)
def test_peak_is_what_was_held_and_the_machine_lost_no_more(seen: Mapping[str, Any], way: str) -> None:
    its, limit = seen[way], LIMITS["memory_mib"]
    for name in MEMORY:
        assert 0.9 * limit <= its["results"][name]["peak_memory_mib"] <= 1.1 * limit, its
    assert its["taken_mib"] < 2.5 * limit, its  # the graders' own processes are in it


@pytest.mark.parametrize("way", [name for name, way in WAYS.items() if "output-names" in way.acts])
def test_outputs_of_known_names_alone_are_kept_and_are_nobody_else_s(seen: Mapping[str, Any], way: str) -> None:
    its = seen[way]
    assert its["kept"]["output-names"] == KEPT
    assert its["open_to_others"] == []


@pytest.mark.parametrize("way", [name for name, way in WAYS.items() if way.two])
def test_class_beside_one_that_holds_all_it_can_loses_nobody(seen: Mapping[str, Any], way: str) -> None:
    """They meet in no user, in no limit and in no lock on what both see."""
    two = seen[way]["two"]
    assert {name: result["word"] for name, result in two["results"].items()} == dict.fromkeys(TWO, "ran"), two
    assert two["held"] > LIMITS["processes"] // 2, two  # while the other one ran
