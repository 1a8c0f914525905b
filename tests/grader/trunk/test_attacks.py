"""The attacks that the sandbox stands, and its honest uses, each in a branch instead of a fresh kernel.

A test that is written for the sandbox, or for a notebook's limits, is to be imported here as well; one that is
forgotten is named.
"""

import ast
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
from tests.grader.sandbox.test_filter import (  # noqa: F401
    test_calls_of_another_architecture_end_the_notebook_at_once_and_it_is_said_why,
    test_copies_with_attributes_are_made_without_them,
    test_kernel_holds_no_network_buffers_for_a_notebook,
    test_nothing_tells_of_other_notebooks_or_is_held_for_no_process,
    test_only_unix_sockets_are_made_by_both_calls,
    test_process_of_a_notebook_that_calls_by_another_architecture_ends_alone,
    test_range_locks_are_refused_and_locks_of_whole_files_are_not,
    test_sqlite_keeps_files_where_it_is_told_to_lock_without_the_kernel,
)
from tests.grader.sandbox.test_honest_uses import WIDE
from tests.grader.sandbox.test_private import test_locks_of_two_cages_do_not_meet  # noqa: F401
from tests.grader.trunk.lab import AS_ROOT, execute, execute_once, lab  # noqa: F401
from tests.grader.worker.test_watch import (  # noqa: F401
    test_cell_that_ignores_the_interrupt_is_killed,
    test_cell_that_runs_too_long_is_interrupted_and_keeps_its_output,
    test_children_together_cannot_exceed_the_memory,
    test_kernel_that_ends_is_failed_whatever_its_exit_code,
    test_notebook_of_short_cells_can_be_too_long,
    test_one_process_cannot_exceed_its_memory,
    test_processor_time_of_children_is_the_notebook_s,
    test_too_much_processor_time_has_its_word,
    test_words_of_a_notebook_are_not_taken_for_the_graders,
)

pytestmark = [AS_ROOT, pytest.mark.sandbox]
ROOMS = Path(__file__).parents[1]
OTHERWISE = {  # tests of these rooms that are not run on a branch as they stand
    "test_honest_uses_print_what_they_should": "below: without a sandbox there is no branch",
    "test_honest_uses_ask_for_nothing_that_is_not_admitted": "a worker with a filter of its own",
    "test_released_notebook_asks_for_nothing_that_is_not_admitted": "a worker with a filter of its own",
}


def list_attacks(path: Path) -> set[str]:
    """Return the tests of a file that execute a notebook, by a fixture of their own or of the file's."""
    functions = [one for one in ast.parse(path.read_text()).body if isinstance(one, ast.FunctionDef)]
    asked = {one.name: {argument.arg for argument in one.args.args} for one in functions}
    executing = {"execute", "execute_once"}
    while more := {name for name, its in asked.items() if its & executing} - executing:
        executing |= more
    return {name for name in executing if name.startswith("test_")}


def test_every_attack_on_the_sandbox_is_tried_on_a_branch() -> None:
    files = [*sorted((ROOMS / "sandbox").glob("test_*.py")), ROOMS / "worker" / "test_watch.py"]
    attacks = set[str]().union(*map(list_attacks, files))
    assert len(attacks) > 30
    assert attacks - globals().keys() - OTHERWISE.keys() == set()
    assert OTHERWISE.keys() - attacks == set()


def test_attack_that_is_executed_by_a_fixture_is_found(tmp_path: Path) -> None:
    written = "def made(execute_once): 1\ndef test_one(made): 1\ndef test_two(execute): 1\ndef test_none(tmp_path): 1"
    (tmp_path / "test_x.py").write_text(written)
    assert list_attacks(tmp_path / "test_x.py") == {"test_one", "test_two"}


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
