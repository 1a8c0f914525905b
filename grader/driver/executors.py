"""The executors that a class can be submitted to: name -> function from slots to a `concurrent.futures.Executor`.

What an executor gets is `run_job` and a Run's folder, at most one for each slot at a time. So it has to start
processes that see the same folder, and to run what it is given each time anew, since a Run may be tried twice.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

from assignment.fixable import FixableError, show_value
from grader.driver.slot import Slot


def make_threads(slots: Sequence[Slot]) -> Executor:
    """Return threads of this process, one a slot; each only waits for a worker process."""
    return ThreadPoolExecutor(max_workers=len(slots), thread_name_prefix="slot")


EXECUTORS: dict[str, Callable[[Sequence[Slot]], Executor]] = {"local": make_threads}


def make_executor(name: str, slots: Sequence[Slot]) -> Executor:
    """Return a new executor for these slots; FixableError when none has this name."""
    if name not in EXECUTORS:
        raise FixableError(f"executor: {show_value(name)}; expected one of {', '.join(EXECUTORS)}")
    return EXECUTORS[name](slots)
