"""Starting a kernel, in a cage or (one's own notebook) without, and finding its processes, its sockets and its work."""

import asyncio
import contextlib
import json
import os
import re
import secrets
import select
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from assignment.course import VARIABLE
from assignment.fixable import FixableError
from grader.sandbox import cage
from grader.sandbox.cgroup import Cgroup
from grader.sandbox.private import to_private
from grader.worker.kernel import CHANNELS, Kernel, Outer

START_SECONDS = 60.0
BARE = (  # of the cage's variables, those that a kernel without one gets beside our own
    "CUDA_VISIBLE_DEVICES",
    "CUDA_MPS_PINNED_DEVICE_MEM_LIMIT",
    "HW9_DEVICE",
    "HW9_RUN",
    "JUPYTER_WIDGETS_ECHO",
    "TOKENIZERS_PARALLELISM",
    *cage.THREADS,
    *cage.ALLOCATOR,
)


class Found(NamedTuple):
    """A kernel that is being started, once its processes are known."""

    first: int  # the cage's first process, which ends after all others
    own: int  # the kernel's own process
    sockets: str  # the folders of its sockets and its work, as we see them
    work: str


Finder = Callable[[], Found | None]


async def start_caged(view: cage.View, group: Cgroup) -> Kernel:
    """Start a kernel in a cage and return when its sockets are there; FixableError when bubblewrap refuses."""
    key, info = secrets.token_hex(16), os.pipe()
    files = cage.open_files(view, describe_connection(f"{view.sockets}/k", key), info[1])
    head = [*group.scope, *cage.to_head(os.getpid(), group.entrances), *to_private(view), *cage.to_limits(view)]
    argv, env = [*head, *cage.to_bubblewrap(view, files), *cage.to_command(view)], cage.find_outer_environment()
    try:
        outer = await _spawn(argv, files.all, gated=True, env=env)
    finally:
        files.close()
    return await wait_for_start(outer, _Finder(outer, info[0], view.sockets).find, key, info[0])


async def start_bare(view: cage.View) -> Kernel:
    """Start a kernel without a cage, in a temporary folder of ours: only the limits of processes hold."""
    folder, key = Path(tempfile.mkdtemp(prefix="hw9-", dir="/tmp")), secrets.token_hex(16)  # sockets need a short path
    sockets, work = folder / "sockets", folder / "work"
    sockets.mkdir()
    shutil.copytree(view.beside, work) if view.beside else work.mkdir()
    (sockets / "connection.json").write_bytes(describe_connection(f"{sockets}/k", key))
    kernel_command = cage.to_kernel(str(cage.PROGRAM), f"{sockets}/connection.json")
    argv = [*cage.to_head(os.getpid(), ()), *cage.to_limits(view), *kernel_command]
    outer = await _spawn(argv, (), cwd=work, env=_find_bare_environment(view))
    found = Found(outer.pid, outer.pid, str(sockets), str(work))
    kernel = await wait_for_start(outer, lambda: found, key, None)
    kernel.temporary = folder
    return kernel


def _find_bare_environment(view: cage.View) -> dict[str, str]:
    packages = str(Path(__file__).resolve().parents[2])
    given = {name: value for name, value in cage.make_environment(view).items() if name in BARE}
    course = {VARIABLE: "" if view.course.embedded else str(view.course.folder)}
    return {**os.environ, **given, **course, "PYTHONPATH": packages}


def describe_connection(address: str, key: str) -> bytes:
    """Return the connection file that a kernel reads."""
    ports = {f"{channel}_port": number for number, channel in enumerate(CHANNELS, start=1)}
    data = {
        "transport": "ipc",
        "ip": address,
        "key": key,
        "signature_scheme": "hmac-sha256",
        "kernel_name": "",
        **ports,
    }
    return json.dumps(data).encode()


async def _spawn(
    argv: list[str], pass_fds: tuple[int, ...], *, gated: bool = False, cwd: Path | None = None, env: Any = None
) -> asyncio.subprocess.Process:
    null, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    create, stdin = asyncio.create_subprocess_exec, pipe if gated else null
    return await create(
        *argv, stdin=stdin, stdout=null, stderr=pipe, pass_fds=pass_fds, start_new_session=True, cwd=cwd, env=env
    )


async def drain(kernel_stderr: asyncio.StreamReader, kept: bytearray) -> None:
    """Read what a kernel says on stderr to its end, and keep its first words."""
    while data := await kernel_stderr.read(65536):
        kept += data[: 4000 - len(kept)]


async def wait_for_start(outer: Outer, find: Finder, key: str, info: int | None) -> Kernel:
    """Return a kernel once its sockets are there; FixableError with its first words where it ends before.

    info: a descriptor that is closed then.
    """
    kept = bytearray()
    assert outer.stderr is not None
    draining = asyncio.ensure_future(drain(outer.stderr, kept))
    end = time.monotonic() + START_SECONDS
    try:
        while outer.returncode is None and time.monotonic() < end:
            found = find()
            if found and all(os.path.exists(f"{found.sockets}/k-{number}") for number in range(1, len(CHANNELS) + 1)):
                kernel = _open(outer, found, key)
                kernel.drain, kernel.stderr = draining, kept
                return kernel
            await asyncio.sleep(0.004)
    finally:
        if info is not None:
            os.close(info)
    ended = outer.returncode
    silent = (
        f"nothing within {START_SECONDS:.0f} s" if ended is None else f"it ended with code {ended} and said nothing"
    )
    if outer.stdin is not None:
        outer.stdin.close()
    with contextlib.suppress(ProcessLookupError):
        outer.kill()
    await outer.wait()
    await asyncio.wait([draining], timeout=1)
    words = kept.decode(errors="replace").strip() or silent
    raise FixableError(f"sandbox: the kernel did not start: {words[-1500:]}; expected five sockets of ipykernel")


def _open(outer: Outer, found: Found, key: str) -> Kernel:
    inner = tuple(os.pidfd_open(pid) for pid in (found.first, found.own))
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    sockets, work = (os.open(path, flags) for path in (found.sockets, found.work))
    return Kernel(outer, found.first, found.own, inner, sockets, work, key)


class _Finder:
    """Looks for the processes of a cage that is being built; bubblewrap says on `info` which is its first.

    Once that one dies with its parent, it gives the kernel the word to start (`cage.GATE`).
    """

    def __init__(self, outer: asyncio.subprocess.Process, info: int, sockets: str) -> None:
        self.outer, self.info, self.sockets, self.said, self.tied = outer, info, sockets, b"", False

    def find(self) -> Found | None:
        """Return what is found once the kernel's own process and its folders are there."""
        if select.select([self.info], [], [], 0)[0]:
            self.said += os.read(self.info, 4096)
        first = re.search(rb'"child-pid": (\d+)\D', self.said)
        own = _find_child(int(first[1])) if first else None
        if not first or not own or not os.path.isdir(f"/proc/{own}/root{self.sockets}"):
            return None
        if not self.tied and _is_tied(int(first[1])) and self.outer.stdin is not None:
            self.outer.stdin.write(b"go\n")
            self.outer.stdin.close()
            self.tied = True
        return Found(int(first[1]), own, f"/proc/{own}/root{self.sockets}", f"/proc/{own}/root{cage.WORK}")


def _is_tied(first: int) -> bool:
    """Tell whether a cage's first process dies with its parent: it asks for that just before it takes the filter on."""
    with contextlib.suppress(OSError):
        return "\nSeccomp:\t2\n" in Path(f"/proc/{first}/status").read_text()
    return False


def _find_child(parent: int) -> int | None:
    """Return the oldest child of a process."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{parent}/task/{parent}/children").read_text().split()[0])
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                return int(folder.name)
    return None
