"""One running kernel: reached, interrupted, measured, killed; and what jupyter_client asks about it.

The sockets and the work folder lie inside the cage. They are reached through descriptors of those folders, which are
opened before any of the student's code runs; they stay valid after everything in the cage is dead, and that is when
the outputs are read.
"""

import asyncio
import contextlib
import os
import select
import shutil
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")


class Outer(Protocol):
    """What a kernel was started as, outside its cage: bubblewrap, or a fork that outlives it."""

    @property
    def pid(self) -> int:
        """Its number on this machine."""

    @property
    def returncode(self) -> int | None:
        """How it ended: an exit code, or minus the signal; None while it lives."""

    @property
    def stdin(self) -> asyncio.StreamWriter | None:
        """By which the word to start is said, where one is waited for."""

    @property
    def stderr(self) -> asyncio.StreamReader | None:
        """What the kernel says on stderr."""

    def kill(self) -> None:
        """End it; ProcessLookupError where it has ended."""

    async def wait(self) -> int:
        """Return how it ended, once it has."""


@dataclass
class Kernel:
    """A running kernel: what was started, its own process, and the folders of its sockets and its work."""

    outer: Outer
    first: int  # the cage's first process
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

    async def dies(self, seconds: float) -> bool:
        """Tell whether the kernel ends within this time."""
        end = time.monotonic() + seconds
        while self.outer.returncode is None and not select.select([self.inner[-1]], [], [], 0)[0]:
            if time.monotonic() > end:
                return False
            await asyncio.sleep(0.02)
        return True

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
        """Note the processor seconds and the most memory of the kernel's own process so far, where it has no cage."""
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
        """Refuse: `grader.worker.start` has done it."""
        raise NotImplementedError("the kernel is started before its manager")

    async def cleanup(self, restart: bool = False) -> None:
        """Leave everything to `Kernel.close`."""
