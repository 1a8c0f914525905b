"""A fork of the trunk that becomes a student's kernel, in a cage of its own.

The fork is put into its memory group by the supervisor, has bubblewrap make a cage (whose first process only waits),
enters its namespaces and forks once more; that child is in the cage, drops everything, and is the kernel. The first
fork stays outside, without any right, to say how the kernel ended. Whichever of them dies, the cage dies.
"""

import asyncio
import contextlib
import faulthandler
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ipykernel import debugger, ipkernel, kernelapp  # noqa: F401  # all: else each branch would import them

from grader.sandbox.kernel_inside import Application
from grader.trunk.drop import LAST_WORDS, SPACES, call, clear_rights, close_others, die_with_parent, drop, drop_rights
from grader.trunk.packing import Opened, reopen, unpack
from grader.trunk.wire import receive, send

CLEAN = {"PATH": "/usr/bin:/bin"}
STUDENTS = ("beside", "history")  # descriptors of what a student wrote, read by nobody who has a right


class FewModules:
    """`sys` as a kernel sees it while it is made: it would list all modules' files for a debugger, and copy 20 MB."""

    modules: ClassVar[dict[str, Any]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)


@dataclass
class Branch:
    """One fork on its way: whom it answers, what it inherits."""

    reply: socket.socket
    recorder: Any
    watch: Any
    packed: int  # what the trunk's folders hold
    opened: list[Opened]  # and which files it has open
    state: Any  # of `random`, as the trunk has it
    ours: tuple[str, ...]  # names of our modules, which are no kernel's

    def run(self) -> int:
        """Become a kernel in a cage; in the fork outside return an exit status once that has ended."""
        send(self.reply, {"hazards": []}, [os.pidfd_open(os.getpid())])
        order, given = receive(self.reply)  # once this process is in its group
        numbers = order["given"]
        _move(given, numbers.values())
        filters = [os.pread(numbers[name], os.fstat(numbers[name]).st_size, 0) for name in ("names", "rules")]
        holder = _start_holder(order, numbers)
        call("setns", holder, SPACES)
        child = os.fork()
        if child == 0:
            die_with_parent()
            history = self._enter(order, numbers, filters)
            self._become_kernel(order, history)
            os._exit(0)
        drop_rights()
        clear_rights()
        for number in numbers.values():
            os.close(number)
        return self._wait(child, holder)

    def _wait(self, child: int, holder: int) -> int:
        """Say which processes these are; return once the kernel has ended, or nobody asks for it any more."""
        kernel = os.pidfd_open(child)
        send(self.reply, {}, [holder, kernel])
        poll = select.poll()
        poll.register(self.reply, select.POLLIN | select.POLLHUP)
        poll.register(kernel, select.POLLIN)
        if kernel in {descriptor for descriptor, _ in poll.poll()}:
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            with contextlib.suppress(OSError):
                send(self.reply, {"code": code if code >= 0 else 128 - code})
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(holder, signal.SIGKILL)  # the cage's first process, with which all others end
        return 0

    def _enter(self, order: Any, numbers: dict[str, int], filters: list[bytes]) -> list[str]:
        """Give up all that is not the student's, then take up what is; return the sources of the cells before."""
        files = [numbers[name] for name in ("beside",) if name in numbers] + [self.packed]
        history = numbers["history"]
        close_others({*files, history, numbers["errors"], *(one.descriptor for one in self.opened)})
        os.setsid()
        os.umask(0o022)
        os.chdir(order["work"])
        null = os.open(os.devnull, os.O_RDWR)
        errors = numbers["errors"]
        for number, descriptor in ((0, null), (1, null), (2, errors), (LAST_WORDS, errors)):
            os.dup2(descriptor, number)
        drop(order["user"], order["limits"], filters)
        for packed in files:  # what was handed in lay there first
            unpack(packed)
        sources: list[str] = json.loads(os.pread(history, os.fstat(history).st_size, 0))
        reopen(self.opened)
        for descriptor in {*files, history, errors, null} - {0, 1, 2, LAST_WORDS}:
            os.close(descriptor)
        return sources

    def _become_kernel(self, order: Any, history: list[str]) -> None:
        """Serve as an ipykernel that takes over the trunk's shell: a shell is a singleton, so the kernel adopts it."""
        shell, before = self.recorder.shell, (sys.stdout, sys.stderr)
        ours = {name: sys.modules.pop(name) for name in self.ours}
        application = start_application(order)
        del shell.enable_gui
        shell.kernel = shell.parent = application.kernel
        self.recorder.set_history(history)
        for old, new in zip(before, (sys.stdout, sys.stderr), strict=True):  # what the trunk made may write to the old
            old.write, old.flush = new.write, new.flush  # type: ignore[method-assign]

        def look() -> str:
            sys.modules.update(ours)  # what is looked at is pickled by functions of ours
            try:
                return json.dumps(self.watch.look())
            finally:
                for name in ours:
                    sys.modules.pop(name, None)

        application.kernel.look = look  # `joining.LOOK`

        def begin() -> None:
            shell.events.unregister("pre_execute", begin)
            self.watch.restart()
            random.setstate(self.state)  # the kernel's start draws from it

        shell.events.register("pre_execute", begin)
        application.start()


def _move(given: Sequence[int], numbers: Iterable[int]) -> None:
    """Give the descriptors the numbers by which bubblewrap's command line knows them."""
    for number, descriptor in zip(numbers, given, strict=True):
        if descriptor >= min(numbers):
            raise RuntimeError(f"descriptor {descriptor}: the trunk has too many open files")
        os.dup2(descriptor, number)
        os.close(descriptor)


def _start_holder(order: Any, numbers: dict[str, int]) -> int:
    """Have bubblewrap make a cage in which a process waits; return a descriptor of the cage's first process."""
    read, write = os.pipe()
    os.dup2(write, order["info"])
    os.close(write)
    outputs = {"stdout": order["info"], "stderr": numbers["errors"]}
    passed = (*(number for name, number in numbers.items() if name not in STUDENTS), order["info"])
    subprocess.Popen(order["cage"], pass_fds=passed, env=CLEAN, stdin=subprocess.DEVNULL, **outputs)
    os.close(order["info"])
    text = b""
    while not text.endswith(b"made\n"):
        if not (part := os.read(read, 4096)):
            raise RuntimeError("bubblewrap ended before its cage was made")
        text += part
    os.close(read)
    return os.pidfd_open(json.loads(text[: text.index(b"}") + 1])["child-pid"])


def start_application(order: Any) -> Any:
    """Make ipykernel's application."""
    os.environ.update(order["environment"])
    faulthandler.enable(LAST_WORDS, all_threads=False)
    sys.argv = [order["program"], "-f", os.path.basename(order["connection"])]  # its folder is another in each branch
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    asyncio.set_event_loop(asyncio.new_event_loop())
    application: Any = Application.instance()
    quiet = ["--HistoryManager.enabled=False", "--InteractiveShellApp.hide_initial_ns=False"]
    vars(ipkernel)["sys"] = FewModules()
    application.initialize(["-f", order["connection"], *quiet])
    vars(ipkernel)["sys"] = sys
    return application
