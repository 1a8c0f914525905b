"""The attacks that the sandbox stands, and its honest uses, each in a branch instead of a fresh kernel."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.honest_uses import HONEST_USES
from grader.sandbox.cage import MOST_TERMINALS
from tests.grader.driver.hostile_class import list_acts
from tests.grader.sandbox.test_cage import (  # noqa: F401  # collected here as well, with the fixtures below
    inside,
    secrets,
    servers,
    test_daemon_is_dead_after_the_run,
    test_dangerous_system_calls_are_refused,
    test_first_process_of_the_cage_survives_its_notebook,
    test_fork_bomb_is_bounded,
    test_name_service_is_out_of_reach,
    test_no_other_handin_is_found_anywhere,
    test_notebook_cannot_connect_to_the_machine,
    test_notebook_cannot_read_key_claims_other_handins_home_or_project,
    test_notebook_is_nobody_without_capabilities,
    test_notebook_writes_only_into_its_own_folders,
    test_work_folder_is_limited,
)
from tests.grader.sandbox.test_honest_uses import WIDE
from tests.grader.sandbox.test_private import test_locks_of_two_cages_do_not_meet  # noqa: F401
from tests.grader.trunk.lab import AS_ROOT, execute, execute_once, lab  # noqa: F401

pytestmark = [AS_ROOT, pytest.mark.sandbox]


@pytest.mark.slow
def test_honest_uses_print_what_they_should_in_a_branch(execute: Callable[..., Any]) -> None:  # noqa: F811
    seen = execute([use.source for use in HONEST_USES.values()], **WIDE)
    assert (seen.result.word, seen.result.detail) == ("ran", None)
    for (name, use), text in zip(HONEST_USES.items(), seen.texts, strict=True):
        assert [words for words in use.prints if words not in text] == [], name


def test_acts_come_to_the_same_in_a_branch(execute: Callable[..., Any], tmp_path: Path) -> None:  # noqa: F811
    """As in `tests/grader/driver/test_hostile_class.py`, where each act stands with what it is about."""
    acts = list_acts(tmp_path, 9, [json.__file__, shutil.which("prlimit") or "/usr/bin/prlimit"])
    seen = execute(list(acts.values()))
    assert (seen.result.word, seen.result.detail) == ("ran", None)
    said = {name: seen.said(place) for place, name in enumerate(acts) if name != "outputs"}
    assert {name for name, made in said["families"].items() if "made" in made} == {"1"}
    assert set(said["buffers"].values()) == {97}  # EAFNOSUPPORT
    assert said["range locks"].pop("whole file") == "locked"
    assert set(said["range locks"].values()) == {"ENOLCK"}
    assert set(said["secrets"].values()) <= {"FileNotFoundError", "PermissionError"}
    assert set(said["huge pages"].values()) == {"ENOMEM", "EINVAL"}
    assert f"max={MOST_TERMINALS}" in said["terminals"]["mounts"]
    assert said["terminals"]["number"] == MOST_TERMINALS
    assert {"PATH", "HW9_RUN"} <= set(said["variables"])
    assert "PYTEST_CURRENT_TEST" not in said["variables"]  # of whoever grades: this process
    assert said["alive"] == "alive"
