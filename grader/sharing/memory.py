"""What the trunk and all its snapshots may hold together: twice what one notebook may."""

from assignment.assignment import Limits
from assignment.fixable import FixableError
from grader.sandbox import cage
from grader.sandbox.holding import Holding
from grader.trunk.joining import Trunk
from grader.worker.place import Place

TIMES = 2


def bound_trunk(limits: Limits) -> Limits:
    """Return the limits of a trunk, of a notebook's."""
    return limits.model_copy(update={"memory_mib": TIMES * limits.memory_mib})


def check_memory(trunk: Trunk, place: Place) -> None:
    """Raise FixableError where the trunk and its snapshots hold more than their place allows.

    Where there is a memory group the kernel has ended one of them by then; else they are added up.
    """
    most = place.job.limits.memory_mib
    if place.group.kind != "none":
        over = place.group.count_oom_kills() > 0
    else:
        folders = tuple(f"/proc/{trunk.pid}/root{folder}" for folder in cage.FOLDERS)
        over = Holding(trunk.pid, folders).add_up_memory() > most
    if over:
        held = f"the released notebook with its snapshots held more than {most} MiB"
        raise FixableError(f"memory: {held}; expected no more than {TIMES} times `memory_mib` of a notebook")
