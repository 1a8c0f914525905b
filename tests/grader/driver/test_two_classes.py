"""Classes that are graded at once on one machine, by root and by an ordinary user, take nothing from each other."""

import ast
import json
import os
import shutil
import statistics
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.runs.job import load_job
from grader.runs.result import RunResult, load_result
from tests.grader.ordinary import ROOT, UID, to_grader, to_ordinary
from tests.patience import PATIENCE, wait_until

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]
Notebook = Callable[[Path, list[str]], None]
Ordinary = tuple[list[str], Path]
OPTIONS = ("--device", "cpu", "--without-memory-group", "--jobs", "1")
HOG = """
import os, time
try:
    while True:
        if os.fork() == 0:
            time.sleep(3600); os._exit(0)
except OSError as error: print(error)
time.sleep(3600)
"""
SHARED_MEMORY = """
import mmap
held = mmap.mmap(-1, 1200 << 20)
for i in range(0, 1200 << 20, 4096): held[i] = 1
"""
MEMORY_FILES = """
import os
keep = []
for _ in range(75):
    one = os.memfd_create("a"); keep.append(one); os.write(one, b"x" * (16 << 20))
"""
WITHIN = "held = bytearray(b'x') * (200 << 20)"


def make_class(folder: Path, notebook: Notebook, cells: dict[str, str], *, owner: int = -1) -> None:
    """Write hand-ins of one cell each into `handins`, and give the folder to its owner."""
    for name, source in cells.items():
        notebook(folder / "handins" / f"{name}.ipynb", [source])
    for path in (folder, *folder.rglob("*")) if os.getuid() == 0 else ():
        os.chown(path, owner, owner)


def start_class(folder: Path, before: list[str], *more: str) -> "subprocess.Popen[bytes]":
    command = [*before, *to_grader("run", folder / "handins", folder / "runs", *OPTIONS, *more)]
    with (folder / "said").open("wb") as log:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder)}
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)


@contextmanager
def ended(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """End a class at the end, whatever happened; its workers die with it."""
    try:
        yield
    finally:
        process.kill()
        process.wait()


def load_results(folder: Path) -> dict[str, RunResult]:
    found = {path.parent.name: load_result(path.parent) for path in (folder / "runs").glob("*/result.json")}
    return {name: result for name, result in found.items() if result is not None}


def count_children(marker: str) -> int:
    """Return how many processes run for a student, in whatever cage."""
    found = 0
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            found += f"HW9_RUN={marker}".encode() in path.read_bytes().split(b"\0")
        except OSError:
            continue
    return found


@pytest.mark.parametrize("who", ["ourselves", "an ordinary user"])
def test_class_beside_one_that_uses_its_processes_up_loses_nobody(
    tmp_path: Path, ordinary: Ordinary, notebook: Notebook, who: str
) -> None:
    """Both used to be user 61000, so that the innocent one's kernel could not start, and its hand-in was lost."""
    before, place = ([], tmp_path) if who == "ourselves" else ordinary
    owner = UID if before else -1
    hog, innocent = f"hog{os.getpid()}", place / "b"
    make_class(place / "a", notebook, {hog: HOG}, owner=owner)
    make_class(innocent, notebook, {"innocent": "print(1)"}, owner=owner)
    first = start_class(place / "a", before, "--cell-seconds", "3000")
    with ended(first):
        assert wait_until(lambda: count_children(hog) > 100), (place / "a" / "said").read_text()
        second = start_class(innocent, before)
        with ended(second):
            assert second.wait(PATIENCE) == 0, (innocent / "said").read_text()
        assert count_children(hog) > 100  # all the while
    assert {name: result.word for name, result in load_results(innocent).items()} == {"innocent": "ran"}


@pytest.mark.parametrize("who", ["ourselves", "an ordinary user"])
def test_limit_holds_for_shared_memory_and_memory_files(
    tmp_path: Path, ordinary: Ordinary, notebook: Notebook, who: str
) -> None:
    before, folder = ([], tmp_path / "class") if who == "ourselves" else ordinary
    acts = {"shared": SHARED_MEMORY, "files": MEMORY_FILES, "within": WITHIN}
    make_class(folder, notebook, acts, owner=UID if before else -1)
    process = start_class(folder, before, "--memory-mib", "700")
    with ended(process):
        assert process.wait(PATIENCE) == 0, (folder / "said").read_text()
    results = load_results(folder)
    assert {name: (its.word, its.reason) for name, its in results.items()} == {
        "shared": ("failed", "memory"),
        "files": ("failed", "memory"),
        "within": ("ran", None),
    }
    assert results["within"].peak_memory_mib >= 200
    if results["shared"].memory_group == "none":
        assert results["shared"].peak_memory_mib > 700
        assert all("no memory group: what the notebook held was added up" in its.notes[0] for its in results.values())
    else:
        assert max(its.peak_memory_mib for its in results.values()) <= 701


@pytest.mark.skipif(os.getuid() != 0, reason="an ordinary user may have a group here")
def test_ordinary_user_without_a_group_is_told_so_before_anything_runs(ordinary: Ordinary, notebook: Notebook) -> None:
    before, folder = ordinary
    make_class(folder, notebook, {"alice": "print(1)"}, owner=UID)
    command = [*before, *to_grader("run", folder / "handins", folder / "runs", "--device", "cpu")]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    if done.returncode == 0:
        pytest.skip("this machine lets an ordinary user have a group")
    assert (done.returncode, "--without-memory-group" in done.stderr) == (1, True)
    assert not (folder / "runs").exists()


SIZES = [pytest.param(2, id="small"), pytest.param(10, id="forty", marks=pytest.mark.nightly)]


@pytest.mark.parametrize("notebooks", SIZES)
def test_four_drivers_at_once_lose_nobody_and_share_fairly(
    tmp_path: Path, ordinary: Ordinary, notebook: Notebook, notebooks: int
) -> None:
    """Two classes as root and two as an ordinary user, where we are root; else four as ourselves."""
    before, theirs = ordinary
    cells = {f"s{number}": "sum(n * n for n in range(1_000_000))" for number in range(notebooks)}
    drivers = [
        (tmp_path / "a", [], -1),
        (tmp_path / "b", [], -1),
        (theirs / "c", before, UID),
        (theirs / "d", before, UID),
    ]
    for folder, _, owner in drivers:
        make_class(folder, notebook, cells, owner=owner)
    alone = time_alone(tmp_path / "alone", notebook, cells) if notebooks > 2 else None
    started = [start_class(folder, command) for folder, command, _ in drivers]
    for process, (folder, _, _) in zip(started, drivers, strict=True):
        with ended(process):
            assert process.wait(PATIENCE) == 0, (folder / "said").read_text()
    results = {folder.name: load_results(folder) for folder, _, _ in drivers}
    words = {name: [its.word for its in found.values()] for name, found in results.items()}
    assert words == dict.fromkeys("abcd", ["ran"] * notebooks)
    attempts = {its.attempt for found in results.values() for its in found.values()}
    assert attempts == {1}
    check_shares([its.seconds for found in results.values() for its in found.values()], alone)


def time_alone(folder: Path, notebook: Notebook, cells: dict[str, str]) -> float:
    """Return the median seconds of a notebook where one driver works alone."""
    make_class(folder, notebook, cells)
    assert start_class(folder, []).wait(PATIENCE) == 0
    return statistics.median(its.seconds for its in load_results(folder).values())


def check_shares(seconds: list[float], alone: float | None) -> None:
    """Compare each notebook with the usual one of those that ran at once, and that with one that ran alone."""
    usual, longest = statistics.median(seconds), max(seconds)
    assert longest <= 3 * usual, (alone, usual, longest)
    if alone is not None:
        assert usual <= 1.5 * alone * max(1.0, 4 / len(os.sched_getaffinity(0))), (alone, usual, longest)


LOOK = "print([line.split()[1] for line in open('/proc/self/status') if line.startswith(('Uid', 'Gid'))])"


@pytest.fixture
def subordinate(ordinary: Ordinary, tmp_path: Path) -> Ordinary:
    """The same for a made-up account that has subordinate ids."""
    if os.getuid() != 0 or shutil.which("newuidmap") is None or not Path("/etc/subuid").exists():
        pytest.skip("no account with subordinate ids can be made up: needs root, uidmap and /etc/subuid")
    (tmp_path / "passwd").write_text(f"root:x:0:0::/root:/bin/sh\nteacher:x:{UID}:{UID}::/:/bin/sh\n")
    for name in ("subuid", "subgid"):
        (tmp_path / name).write_text("teacher:300000000:65536\n")
    return to_ordinary(ids=tmp_path), ordinary[1]


def test_ordinary_user_with_subordinate_ids_gives_each_notebook_a_user(
    subordinate: Ordinary, notebook: Notebook
) -> None:
    before, folder = subordinate
    make_class(folder, notebook, {"ann": LOOK, "bob": LOOK}, owner=UID)
    process = start_class(folder, before)
    with ended(process):
        assert process.wait(PATIENCE) == 0, (folder / "said").read_text()
    assert {its.word for its in load_results(folder).values()} == {"ran"}
    users = []
    for name in ("ann", "bob"):
        assert load_job(folder / "runs" / name).subordinate
        executed = json.loads((folder / "runs" / name / "work" / "executed.ipynb").read_text())
        uid, gid = ast.literal_eval(executed["cells"][0]["outputs"][0]["text"])
        assert uid == gid
        users.append(int(uid))
    assert len(set(users)) == 2
    assert all(32769 <= uid <= 65536 for uid in users)  # within the namespace; outside: 300000000 and up


def test_killed_driver_of_an_ordinary_user_leaves_nothing(subordinate: Ordinary, notebook: Notebook) -> None:
    before, folder = subordinate
    name = f"endless{os.getpid()}"
    make_class(folder, notebook, {name: "import time; time.sleep(3600)"}, owner=UID)
    process = start_class(folder, before)
    with ended(process):
        assert wait_until(lambda: (folder / "runs" / name / ".cell.json").exists()), (folder / "said").read_text()
        assert count_children(name)
    assert wait_until(lambda: not count_children(name))
