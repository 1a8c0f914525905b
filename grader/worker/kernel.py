"""One kernel process, in a cage or (one's own notebook) without: started, reached, interrupted, killed.

The sockets and the work folder lie inside the cage. They are reached through descriptors of those folders, which are
opened before any of the student's code runs; they stay valid after everything in the cage is dead, and that is when
the outputs are read.
"""

import asyncio
import contextlib
import json
import os
import re
import secrets
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase

from assignment.fixable import FixableError
from grader.sandbox import cage
from grader.sandbox.cgroup import Group

START_SECONDS = 60.0
Find = Callable[[], tuple[int, int, str, str] | None]
CHANNELS = ("shell", "iopub", "stdin", "control", "hb")


@dataclass
class Kernel:
    """A running kernel: what was started, its own process, and the folders of its sockets and its work."""

    outer: asyncio.subprocess.Process
    pid: int
    inner: tuple[int, ...]  # descriptors of the cage's first process and of the kernel's own
    sockets: int
    work: int
    key: str
    temporary: Path | None = None
    stderr: bytearray = field(default_factory=bytearray, repr=False)  # its first words
    cpu_seen: float = 0.0
    peak_seen: float = 0.0
    drain: "asyncio.Task[None] | None" = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """What the client puts before `-1` ... `-5` to connect."""
        return f"/proc/self/fd/{self.sockets}/k"

    def interrupt(self) -> None:
        """Interrupt what the kernel runs, as Ctrl-C does."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.inner[-1], signal.SIGINT)

    async def kill(self) -> None:
        """End the kernel and everything that it started; return when all of it is dead."""
        with contextlib.suppress(ProcessLookupError):
            self.outer.kill()
        for descriptor in self.inner:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        await self.outer.wait()
        while not select.select([self.inner[0]], [], [], 0)[0]:  # the first process ends after all others
            await asyncio.sleep(0.005)

    def measure(self) -> None:
        """Note the processor seconds and the most memory of the kernel's own process so far."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
            self.cpu_seen = max(self.cpu_seen, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
            status = Path(f"/proc/{self.pid}/status").read_text()
            self.peak_seen = max(self.peak_seen, int(status.split("VmHWM:")[1].split()[0]) / 1024)

    def close(self) -> None:
        """Let go of the descriptors; the cage's memory file systems vanish with the last."""
        for descriptor in (*self.inner, self.sockets, self.work):
            os.close(descriptor)
        if self.temporary is not None:
            shutil.rmtree(self.temporary, ignore_errors=True)


class Provisioner(KernelProvisionerBase):
    """What jupyter_client asks about a kernel that we started ourselves."""

    kernel: Kernel | None = None

    @property
    def has_process(self) -> bool:
        """Tell whether there is a kernel."""
        return self.kernel is not None

    async def poll(self) -> int | None:
        """Return None while the kernel lives."""
        return self.kernel.outer.returncode if self.kernel else 0

    async def wait(self) -> int | None:
        """Wait for the kernel's end."""
        return await self.kernel.outer.wait() if self.kernel else 0

    async def send_signal(self, signum: int) -> None:
        """Interrupt the kernel; no other signal is needed."""
        if self.kernel and signum == signal.SIGINT:
            self.kernel.interrupt()

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and all that it started."""
        if self.kernel:
            await self.kernel.kill()

    terminate = kill

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Refuse: `start_caged` has done it."""
        raise NotImplementedError("the kernel is started before its manager")

    async def cleanup(self, restart: bool = False) -> None:
        """Leave everything to `Kernel.close`."""


async def start_caged(view: cage.View, group: Group) -> Kernel:
    """Start a kernel in a cage and return when its sockets are there; FixableError when bubblewrap refuses."""
    key, info = secrets.token_hex(16), os.pipe()
    files = cage.open_files(view, describe_connection(f"{view.sockets}/k", key), info[1])
    head = [*group.scope, *cage.to_head(os.getpid(), group.entrances), *cage.to_limits(view)]
    try:
        outer = await _spawn([*head, *cage.to_bubblewrap(view, files), *cage.to_command(view)], files.all, gated=True)
    finally:
        files.close()
    return await _wait_for_start(outer, _Finder(outer, info[0], view.sockets).find, key, info[0])


async def start_bare(folder: Path, view: cage.View, environment: dict[str, str]) -> Kernel:
    """Start a kernel without a cage: only the limits of processes hold. `folder` is ours and is removed at the end."""
    key, sockets, work = secrets.token_hex(16), folder / "sockets", folder / "work"
    for path in (sockets, work):
        path.mkdir()
    (sockets / "connection.json").write_bytes(describe_connection(f"{sockets}/k", key))
    argv = [*cage.to_head(os.getpid(), ()), *cage.to_limits(view), *cage.to_kernel(f"{sockets}/connection.json")]
    outer = await _spawn(argv, (), cwd=work, env={**os.environ, **environment})
    kernel = await _wait_for_start(outer, lambda: (outer.pid, outer.pid, str(sockets), str(work)), key, None)
    kernel.temporary = folder
    return kernel


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


async def _drain(kernel_stderr: asyncio.StreamReader, kept: bytearray) -> None:
    while data := await kernel_stderr.read(65536):
        kept += data[: 4000 - len(kept)]


async def _wait_for_start(outer: asyncio.subprocess.Process, find: Find, key: str, info: int | None) -> Kernel:
    kept = bytearray()
    assert outer.stderr is not None
    drain = asyncio.ensure_future(_drain(outer.stderr, kept))
    end = time.monotonic() + START_SECONDS
    try:
        while outer.returncode is None and time.monotonic() < end:
            found = find()
            if found and all(os.path.exists(f"{found[2]}/k-{number}") for number in range(1, len(CHANNELS) + 1)):
                kernel = _open(outer, found, key)
                kernel.drain, kernel.stderr = drain, kept
                return kernel
            await asyncio.sleep(0.004)
    finally:
        if info is not None:
            os.close(info)
    if outer.stdin is not None:
        outer.stdin.close()
    with contextlib.suppress(ProcessLookupError):
        outer.kill()
    await outer.wait()
    await asyncio.wait([drain], timeout=1)
    words = kept.decode(errors="replace").strip() or f"nothing within {START_SECONDS:.0f} s"
    raise FixableError(f"sandbox: the kernel did not start: {words[-1500:]}; expected five sockets of ipykernel")


def _open(outer: asyncio.subprocess.Process, found: tuple[int, int, str, str], key: str) -> Kernel:
    first, own, sockets, work = found
    inner = tuple(os.pidfd_open(pid) for pid in (first, own))
    folders = [os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC) for path in (sockets, work)]
    return Kernel(outer, own, inner, folders[0], folders[1], key)


class _Finder:
    """Looks for the processes of a cage that is being built; bubblewrap says on `info` which is its first.

    Once that one dies with its parent, it gives the kernel the word to start (`cage.GATE`).
    """

    def __init__(self, outer: asyncio.subprocess.Process, info: int, sockets: str) -> None:
        self.outer, self.info, self.sockets, self.said, self.tied = outer, info, sockets, b"", False

    def find(self) -> tuple[int, int, str, str] | None:
        """Return the cage's first process, the kernel's own, and the folders of sockets and work as we see them."""
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
        return int(first[1]), own, f"/proc/{own}/root{self.sockets}", f"/proc/{own}/root{cage.WORK}"


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


def make_temporary() -> Path:
    """Return a new folder of ours with a short path, as unix sockets need."""
    return Path(tempfile.mkdtemp(prefix="hw9-", dir="/tmp"))
