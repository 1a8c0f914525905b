"""What a cell could leave in its process: environment, folders of imports, signals, threads, children, open files.

Threads, children, descriptors and streams are the process's own; of those counts what came since `Process` was made.
"""

import builtins
import gc
import locale
import os
import signal
import sys
import threading
from typing import Any

from grader.trunk.state.objects import digest_value

STREAMS = ("stdin", "stdout", "stderr", "displayhook", "excepthook", "unraisablehook", "__stdout__", "__stderr__")
TIMERS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)
KERNEL = ("zmq.", "ipykernel.")  # modules whose threads are a kernel's
PRIVATE = ("anon_inode:", "/memfd:", "/dev/null", "/proc/")  # descriptors that a kernel opens for itself


class Process:
    """What a process had when it began; `list_changes` says what there is now. A fork begins anew with `restart`."""

    def __init__(self) -> None:
        self.carried: list[str] = []  # what came before a fork, and is open in it as well
        self.set: dict[str, str | None] = {}  # and which variables were set, or taken away
        self.restart()

    def carry(self) -> None:
        """Before a fork, note what came since this process began."""
        self.carried, self.set = self._list_opened(), self._list_set()

    def restart(self) -> None:
        """In a fork, once it has the descriptors and threads that it needs for itself, begin anew."""
        self.threads, self.descriptors = count_threads(), set(list_descriptors())
        self.streams = [getattr(sys, name, None) for name in STREAMS]
        self.children, self.variables = find_children(), dict(os.environ)

    def list_changes(self) -> dict[str, str]:
        """Return a digest of each kind of state; forks of one process give the same where nothing differs."""
        streams = [
            (getattr(sys, name, None) is not its, list_shadowed(getattr(sys, name, None)))
            for name, its in zip(STREAMS, self.streams, strict=True)
        ]
        found: dict[str, Any] = {
            "environment": sorted(self._list_set().items()),
            "interpreter": list_interpreter(),
            "signals": (
                [signal.getitimer(one)[0] > 0 for one in TIMERS],
                [_name(signal.getsignal(one)) for one in range(1, 32)],
            ),
            "streams": (streams, _name(sys.gettrace()), _name(sys.getprofile()), _name(builtins.__import__)),
            "threads": (count_threads() - self.threads, len(find_children() - self.children)),
            "descriptors": self._list_opened(),
        }
        return {name: digest_value(value) for name, value in found.items()}

    def _list_set(self) -> dict[str, str | None]:
        now, before = dict(os.environ), self.variables
        return {**self.set, **{name: now.get(name) for name in now | before if now.get(name) != before.get(name)}}

    def _list_opened(self) -> list[str]:
        return sorted({*self.carried, *(target for _, target in set(list_descriptors()) - self.descriptors)})


def list_interpreter() -> Any:
    """Return what Python's own settings are, and where it looks for modules."""
    finders = [[_name(one) for one in its] for its in (sys.meta_path, sys.path_hooks)]
    limits = (sys.getrecursionlimit(), sys.getswitchinterval(), sys.get_int_max_str_digits())
    mask = os.umask(0o022)
    os.umask(mask)
    collector = (gc.isenabled(), gc.get_threshold(), len(gc.callbacks))
    return os.getcwd(), list(sys.path), finders, limits, mask, collector, locale.setlocale(locale.LC_ALL)


def list_shadowed(one: Any) -> list[str]:
    """Return which methods of an object were replaced in it, and in no other of its class."""
    return sorted(name for name in getattr(one, "__dict__", {}) if callable(getattr(type(one), name, None)))


def count_threads() -> int:
    """Return how many threads there are that are not a kernel's, those that Python does not know included."""
    own = {one.native_id for one in threading.enumerate() if type(one).__module__.startswith(KERNEL)}
    return sum(1 for task in os.listdir("/proc/self/task") if int(task) not in own and not _is_of_zmq(task))


def _is_of_zmq(task: str) -> bool:
    """Tell whether a thread is one of libzmq's, which starts some when a large message is sent for the first time."""
    try:
        with open(f"/proc/self/task/{task}/comm") as file:
            return file.read().startswith("ZMQbg")
    except OSError:  # it has ended
        return True


def find_children() -> set[int]:
    """Return the processes that this one started and that are still there."""
    found: set[int] = set()
    for task in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{task}/children") as file:
                found |= {int(pid) for pid in file.read().split()}
        except OSError:  # the thread has ended, or the kernel does not tell
            continue
    return found


def list_descriptors() -> list[tuple[int, str]]:
    """Return what is open, but for files that are only read (fonts, when first used) and a kernel's own."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
            with open(f"/proc/self/fdinfo/{name}") as file:
                flags = int(file.read().partition("flags:")[2].split()[0], 8)
        except (OSError, IndexError, ValueError):  # closed meanwhile
            continue
        only_read = flags & os.O_ACCMODE == os.O_RDONLY and target.startswith("/")
        if not only_read and not target.startswith(PRIVATE):
            found.append((int(name), target.partition(":[")[0]))
    return found


def _name(one: Any) -> str:
    return f"{getattr(one, '__module__', '')}.{getattr(one, '__qualname__', type(one).__qualname__)}"
