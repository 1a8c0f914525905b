"""The process of a branch that stays outside its cage, as its Kernel's `outer`: followed by a descriptor, no child."""

import asyncio
import contextlib
import os
import signal
import socket
from pathlib import Path

from grader.trunk.wire import receive

PATIENCE = 1.0  # seconds for what a dead process said, which is there already


class Fork:
    """A fork that says how its kernel ended, and with which the cage ends."""

    stdin = None

    def __init__(self, descriptor: int, reply: socket.socket, stderr: asyncio.StreamReader) -> None:
        self.pid, self.stderr, self.returncode = read_pid(descriptor), stderr, None if descriptor >= 0 else 0
        self._descriptor, self._reply = descriptor, reply
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[int] = self._loop.create_future()
        self._loop.add_reader(descriptor, self._note_end)

    def kill(self) -> None:
        """End it; ProcessLookupError where it has ended."""
        if self.returncode is not None:
            raise ProcessLookupError(self.pid)
        signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)

    async def wait(self) -> int:
        """Return how the kernel ended: its exit code, 128 and the signal, or -9 where nobody was left to say."""
        return await asyncio.shield(self._ended)

    def _note_end(self) -> None:
        self._loop.remove_reader(self._descriptor)
        code = -signal.SIGKILL.value
        self._reply.settimeout(PATIENCE)
        with contextlib.suppress(EOFError, OSError):
            code = int(receive(self._reply)[0]["code"])
        self._reply.close()
        os.close(self._descriptor)
        self.returncode = code
        self._ended.set_result(code)


def read_pid(descriptor: int) -> int:
    """Return the number, on this machine, of the process of a descriptor; ProcessLookupError where it has ended."""
    text = Path(f"/proc/self/fdinfo/{descriptor}").read_text()
    pid = int(text.split("\nPid:")[1].split()[0])
    if pid <= 0:
        raise ProcessLookupError("it has ended")
    return pid
