"""What a cage holds is added up: each page once, whoever maps it, and whatever kind of memory it is."""

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.sandbox import holding
from grader.sandbox.holding import MIB, Holding

PRIVATE = "keep = bytearray(b'x') * (40 << 20)"
SHARED = "import mmap; keep = mmap.mmap(-1, 40 << 20); keep.write(b'x' * (40 << 20))"
FILE = "import os; keep = os.memfd_create('a'); os.write(keep, b'x' * (40 << 20))"
MAPPED_FILE = f"{FILE}; import mmap; seen = mmap.mmap(keep, 40 << 20); sum(seen[n] for n in range(0, 40 << 20, 4096))"
PRIVATELY_MAPPED = (
    f"{FILE}; import mmap; seen = mmap.mmap(keep, 40 << 20, mmap.MAP_PRIVATE); seen.write(b'y' * (40 << 20))"
)
SHARED_BY_CHILDREN = f"""{SHARED}
import os, time
for _ in range(3):
    if os.fork() == 0: time.sleep(600)"""
Start = Callable[[str], int]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Return a function that runs code and returns its process, which then waits; its group stands for a cage."""
    started: list[subprocess.Popen[bytes]] = []

    def run(code: str) -> int:
        command = [sys.executable, "-S", "-c", f"{code}\nprint(1, flush=True)\ninput()"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"1\n"
        return process.pid

    def list_group(first: int) -> list[int]:
        return [pid for pid in holding._list_processes() if is_of(pid, first)]

    monkeypatch.setattr(holding, "list_inside", list_group)
    yield run
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def is_of(pid: int, group: int) -> bool:
    try:
        return os.getpgid(pid) == group
    except ProcessLookupError:
        return False


@pytest.mark.parametrize(
    ("code", "mib"),
    [
        ("pass", 0),
        (PRIVATE, 40),
        (SHARED, 40),
        (FILE, 40),
        (MAPPED_FILE, 40),
        (PRIVATELY_MAPPED, 80),
        (SHARED_BY_CHILDREN, 40),
    ],
)
def test_each_page_counts_once(start: Start, code: str, mib: int) -> None:
    held = Holding(start(code), ()).add_up_memory()
    assert mib <= held < mib + 30  # the interpreters themselves


def test_what_lies_in_the_cage_s_memory_file_systems_counts(start: Start, tmp_path: object) -> None:
    its = os.statvfs("/dev/shm")
    used = (its.f_blocks - its.f_bfree) * its.f_frsize / MIB
    with open(f"/dev/shm/hw9-test-{os.getpid()}", "wb") as file:
        os.unlink(file.name)
        file.write(bytes(20 * MIB))
        file.flush()
        found = Holding(start("pass"), ("/dev/shm", "/dev/shm", "/nowhere")).add_up_memory()
    assert found >= used + 20


def test_empty_files_of_a_memory_file_system_count_too(start: Start) -> None:
    """Sixty thousand of them took 69 MiB of the kernel's and none of the file system's."""
    first, folder = start("pass"), Path(tempfile.mkdtemp(dir="/dev/shm"))
    before = Holding(first, ("/dev/shm",)).add_up_memory()
    try:
        for number in range(20_000):
            (folder / str(number)).touch()
        assert Holding(first, ("/dev/shm",)).add_up_memory() >= before + 20
    finally:
        shutil.rmtree(folder)


def test_peak_stays_and_a_cage_that_is_gone_holds_nothing(start: Start) -> None:
    one = Holding(start(PRIVATE), ())
    one.add_up_memory()
    one.first = 2**30
    assert one.add_up_memory() == 0
    assert one.peak_mib >= 40


@pytest.mark.parametrize("waits", ["os.waitpid(child, 0)", "signal.signal(signal.SIGCHLD, signal.SIG_IGN)"])
def test_processor_time_of_children_counts_whoever_waits_for_them(start: Start, waits: str) -> None:
    """A child that nobody waits for leaves its time with nobody: what it had is kept while it lives."""
    code = f"""
import os, select, signal, time
ready = os.pipe()
{waits if "SIGCHLD" in waits else ""}
child = os.fork()
if child == 0:
    while time.process_time() < 0.6: pass
    os.write(ready[1], b"1")
    time.sleep(600)
os.read(ready[0], 1)"""
    one = Holding(start(code), ())
    assert one.add_up_processor() >= 0.5
    for pid in set(holding.list_inside(one.first)) - {one.first}:
        descriptor = os.pidfd_open(pid)
        os.kill(pid, signal.SIGKILL)
        select.select([descriptor], [], [])
        os.close(descriptor)
    assert one.add_up_processor() >= 0.5


def test_processes_of_a_cage_are_those_of_its_space() -> None:
    assert os.getpid() in holding.list_inside(os.getpid())
    assert holding.list_inside(2**30) == []
