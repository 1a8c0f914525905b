"""What is printed starts exactly what was typed, where it was typed, whatever stands in it."""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.cluster.keys import make_keys
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
    assert "#SBATCH --requeue\n" in script


def test_script_of_a_class_on_one_node_asks_for_what_its_notebooks_need() -> None:
    script = print_driver(("run", "handins", "runs", "--jobs", "2"), None, ("cuda", 2))
    assert "hw9 worker" not in script
    assert {"#SBATCH --gres=gpu:2", "#SBATCH --cpus-per-task=8", "#SBATCH --mem=16G"} <= set(script.splitlines())


@pytest.mark.parametrize(
    ("device", "places", "asks"),
    [
        ("cpu", 6, ("--cpus-per-task=6", "--mem=48G")),
        ("cpu", None, ("--cpus-per-task=4", "--mem=32G")),
        ("auto", None, ("--gres=gpu:1", "--cpus-per-task=4", "--mem=8G")),
        ("cuda", 2, ("--gres=gpu:1", "--cpus-per-task=8", "--mem=16G")),
    ],
)
def test_job_of_a_worker_asks_for_what_its_places_need(device: str, places: int | None, asks: tuple[str, ...]) -> None:
    lines = print_worker("slurm", ("worker", "gpu1"), device, places).splitlines()
    asked = [line.removeprefix("#SBATCH ") for line in lines if re.match("#SBATCH --(gres|cpus|mem)", line)]
    assert asked == list(asks)
    assert "#SBATCH --requeue" in lines


def test_unit_starts_the_command_with_nothing_expanded() -> None:
    unit = print_worker("systemd", (*WORDS, "systemd"))
    line = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
    assert line.endswith('"worker" "gpu1:8790" "--keys" "my keys/$$HOME" "--name" "it\'s 50%%"')


def test_unit_asks_for_the_next_class_until_it_is_disabled() -> None:
    unit = print_worker("systemd", (*WORDS, "systemd"))
    assert "Restart=always\n" in unit
    assert "# To end it for good: systemctl --user disable --now hw9-worker\n" in unit


@pytest.mark.parametrize("kind", ["systemd", "slurm"])
def test_word_that_would_begin_a_line_of_its_own_is_refused(kind: str) -> None:
    with pytest.raises(FixableError, match="cannot stand in a"):
        print_worker(kind, ("worker", "gpu1\nExecStart=evil"))


@pytest.mark.parametrize(
    "words",
    [
        ["worker", "gpu1", "--print", "slurm"],
        ["run", "handins", "runs", "--executor", "dask", "--keys", "keys", "--print", "slurm"],
        ["grade", "handins", "runs", "--executor", "dask", "--keys", "keys", "--print=slurm"],
        ["run", "handins", "runs", "--print", "slurm"],
    ],
)
@pytest.mark.usefixtures("prepared")
def test_verb_prints_and_starts_nothing(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("#!/bin/sh\n")
    assert "--print" not in printed
    assert not Path("runs").exists()
    assert ("echo" in printed) == ("dask" in words)  # where workers find it


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, notebook: Callable[[Path, list[str]], None]) -> None:
    """Be in a folder with a hand-in and a certificate."""
    notebook(tmp_path / "handins" / "b01.ipynb", ["print(1)"])
    make_keys(tmp_path / "keys")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "handinz", "runs"], "handinz: no such folder"),
        (["grade", "handinz", "runs"], "handinz: no such folder"),
        (["grade", "handins", "runs", "--responses", "quiz.csv"], "quiz.csv: "),
        (["run", "handins", "runs", "--executor", "dask"], "--keys: missing"),
        (["worker", "gpu1", "--keys", "kays"], "kays/class.crt: missing"),
        (["worker", "gpu1", "--device", "cpu", "--gpu-memory-mib", "9"], "--gpu-memory-mib: 9; expected none"),
    ],
)
@pytest.mark.usefixtures("prepared")
def test_script_that_would_fail_at_once_is_not_printed(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--print", "slurm"]) == 1
    told = capsys.readouterr()
    assert says in told.err
    assert told.out == ""


@pytest.mark.parametrize("words", [["--prin", "slurm"], ["--prin=slurm"]])
def test_option_that_is_taken_out_of_a_command_is_typed_in_full(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["run", "handins", "runs", *words])
    assert "unrecognized arguments: --prin" in capsys.readouterr().err


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
