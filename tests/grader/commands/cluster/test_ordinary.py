"""A class and its worker as an ordinary user starts them, and what that user is told where a site allows too little."""

import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.runs.result import load_result
from grader.sandbox.scope import JOB
from tests.grader.ordinary import ROOT, UID, to_grader
from tests.patience import PATIENCE

pytestmark = pytest.mark.slow
Ordinary = tuple[list[str], Path]
Notebook = Callable[[Path, list[str]], None]
Start = Callable[..., "subprocess.Popen[str]"]
HERE = ("--device", "cpu", "--places", "1")
LOOSE = "--without-memory-group"
# The kernel itself refuses: in this namespace of users none may be made, and whoever could change that is gone.
REFUSED = [
    *("unshare", "--user", f"--map-user={os.getuid() or UID}", f"--map-group={os.getgid() or UID}", "--keep-caps"),
    *("/bin/sh", "-c", 'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --ambient-caps -all "$@"', "hw9"),
]


@pytest.fixture
def address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def start(ordinary: Ordinary) -> Iterator[Start]:
    """Return a function that starts a verb as the ordinary user; its words come on stdout."""
    before, folder = ordinary
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder), "TMPDIR": str(folder)}
    started: list[subprocess.Popen[str]] = []

    def start_verb(*words: str, around: tuple[str, ...] = (), **settings: str) -> "subprocess.Popen[str]":
        command = [*before, *around, *to_grader(*words)]
        pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        started.append(subprocess.Popen(command, env=environment | settings, cwd=folder, **pipe))
        return started[-1]

    yield start_verb
    for one in started:
        one.kill()
        one.communicate()


def read_end(process: "subprocess.Popen[str]") -> tuple[int, str]:
    said, _ = process.communicate(timeout=PATIENCE)
    return process.returncode, said


def test_ordinary_user_runs_a_class_on_a_worker(
    ordinary: Ordinary, start: Start, notebook: Notebook, address: str
) -> None:
    _, folder = ordinary
    notebook(folder / "handins" / "ann.ipynb", ["print(1)"])
    driver = start("run", "handins", "runs", "--executor", "dask", "--address", address, "--no-tls")
    worker = start("worker", address, "--no-tls", *HERE, LOOSE)
    code, said = read_end(driver)
    assert code == 0, said
    code, said = read_end(worker)
    assert code == 0, said
    assert "ended: the class is over" in said
    result = load_result(folder / "runs" / "ann")
    assert result is not None
    assert (result.word, result.sandbox) == ("ran", True)
    assert (folder / "runs" / "ann").stat().st_uid == (UID if os.getuid() == 0 else os.getuid())
    assert not list(folder.glob("hw9-worker-*/worker.*"))


def test_site_that_refuses_namespaces_is_told_by_the_setting_to_ask_for(start: Start, address: str) -> None:
    code, said = read_end(start("worker", address, "--no-tls", *HERE, LOOSE, around=tuple(REFUSED)))
    assert code == 1
    assert "sandbox: bubblewrap was refused: bwrap: " in said
    asked = "Ask the administrators, for every machine that runs notebooks: sysctl -w user.max_user_namespaces=10000"
    assert f"{asked} (it is 0)" in said


def test_job_of_slurm_is_told_how_its_memory_is_bounded(start: Start, address: str) -> None:
    code, said = read_end(start("worker", address, "--no-tls", *HERE, "--grace", "1", **{JOB: "1"}))
    if "no driver at" in said:
        pytest.skip("this machine lets an ordinary user have a group")
    assert code == 1
    assert "expected --without-memory-group in a Slurm job, whose own limit bounds all notebooks of a worker" in said
