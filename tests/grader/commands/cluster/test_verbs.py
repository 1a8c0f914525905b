"""A class by `hw9 run --executor dask` and `hw9 worker`, as they are typed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.commands.main import main
from grader.runs.result import load_result
from tests.courses import copy_course
from tests.patience import PATIENCE, wait_until

pytestmark = pytest.mark.usefixtures("sound_pickle")
ROOT = Path(__file__).parents[4]
Start = Callable[..., "subprocess.Popen[bytes]"]
Notebook = Callable[[Path, list[str]], None]
# Until a picture of the course has the time that the test gives it, which a worker's copy has not.
WAIT = """import os, time
from assignment.course import open_course
picture = open_course().folder / "pictures" / "0.png"
while os.stat(picture).st_mtime != 1: time.sleep(0.05)"""
Processes = Callable[[str], list[int]]


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts the command; what it says goes to a file by its verb."""
    started: list[subprocess.Popen[bytes]] = []
    (tmp_path / "tmp").mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "tmp"), "OMP_NUM_THREADS": "1"}

    def start_verb(*words: str) -> "subprocess.Popen[bytes]":
        with (tmp_path / f"{words[0]}.log").open("ab") as log:
            started.append(
                subprocess.Popen([sys.executable, "-m", "grader", *words], env=environment, stdout=log, stderr=log)
            )
        return started[-1]

    yield start_verb
    for one in started:
        one.kill()
        one.wait()


def wait_for_end(process: "subprocess.Popen[bytes]") -> int:
    assert wait_until(lambda: process.poll() is not None)
    return int(process.returncode)


@pytest.mark.sandbox
@pytest.mark.slow
def test_class_of_another_course_is_interrupted_on_a_worker_and_goes_on_without(
    tmp_path: Path, port: int, start: Start, notebook: Notebook, processes: Processes
) -> None:
    course = copy_course(tmp_path / "sea")
    slow = f"slow{os.getpid()}"
    notebook(tmp_path / "handins" / "b01.ipynb", ["print(1)"])
    notebook(tmp_path / "handins" / f"{slow}.ipynb", [WAIT])
    where = (f"127.0.0.1:{port}", "--no-tls")
    worker = start("worker", *where, "--device", "cpu", "--places", "2", "--cache", str(tmp_path / "cache"))
    words = ("run", str(tmp_path / "handins"), str(tmp_path / "runs"), "--course", str(course.folder))
    run = start(*words, "--executor", "dask", "--address", *where)
    assert wait_until(lambda: load_result(tmp_path / "runs" / "b01") is not None)
    run.send_signal(signal.SIGINT)
    assert wait_for_end(run) == 1
    assert "the same command resumes" in (tmp_path / "run.log").read_text()
    assert wait_until(lambda: not processes(slow))  # the worker was told to drop it
    assert worker.poll() is None  # and waits for the next driver
    os.utime(course.folder / "pictures" / "0.png", (1, 1))
    assert start(*words, "--device", "cpu", "--jobs", "1").wait(PATIENCE) == 0
    result = load_result(tmp_path / "runs" / slow)
    assert result is not None
    assert (result.word, result.attempt) == ("ran", 2)
    (here,) = (tmp_path / "cache").glob("*/sea")
    assert not (here / "bank").exists()
    worker.send_signal(signal.SIGTERM)
    assert wait_for_end(worker) == 0
    assert not list((tmp_path / "tmp").glob("hw9-worker-*/worker.*"))


@pytest.mark.slow
@pytest.mark.sandbox
def test_worker_that_finds_no_class_ends_after_its_grace_and_says_why(tmp_path: Path, port: int, start: Start) -> None:
    begun = time.monotonic()
    worker = start("worker", f"127.0.0.1:{port}", "--no-tls", "--device", "cpu", "--places", "1", "--grace", "1")
    assert wait_for_end(worker) == 1
    assert time.monotonic() - begun < 120
    said = (tmp_path / "worker.log").read_text()
    assert f"worker: ended: no driver at 127.0.0.1:{port}: " in said
    assert not list((tmp_path / "tmp").glob("hw9-worker-*/worker.*"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--executor", "dask"], "--keys: missing; expected the folder that `hw9 cluster keys DIR` made"),
        (["--executor", "dask", "--no-tls"], "--no-tls: with 0.0.0.0; expected --address 127.0.0.1:PORT"),
        (["--executor", "dask", "--no-sandbox"], "--no-sandbox: with --executor dask"),
        (["--executor", "dask", "--jobs", "2"], "--jobs: 2; expected none"),
        (["--executor", "dask", "--keys", "none"], "none/class.crt: missing; expected a folder"),
        (["--executor", "dask", "--no-tls", "--address", "a:b"], "--address: 'a:b'; expected HOST:PORT"),
        (["--executor", "dask", "--keys", "k", "--no-tls"], "--keys: with --no-tls; expected one of them"),
        (["--executor", "dask", "--without-memory-group"], "--without-memory-group: with --executor dask"),
    ],
)
def test_class_that_strangers_could_reach_is_refused(
    tmp_path: Path, notebook: Notebook, words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook(tmp_path / "handins" / "b01.ipynb", ["print(1)"])
    assert main(["run", str(tmp_path / "handins"), str(tmp_path / "runs"), *words]) == 1
    assert says in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


def test_option_that_would_do_nothing_is_refused_by_its_name(
    tmp_path: Path, notebook: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook(tmp_path / "handins" / "b01.ipynb", ["print(1)"])
    verb = ["run", str(tmp_path / "handins"), str(tmp_path / "runs")]
    idle = {"--address": "gpu1", "--keys": "keys", "--max-workers": "2", "--gpu-memory-mib": "9"}
    assert main([*verb, *(word for option in idle.items() for word in option)]) == 1
    said = capsys.readouterr().err
    assert all(f"{name}: without --executor dask; expected both" in said for name in idle)
    assert main([*verb, "--no-tls"]) == 1
    assert "--no-tls: without --executor dask" in capsys.readouterr().err
    assert main([*verb, "--share", "--no-sandbox"]) == 1
    assert "--share: with --no-sandbox; expected the sandbox" in capsys.readouterr().err
    assert main([*verb, "--executor", "dask", "--device", "cpu", "--gpu-memory-mib", "9"]) == 1
    assert "--gpu-memory-mib: 9 with --device cpu; expected none without a GPU" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["worker", "gpu1", "--places", "257"], "--places: '257'; expected a whole number from 1 to 256"),
        (["run", "h", "r", "--gpu-memory-mib", "-5"], "--gpu-memory-mib: '-5'; expected a whole number from 1"),
    ],
)
def test_number_that_no_machine_has_is_refused_at_its_option(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert f"error: argument {says}" in capsys.readouterr().err


def test_worker_refuses_what_it_would_not_obey(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["worker", "127.0.0.1", "--keys", "keys", "--no-tls"]) == 1
    assert "--keys: with --no-tls; expected one of them" in capsys.readouterr().err
    assert main(["worker", "gpu1:x"]) == 1
    assert "ADDRESS: 'gpu1:x'; expected HOST:PORT" in capsys.readouterr().err


def test_keys_are_made_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cluster", "keys", str(tmp_path / "keys")]) == 0
    assert "and nobody else" in capsys.readouterr().out
    assert main(["cluster", "keys", str(tmp_path / "keys")]) == 1
    assert main(["worker", "gpu1", "--keys", str(tmp_path)]) == 1
    assert "class.crt: missing" in capsys.readouterr().err
    assert main(["worker", "gpu1", "--no-tls"]) == 1
    assert "--no-tls: with gpu1; expected 127.0.0.1" in capsys.readouterr().err
