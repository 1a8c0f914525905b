"""The executors that a class can be submitted to: name -> function from slots to a `concurrent.futures.Executor`.

What an executor gets is `run_job` and a Run's folder, at most one for each slot at a time. So it has to start
processes that see the same folder, and must not cache: the same Run may be submitted twice.
"""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

from assignment.fixable import FixableError, show_value
from grader.driver.event import Event
from grader.driver.slot import Slot


class MachineError(Exception):
    """A machine had no result for a Run: not the student's doing, and to be tried elsewhere.

    counts: whether the machine is known to be sound, so that the notebook may have to do with it.
    """

    def __init__(self, machine: str, why: str, *, counts: bool) -> None:
        super().__init__(f"{machine}: {why}")
        self.counts = counts


class Elastic(Executor):
    """An executor on machines that come and go: it has the sandbox and the devices, which the driver then needs not."""

    @abstractmethod
    def count_places(self) -> int:
        """Return how many Runs may be submitted at once, now; FixableError where there will be none."""

    @abstractmethod
    def list_news(self) -> list[Event]:
        """Return what is to be told since the last time."""


def make_threads(slots: Sequence[Slot]) -> Executor:
    """Return threads of this process, one a slot; each only waits for a worker process."""
    return ThreadPoolExecutor(max_workers=len(slots), thread_name_prefix="slot")


EXECUTORS: dict[str, Callable[[Sequence[Slot]], Executor]] = {"local": make_threads}


def make_executor(name: str, slots: Sequence[Slot]) -> Executor:
    """Return a new executor for these slots; FixableError when none has this name."""
    if name not in EXECUTORS:
        raise FixableError(f"executor: {show_value(name)}; expected one of {', '.join(EXECUTORS)}")
    return EXECUTORS[name](slots)
