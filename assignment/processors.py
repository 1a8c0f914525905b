"""How many processors are ours: a container or a batch system may give a process fewer than the machine has."""

import os


def count_processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
