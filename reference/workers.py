"""Threads that each take a part of a batch from end to end.

Torch shares out every single operation among its threads, which then wait for each other; where operations are small,
or another process holds a core, they mostly wait. A worker computes with one thread and meets the others once a batch.
As many work at once as `torch.set_num_threads` allows.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

import torch

Result = TypeVar("Result")
LARGEST_LESSON = 2**25 - 2**16  # bytes; mallopt(3): the threshold moves up to 32 MiB, that of trimming to twice as much


def map_parts(function: Callable[..., Result], *columns: Sequence) -> list[Result]:
    """Call `function` for each part of a batch; a part that is alone is computed with all of torch's threads."""
    threads = torch.get_num_threads()
    if threads == 1 or len(columns[0]) == 1:
        return list(map(function, *columns))

    def work(*part: object) -> Result:
        if torch.get_num_threads() > 1:  # the first question sets up the thread: to set before it would be forgotten
            torch.set_num_threads(1)
        return function(*part)

    results = list(_open_workers(threads).map(work, *columns))
    torch.set_num_threads(threads)  # what a worker sets is also what threads still to come begin with
    return results


@cache
def _open_workers(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, "part")


@cache
def keep_freed_memory() -> None:
    """Have glibc keep what is freed, up to 64 MiB, for what is asked for next.

    It learns from the largest block that ever came back. Without this the memory of every layer goes to the system and
    comes again page by page, a fifth of the time of a gradient. The block is never written to, so it takes no memory.
    """
    torch.empty(LARGEST_LESSON, dtype=torch.uint8)
