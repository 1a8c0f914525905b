"""Shared and fresh execution show the same of made hand-ins; a rule that looks at less is caught by them."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.grader.trunk.planted import PLANTED
from tests.grader.trunk.short import BACK, EDITS, make_handin

ROOT = Path(__file__).parents[3]
Results = Mapping[tuple[str, str | None], Mapping[str, Any]]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """What came of each hand-in, and of those that a planted rule is to judge."""
    keys = [*((name, None) for name in EDITS), *((name, left_out) for left_out, name in PLANTED.items())]
    jobs = [{"handin": make_handin(EDITS[name]), "left_out": left_out} for name, left_out in keys]
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "",
    }
    folder = tmp_path_factory.mktemp("sharing")
    command = [sys.executable, "-m", "tests.grader.trunk.sharing", str(folder)]
    done = subprocess.run(command, input=json.dumps(jobs), env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return dict(zip(keys, map(json.loads, done.stdout.splitlines()), strict=True))


@pytest.mark.nightly
@pytest.mark.parametrize("name", EDITS)
def test_shared_and_fresh_execution_show_the_same(results: Results, name: str) -> None:
    its = results[name, None]
    assert its["records"] == its["fresh"], its["verdicts"]


@pytest.mark.nightly
@pytest.mark.parametrize(("left_out", "name"), PLANTED.items())
def test_rule_that_does_not_look_at_one_kind_of_state_is_caught(results: Results, left_out: str, name: str) -> None:
    its = results[name, left_out]
    assert its["records"] != its["fresh"], its["verdicts"]


@pytest.mark.nightly
@pytest.mark.parametrize("name", sorted(BACK))
def test_harmless_hand_in_goes_back_to_the_trunk(results: Results, name: str) -> None:
    verdicts = results[name, None]["verdicts"]
    assert {word for word, _, _ in verdicts} <= {"trunk"}, verdicts


@pytest.mark.nightly
@pytest.mark.parametrize("name", sorted({*PLANTED.values()} - BACK))
def test_hand_in_that_changes_what_is_seen_runs_on(results: Results, name: str) -> None:
    assert {word for word, _, _ in results[name, None]["verdicts"]} & {"branch", "end"}
