"""A hand-in beside the release: where it leaves the trunk, and the way that it takes through trunk and branches.

    path = find_path(handin, released, free, traces)
    way = walk(path, known)            # a generator: yields orders, is sent what the branch says, None if nothing
    order = next(way)
    ...                                # run the order's steps in a branch; look, if it asks for that
    order = way.send(look)

Cells of the student's own stand in *gaps* between unchanged released ones. Cells count as unchanged by every character.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from grader.trunk.rule.decide import Verdict, decide
from grader.trunk.rule.known import Known, Later, Look, Trace
from grader.trunk.rule.names import find_names


@dataclass(frozen=True)
class Step:
    """A code cell of a hand-in: its source, and which released code cell (from 0) it is; None: the student's own."""

    source: str
    released: int | None


@dataclass(frozen=True)
class Gap:
    """Steps [first, last) that stand where the release has its cells [start, stop).

    final: what comes after it cannot be the trunk's: a released cell that is nobody's to change is another, or missing.
    """

    first: int
    last: int
    start: int
    stop: int
    final: bool


@dataclass(frozen=True)
class Path:
    """A hand-in's code cells, and the gaps in which it leaves the trunk, in their order."""

    steps: tuple[Step, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Order:
    """What a branch is to do: run steps [first, last) and, where `look`, say what its state is then.

    start: the branch is a new one, off the trunk before that released cell; None: the branch that there is goes on.
    verdict: why it goes on, and not the trunk; None: the student's own cells come first.
    """

    start: int | None
    first: int
    last: int
    look: bool
    verdict: Verdict | None = None


Way = Generator[Order, Look | None, tuple[Verdict, ...]]


def find_path(
    handin: Sequence[str],
    released: Sequence[str],
    free: Sequence[bool],
    traces: Sequence[Trace] = (),
    edge: int | None = None,
) -> Path:
    """Return the path of a hand-in (its code cells' sources, none of them blank).

    free: of each released code cell, whether students may change it. A released cell of which the trunk saw that it
    looks at the cells before it runs in a branch of its own, once one of these is another. From the released cell
    `edge` on the trunk has none: all is the student's own.
    """
    blocks = SequenceMatcher(None, released, handin, autojunk=False).get_matching_blocks()
    pairs = ((block.b + n, block.a + n) for block in blocks for n in range(block.size))
    same = {index: number for index, number in pairs if edge is None or number < edge}
    steps = tuple(Step(source, same.get(index)) for index, source in enumerate(handin))
    gaps, first, start = list[Gap](), 0, 0
    for index in range(len(steps) + 1):
        number = same.get(index) if index < len(steps) else len(released)
        if number is None:
            continue
        if index > first or number > start:
            gaps.append(Gap(first, index, start, number, not is_open(start, number, free)))
        if number < len(traces) and traces[number].history and gaps:
            gaps.append(Gap(index, index + 1, number, number + 1, final=False))
            first, start = index + 1, number + 1
            continue
        first, start = index + 1, number + 1
    return Path(steps, tuple(_join(gaps)))


def is_open(start: int, stop: int, free: Sequence[bool]) -> bool:
    """Tell whether students may have cells of their own in place of the released ones [start, stop).

    >>> is_open(1, 2, [False, True]), is_open(2, 2, [False, True, False]), is_open(1, 1, [False, False])
    (True, True, False)
    """
    stand_for = free[start:stop] if start < stop else free[max(start - 1, 0) : start + 1]
    return all(stand_for) if start < stop else any(stand_for)


def _join(gaps: Sequence[Gap]) -> list[Gap]:
    """Return gaps of which none directly follows another."""
    joined = list[Gap]()
    for gap in gaps:
        if joined and joined[-1].last == gap.first and joined[-1].stop == gap.start:
            before = joined.pop()
            gap = Gap(before.first, gap.last, before.start, gap.stop, before.final or gap.final)
        joined.append(gap)
    return joined


def walk(path: Path, known: Known) -> Way:
    """Yield what branches are to run of a hand-in; all else is the trunk's. Is sent looks; returns the verdicts."""
    verdicts, gaps, end = list[Verdict](), list(path.gaps), len(path.steps)
    while gaps:
        gap = gaps.pop(0)
        since = gap.first
        look = yield Order(gap.start, gap.first, gap.last, look=gap.last < end and not gap.final)
        while gap.last < end:
            verdict = judge(path, since, gap, look, known)
            verdicts.append(verdict)
            if verdict.word == "trunk":
                break
            ahead = [one for one in gaps if verdict.until is not None and one.first <= verdict.until]
            if not ahead or ahead[-1].last == end or any(one.final for one in ahead):
                yield Order(None, gap.last, end, look=False, verdict=verdict)
                return tuple(verdicts)
            look = yield Order(None, gap.last, ahead[-1].last, look=True, verdict=verdict)
            gap, gaps = ahead[-1], gaps[len(ahead) :]
    return tuple(verdicts)


def judge(path: Path, since: int, gap: Gap, look: Look | None, known: Known) -> Verdict:
    """Return the verdict on a branch after a gap; `end` where it, or the trunk, says nothing of itself.

    since: the first step that the branch ran.
    """
    trunk = known.looks.get(gap.stop)
    if gap.final or look is None or trunk is None:
        return Verdict("end")
    ran = [find_names(step.source) for step in path.steps[since : gap.last] if step.released is None]
    return decide(trunk, look, ran, list_later(path, gap.last, known))


def list_later(path: Path, first: int, known: Known) -> list[Later]:
    """Return the cells of a hand-in from a step on."""
    return [
        Later(number, step.source, find_names(step.source), None)
        if step.released is None
        else Later(number, step.source, known.names[step.released], known.traces[step.released])
        for number, step in enumerate(path.steps[first:], start=first)
    ]
