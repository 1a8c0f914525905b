"""What a running notebook uses of memory and processor: as its group counts it, else added up from outside."""

import time
from dataclasses import dataclass, field

from assignment.assignment import Limits
from grader.sandbox.cgroup import Cgroup
from grader.sandbox.holding import Holding
from grader.worker.ending import Ending
from grader.worker.kernel import Kernel

SHARE = 20  # of the time that passes, adding up takes at most one part in so many


@dataclass
class Meter:
    """Looks at one kernel now and then; holding: None where there is no cage, and the kernel's own process counts."""

    kernel: Kernel
    group: Cgroup
    holding: Holding | None
    limits: Limits
    spent: float = 0.0  # processor seconds of other kernels that ran a part of the same notebook
    peak_mib: float = 0.0
    cpu_seconds: float = 0.0
    _next: float = field(default=0.0, repr=False)  # when it may be added up again

    def look(self, *, now: bool = False) -> None:
        """Note what is used by now. `now`: add up, whatever it costs."""
        begin = time.monotonic()
        if self.holding is None:
            self.kernel.measure()
            self.peak_mib, self.cpu_seconds = self.kernel.peak_seen, self.kernel.cpu_seen
        elif now or self.group.kind != "none" or begin >= self._next:
            self._look_at_cage(self.holding)
            end = time.monotonic()
            self._next = end + SHARE * (end - begin)

    def _look_at_cage(self, holding: Holding) -> None:
        if self.group.kind != "none":
            self.peak_mib = self.group.read_peak_mib()
        else:
            self.peak_mib = max(self.peak_mib, holding.add_up_memory())
        counted = self.group.read_cpu_seconds()
        self.cpu_seconds = holding.add_up_processor() if counted is None else max(self.cpu_seconds, counted)

    def find_passed(self, cell: int | None) -> Ending | None:
        """Return how the notebook ends where its memory or its processor time is passed."""
        if self.is_out_of_memory():
            return Ending("failed", "memory", cell, f"more than {self.limits.memory_mib} MiB of memory")
        if self.spent + self.cpu_seconds > self.limits.cpu_seconds:
            says = f"more than {self.limits.cpu_seconds} s of processor time"
            return Ending("timed_out", "cpu_time", cell, says)
        return None

    def is_out_of_memory(self) -> bool:
        """Tell whether the kernel ended a process for want of memory, or what was added up is more than the limit."""
        added_up = self.holding is not None and self.group.kind == "none"
        return bool(self.group.count_oom_kills()) or (added_up and self.peak_mib > self.limits.memory_mib)
