"""What the machines did for a class: how many notebooks each ran and for how long, and what was started again."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from assignment.assignment import Bilingual
from grader.scoring.handin_record import HandinRecord

MOST_NAMED = 20


@dataclass(frozen=True)
class MachineShare:
    """One machine: its name, its GPUs, how many results came from it, and how long those notebooks ran."""

    name: str
    gpus: str
    count: int
    busy: timedelta


@dataclass(frozen=True)
class MachineSummary:
    """What the class page says of machines; nothing where one machine alone ran everything once."""

    shares: tuple[MachineShare, ...]
    again: str  # students whose notebook was started more than once


def summarize_machines(records: Iterable[HandinRecord]) -> MachineSummary:
    """Return what the machines did for these hand-ins, the busiest first."""
    its: dict[str, list[HandinRecord]] = defaultdict(list)
    again = []
    for one in records:
        if one.run.machine is not None:
            its[one.run.machine].append(one)
        if (one.run.attempt or 1) > 1:
            again.append(one.student)
    shares = [_summarize(name, ran) for name, ran in its.items()]
    shares.sort(key=lambda share: (-share.busy, share.name))
    named = ", ".join(again[:MOST_NAMED]) + (f" + {len(again) - MOST_NAMED}" if len(again) > MOST_NAMED else "")
    return MachineSummary(tuple(shares) if len(shares) > 1 or again else (), named)


def describe_share(share: MachineShare) -> Bilingual:
    """Return what one machine did, in one sentence.

    >>> describe_share(MachineShare("gpu1", "H200", 7, timedelta(seconds=3725))).en
    '7 notebooks, busy for 1:02:05 (H200)'
    """
    gpus = f" ({share.gpus})" if share.gpus else ""
    en = f"{share.count} notebook{'' if share.count == 1 else 's'}, busy for {share.busy}{gpus}"
    return Bilingual(en=en, zh=f"執行 {share.count} 份 notebook，共 {share.busy}{gpus}")


def _summarize(name: str, ran: list[HandinRecord]) -> MachineShare:
    gpus = sorted({one.run.gpu for one in ran if one.run.gpu})
    busy = timedelta(seconds=round(sum(one.run.seconds or 0 for one in ran)))
    return MachineShare(name, ", ".join(gpus), len(ran), busy)
