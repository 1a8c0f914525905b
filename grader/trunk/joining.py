"""A trunk as its supervisor has it: asked for cells, snapshots and branches.

A branch is put into its memory group before it has a cage, and comes back as a Kernel, which is used, measured and
killed as any other.
"""

import asyncio
import contextlib
import os
import secrets
import select
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assignment.fixable import FixableError
from grader.sandbox import cage
from grader.trunk.fork import Fork, read_pid
from grader.trunk.order import open_order
from grader.trunk.wire import receive, say_word, send
from grader.worker.kernel import Kernel
from grader.worker.place import Place
from grader.worker.start import Found, wait_for_start

WORDS = 1000  # of what is said on stderr
LOOK = "get_ipython().kernel.look()"  # gives the JSON of a branch's `state.look`: what it says is the student's word


class NotShared(FixableError):  # noqa: N818  # no error: a fresh kernel does it
    """What stands against a branch; the notebook is to be executed by a fresh kernel."""


class Refused(NotShared):
    """What stands against a fork of a trunk as it is now."""


@dataclass
class Trunk:
    """A trunk, or a snapshot of one: whom to ask for cells, snapshots and branches."""

    outer: asyncio.subprocess.Process | None  # None: of a snapshot, which ends with its trunk
    control: socket.socket
    pid: int = 0  # of the trunk itself, as this machine numbers it
    mounted: tuple[Path, ...] = ()  # what is mounted in its cage
    stderr: bytearray = field(default_factory=bytearray, repr=False)  # its first words
    drain: "asyncio.Task[None] | None" = field(default=None, repr=False)

    async def run_cell(self, source: str, *, ask: bool = False) -> Any:
        """Run a released cell and return its record (of `Released`); NotShared where the trunk ends over it."""
        with self._ask("cell") as reply:
            send(reply, {"source": source, "ask": ask})
            said, _ = await self._hear(reply)
            return said["record"]

    async def take_snapshot(self, *, needed: bool = True) -> "Trunk":
        """Return a copy of the trunk as it is now, of which branches can be had later; NotShared says why not.

        needed: False costs less where there may be no branch, and more with the first.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, self._ask("snapshot") as reply:
            send(reply, {"needed": needed}, [theirs.fileno()])
            try:
                check_hazards((await self._hear(reply))[0])
            except BaseException:
                ours.close()
                raise
        return replace(self, outer=None, control=ours)

    async def branch(self, place: Place, history: Sequence[str] = ()) -> Kernel:
        """Return a kernel that goes on where the trunk is, in a cage of its own; NotShared says why not.

        history: the sources of the hand-in's cells before, as its shell is to have them.
        """
        check_place(place)
        key = secrets.token_hex(16)
        with self._ask("branch") as reply:
            said, descriptors = await self._hear(reply)
            check_hazards(said)
            (outside,) = descriptors
            enter(place, read_pid(outside))
            stderr, errors = await _open_stderr()
            try:
                with open_order(place.view, history, self.mounted, key, errors) as (order, given):
                    send(reply, order, given)
            finally:
                os.close(errors)
            outer = Fork(outside, reply.dup(), stderr)
            try:
                _, inside = await self._hear(reply)
            except NotShared:
                raise NotShared(f"sandbox: no branch: {await _read_words(stderr)}; expected a cage") from None
        return await _meet(outer, inside, place, key)

    def has_ended(self) -> bool:
        """Tell whether it has ended, and each of its branches with it."""
        poll = select.poll()
        poll.register(self.control, 0)  # but for the other side's end, which is always told
        return bool(poll.poll(0))

    async def kill(self) -> None:
        """End the trunk, its snapshots and its branches."""
        self.control.close()
        if self.outer is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.outer.kill()
        await self.outer.wait()
        if self.drain is not None:
            await asyncio.wait([self.drain], timeout=1)

    @contextmanager
    def _ask(self, word: str) -> Iterator[socket.socket]:
        try:
            reply = say_word(self.control, word)
        except OSError as error:
            raise NotShared(f"sandbox: the trunk has ended: {error}; expected one that answers") from None
        with reply:
            yield reply

    async def _hear(self, reply: socket.socket) -> tuple[Any, list[int]]:
        try:
            return await asyncio.to_thread(receive, reply)
        except (EOFError, OSError) as error:
            words = self.stderr.decode(errors="replace").strip()[-WORDS:]
            raise NotShared(f"sandbox: the trunk ended: {error}: {words}; expected one that answers") from None


def check_place(place: Place) -> None:
    """Raise NotShared where no branch can be had, whatever the trunk holds."""
    if place.view.uid is None:
        raise NotShared("sandbox: cannot share: an ordinary user; expected root, or root of subordinate ids")
    if place.group.kind == "scope":
        raise NotShared("sandbox: cannot share: a systemd scope; expected a group that a process can be put into")


def check_hazards(said: Any) -> None:
    """Raise Refused where a trunk says what stands against a fork."""
    if said["hazards"]:
        raise Refused(f"sandbox: cannot share: {'; '.join(said['hazards'])}; expected nothing that a fork shares")


def enter(place: Place, pid: int) -> None:
    """Put a process, and what it starts from now on, into the group of a place."""
    for entrance in place.group.entrances:
        entrance.write_text(str(pid))


async def _meet(outer: Fork, inside: Sequence[int], place: Place, key: str) -> Kernel:
    """Return the kernel of a branch once its sockets are there."""
    try:
        try:
            first, own = map(read_pid, inside)
        except ProcessLookupError:  # what it said is why
            raise FixableError(await _read_words(outer.stderr)) from None
        root = f"/proc/{own}/root"
        found = Found(first, own, f"{root}{place.view.sockets}", f"{root}{cage.WORK}")
        return await wait_for_start(outer, lambda: found, key, None)
    except (FixableError, ProcessLookupError) as error:
        with contextlib.suppress(ProcessLookupError):
            outer.kill()
        raise NotShared(f"sandbox: no branch: {error}; expected a kernel") from None
    except BaseException:  # nobody waits for it any more, and its place is given back
        with contextlib.suppress(ProcessLookupError):
            outer.kill()
        await outer.wait()
        raise
    finally:
        for descriptor in inside:
            os.close(descriptor)


async def _open_stderr() -> tuple[asyncio.StreamReader, int]:
    """Return what a kernel says on stderr, and the descriptor on which it is said."""
    read, write = os.pipe()
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: _Errors(reader), os.fdopen(read, "rb", 0))
    return reader, write


class _Errors(asyncio.StreamReaderProtocol):
    """Holds its reader, of which asyncio keeps a weak reference alone, until the pipe ends."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        super().__init__(reader)
        self.reader = reader


async def _read_words(stderr: asyncio.StreamReader) -> str:
    with contextlib.suppress(TimeoutError):
        return " ".join((await asyncio.wait_for(stderr.read(WORDS), 1)).decode(errors="replace").split())
    return "it said nothing"
