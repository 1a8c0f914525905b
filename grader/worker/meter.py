"""What a running notebook uses of memory and processor: as its group counts it, else added up from outside.

A GPU's memory has no group. Where notebooks share one, what NVML tells of a notebook's processes is added up.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from assignment.assignment import Limits
from grader.sandbox.cgroup import Cgroup
from grader.sandbox.gpu import GpuMemory
from grader.sandbox.holding import Holding
from grader.worker.ending import Ending
from grader.worker.kernel import Kernel

UNSEEN = "no process of it was seen to hold GPU memory: it used none, or this machine's driver does not tell"
SHARE = 20  # of the time that passes, adding up takes at most one part in so many


@dataclass
class GpuShare:
    """What a notebook holds of a GPU that others use too; is_its: whether a process belongs to it."""

    memory: GpuMemory
    most_mib: int
    is_its: Callable[[int], bool]
    peak_mib: float = 0.0

    def look(self) -> None:
        """Note what it holds now."""
        held = sum(size for pid, size in self.memory.list_held().items() if self.is_its(pid))
        self.peak_mib = max(self.peak_mib, held / 2**20)

    def find_passed(self, cell: int | None) -> Ending | None:
        """Return how the notebook ends where its share is passed."""
        says = f"{self.peak_mib:.0f} MiB of GPU memory; its share of the GPU is {self.most_mib}"
        return Ending("failed", "gpu_memory", cell, says) if self.peak_mib > self.most_mib else None

    def list_notes(self, ending: Ending) -> tuple[str, ...]:
        """Return what a person may want to know where what was seen does not explain how it ended."""
        if ending.reason == "gpu_memory" and self.peak_mib <= self.most_mib:
            held = f"it was refused GPU memory when at most {self.peak_mib:.0f} MiB of its {self.most_mib} were seen"
            return (f"{held}: it asked for more at once, or another notebook took more than its share (run it again)",)
        return () if self.peak_mib else (UNSEEN,)


@dataclass
class Meter:
    """Looks at one kernel now and then; holding: None where there is no cage, and the kernel's own process counts."""

    kernel: Kernel
    group: Cgroup
    holding: Holding | None
    limits: Limits
    gpu: GpuShare | None = None  # where others use the same GPU
    spent: float = 0.0  # processor seconds of other kernels that ran a part of the same notebook
    peak_mib: float = 0.0
    cpu_seconds: float = 0.0
    _next: float = field(default=0.0, repr=False)  # when it may be added up again

    def look(self, *, now: bool = False) -> None:
        """Note what is used by now. `now`: add up, whatever it costs."""
        begin = time.monotonic()
        if self.gpu is not None:
            self.gpu.look()
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
        """Return how the notebook ends where its memory, its share of a GPU or its processor time is passed."""
        if self.gpu is not None and (passed := self.gpu.find_passed(cell)):
            return passed
        if self.is_out_of_memory():
            return Ending("failed", "memory", cell, f"more than {self.limits.memory_mib} MiB of memory")
        if self.spent + self.cpu_seconds > self.limits.cpu_seconds:
            says = f"more than {self.limits.cpu_seconds} s of processor time"
            return Ending("timed_out", "cpu_time", cell, says)
        return None

    def list_notes(self, ending: Ending) -> tuple[str, ...]:
        """Return what is to be noted of what it used."""
        return () if self.gpu is None else self.gpu.list_notes(ending)

    def is_out_of_memory(self) -> bool:
        """Tell whether the kernel ended a process for want of memory, or what was added up is more than the limit."""
        added_up = self.holding is not None and self.group.kind == "none"
        return bool(self.group.count_oom_kills()) or (added_up and self.peak_mib > self.limits.memory_mib)
