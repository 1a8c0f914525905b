"""The trunk's own program, inside its cage: runs released cells, and forks itself where it is asked to.

It starts as root in a cage. At once it becomes the root of a user namespace of its own, which has no right over the
machine: there it can make cages, and each of its forks a user (`branch.py`). Three words are heard:

    cell      run a released cell (`{"source": ..., "ask": ...}`, see `released.py`); answer `{"record": ...}`
    snapshot  fork a process that hears the same words on the socket that comes along, as the trunk is now
              (`{"needed": ...}`: where it may not be, it is made ready for branches when the first is asked for)
    branch    fork a process that becomes a student's kernel; the fork answers

A fork is refused, with what stands against it, where a hazard is found (`hazards.py`).
"""

import fcntl
import gc
import os
import random
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from grader.trunk.drop import LAST_WORDS, NEW_MOUNT, NEW_USER, call, die_with_parent
from grader.trunk.hazards import find_hazards
from grader.trunk.packing import Opened, find_opened, pack
from grader.trunk.wire import hear_word, receive, send


def main(descriptor: int, folders: Sequence[str]) -> None:
    """Serve the socket until nobody is there any more; folders: those that a notebook writes to."""
    control = reserve(descriptor)
    enter_namespace(control)
    from grader.trunk import branch  # noqa: F401  # here: what takes long is imported by the namespace's user
    from grader.trunk.recorder import Recorder
    from grader.trunk.released import Released
    from grader.trunk.state.look import Watch

    sys.path.pop(0)  # where our modules lie, which no branch sees
    import assignment  # noqa: F401  # as a kernel does before the first cell (grader.sandbox.cage)

    sys.path.insert(1, "")
    recorder = Recorder()
    ours = tuple(
        name for name in sys.modules if name.partition(".")[0] == "grader"
    )  # a fork would copy all names' pages
    trunk = Process(control, Released(recorder, folders), Watch(recorder.shell, folders), tuple(folders), ours)
    send(control, "ready")
    run_to_end(trunk.serve)


def run_to_end(work: Callable[[], int]) -> NoReturn:
    """End this process with what the work returns; `sys.stderr` is a cell's, so a fault of ours is said on 2."""
    try:
        os._exit(work())
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    os._exit(70)


def reserve(descriptor: int) -> socket.socket:
    """Return the socket under another number, with that taken which a kernel needs for its last words."""
    control = socket.socket(fileno=fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, LAST_WORDS + 1))
    os.close(descriptor)
    null = os.open(os.devnull, os.O_RDWR)
    if null != LAST_WORDS:
        os.dup2(null, LAST_WORDS, inheritable=False)
        os.close(null)
    return control


def enter_namespace(control: socket.socket) -> None:
    """Become the root of a user namespace, whose users the supervisor writes; none of them is the machine's root."""
    call("unshare", NEW_USER)
    own = os.pidfd_open(os.getpid())
    send(control, "unshared", [own])
    os.close(own)
    receive(control)
    os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    call("unshare", NEW_MOUNT)  # mounts that belong to the new namespace


class Process:
    """One trunk, or a snapshot of it."""

    def __init__(
        self, control: socket.socket, released: Any, watch: Any, folders: tuple[str, ...], ours: tuple[str, ...]
    ) -> None:
        self.control, self.released, self.watch, self.folders, self.ours = control, released, watch, folders, ours
        self.packed: int | None = None  # what lies in the folders, from the first fork after a cell to the next cell
        self.opened = list[Opened]()  # and the files that are open, whose places forks share
        self.ready = False  # for a fork that becomes a branch
        self.forks = set[int]()

    def serve(self) -> int:
        """Answer until nobody asks any more."""
        while True:
            try:
                word, reply = hear_word(self.control)
            except EOFError:
                return 0
            with reply:
                {"cell": self.run_cell, "snapshot": self.take_snapshot, "branch": self.start_branch}[word](reply)
            self._reap()

    def run_cell(self, reply: socket.socket) -> None:
        """Run a released cell."""
        asked, _ = receive(reply)
        if self.packed is not None:
            os.close(self.packed)
            self.packed = None
        if self.ready:
            self.ready = False
            gc.unfreeze()
        else:
            self.watch.extend()
        send(reply, {"record": self.released.run(asked["source"], ask=asked["ask"])})

    def take_snapshot(self, reply: socket.socket) -> None:
        """Fork a process that serves another socket."""
        asked, (served,) = receive(reply)
        self._pack()
        if asked["needed"]:
            self._prepare()
        if self._is_refused(reply, served):
            os.close(served)
            return
        if self._fork() == 0:
            self.control.close()
            self.control, self.forks = socket.socket(fileno=served), set()
        else:
            os.close(served)
            send(reply, {"hazards": []})

    def start_branch(self, reply: socket.socket) -> None:
        """Fork a process that becomes a student's kernel; it answers itself."""
        self._prepare()
        if self._is_refused(reply):
            return
        assert self.packed is not None
        state = random.getstate()
        if self._fork() == 0:
            from grader.trunk.branch import Branch

            self.control.close()
            run_to_end(
                Branch(reply, self.released.recorder, self.watch, self.packed, self.opened, state, self.ours).run
            )

    def _prepare(self) -> None:
        """Make what branches need, once between two cells."""
        self._pack()
        if not self.ready:
            self.ready = True
            self.watch.extend()
            gc.collect()
            gc.freeze()  # what is there is not looked through in a fork, which would copy it

    def _pack(self) -> None:
        """Keep what lies in the folders now, and how far files are read: a snapshot shares both with what goes on."""
        if self.packed is None:
            self.packed, self.opened = pack(self.folders), find_opened()

    def _is_refused(self, reply: socket.socket, *others: int) -> bool:
        """Tell whether a hazard stands against a fork, which is answered."""
        assert self.packed is not None
        own = {0, 1, 2, self.packed, self.control.fileno(), reply.fileno(), *others}
        if hazards := find_hazards(own, self.forks, self.folders):
            send(reply, {"hazards": hazards})
        return bool(hazards)

    def _fork(self) -> int:
        """Fork, and leave the child what a fork would change: the state of `random`, which reseeds itself there."""
        state = random.getstate()
        pid = os.fork()
        if pid == 0:
            die_with_parent()
            random.setstate(state)
        else:
            self.forks.add(pid)
        return pid

    def _reap(self) -> None:
        for pid in tuple(self.forks):
            if os.waitpid(pid, os.WNOHANG)[0]:
                self.forks.discard(pid)
