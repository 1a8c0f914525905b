"""What is printed starts exactly what was typed, where it was typed, whatever stands in it."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.cluster.units import find_program, find_seconds_left, print_driver, print_worker
from grader.commands.main import main

WORDS = ("worker", "gpu1:8790", "--keys", "my keys/$HOME", "--name", "it's 50%", "--print")


def test_sbatch_script_starts_the_command_in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "a b"
    place.mkdir()
    monkeypatch.chdir(place)
    monkeypatch.setattr("grader.cluster.units.find_program", lambda: [sys.executable, "-c", PRINT])
    script = print_worker("slurm", (*WORDS, "slurm"))
    done = subprocess.run(["sh", "-c", script], cwd="/", capture_output=True, text=True, check=True)
    assert done.stdout == repr([*WORDS[:-1]]) + f" {place}\n"


PRINT = "import os, sys; print(sys.argv[1:], os.getcwd())"


def test_sbatch_script_of_the_driver_says_where_workers_find_it() -> None:
    script = print_driver(("run", "handins", "runs", "--executor", "dask", "--print", "slurm"), 9000)
    assert "hw9 worker $(hostname -f 2>/dev/null || hostname):9000 --keys DIR" in script
    assert script.rstrip().endswith(shlex.join([*find_program(), "run", "handins", "runs", "--executor", "dask"]))
    assert "--gres" not in script


def test_unit_starts_the_command_with_nothing_expanded() -> None:
    unit = print_worker("systemd", (*WORDS, "systemd"))
    line = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
    assert line.endswith('"worker" "gpu1:8790" "--keys" "my keys/$$HOME" "--name" "it\'s 50%%"')


@pytest.mark.parametrize("kind", ["systemd", "slurm"])
def test_word_that_would_begin_a_line_of_its_own_is_refused(kind: str) -> None:
    with pytest.raises(FixableError, match="cannot stand in a"):
        print_worker(kind, ("worker", "gpu1\nExecStart=evil"))


@pytest.mark.parametrize(
    "words",
    [
        ["worker", "gpu1", "--print", "slurm"],
        ["run", "handins", "runs", "--executor", "dask", "--print", "slurm"],
        ["grade", "handins", "runs", "--executor", "dask", "--print=slurm"],
    ],
)
def test_verb_prints_and_starts_nothing(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("#!/bin/sh\n")
    assert "--print" not in printed


def test_time_that_a_slurm_job_has_is_known() -> None:
    assert find_seconds_left({}, 5.0) is None
    assert find_seconds_left({"SLURM_JOB_END_TIME": "soon"}, 5.0) is None
    assert find_seconds_left({"SLURM_JOB_END_TIME": "65"}, 5.0) == 60.0


@pytest.mark.parametrize(("said", "left"), [("65", 60.0), ("NONE", None)])  # the latter of a job without an end
def test_older_slurm_is_asked_when_a_job_ends(tmp_path: Path, said: str, left: float | None) -> None:
    asked = tmp_path / "squeue"
    asked.write_text(f'#!/bin/sh\necho "$SLURM_TIME_FORMAT $*" > {tmp_path}/asked; echo {said}\n')
    asked.chmod(0o755)
    job = {"SLURM_JOB_ID": "7", "PATH": f"{tmp_path}:/usr/bin:/bin"}
    assert find_seconds_left(job, 5.0) == left
    assert (tmp_path / "asked").read_text() == "%s --noheader --jobs 7 --format=%e\n"
    array = {"SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "2"}
    assert find_seconds_left(job | array, 5.0) == left
    assert "--jobs 7_2 " in (tmp_path / "asked").read_text()
    assert find_seconds_left({**job, "PATH": "/nowhere"}, 5.0) is None
