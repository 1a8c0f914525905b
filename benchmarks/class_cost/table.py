"""What was measured, as a document."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.class_cost.graders import GRADERS, OURS, WORKERS
from benchmarks.class_cost.handins import KINDS
from benchmarks.class_cost.pieces import Piece
from grader.driver.both_ways import PART

FULL = 40  # hand-ins of the class that the aims are for
SAID = re.compile(r"[a-z_]+-\d+ |saved")  # lines of the notebook's last cell: a question's letters, the saved arrays
HEAD = """# What a class costs

Made by `python -m benchmarks.class_cost` on {machine}; {versions}.
Measured from {first} to {last} UTC; load before each measurement {least:.1f} to {most:.1f}: what else the machine did
is in the seconds on the clock, and makes processor seconds more, by a sixth and sometimes by more.

Classes made from the released notebook of {courses}. Processor seconds are those of all processes, our own, the trunk,
the cages and the connections included, {counted}. Every grader has {workers} processes side by side, of one thread
each; kernels of all of them run the same torch. A class of ours is executed at once, the others execute {workers}
hand-ins at a time, and the graders take turns. The sample of ours that is run both ways is off but in the column
*{sampled}*: one hand-in in {part} of those that share, at least one, is executed whole as well there.
Kernels of ours keep the pages that they freed (`MALLOC_TRIM_THRESHOLD_` and another variable, decision 120),
which takes about a fifth off the released notebook; nobody sets these for the others.
"""
COLUMNS = """
## {title}

{says}

| class | what differs | {graders} |{more}
|---|---|{lines}|
"""
PROCESSOR = (
    "Processor seconds a hand-in, and of how many hand-ins. *Times less*: nbclient's, divided by those of"
    " `hw9 run --share`; with a star where the class's own was not measured by nbclient, which runs the whole notebook"
    f" in every class: its mean over all classes. *At {FULL}*: the same of a class of {FULL}, extrapolated from two"
    " sizes of ours, where two were measured; a busy machine makes it a guess, for the trunk's own seconds vary by more"
    " than a hand-in takes."
)
CLOCK = "Seconds on the clock a hand-in, two at a time; *first*: until the first result of a class was there."


@dataclass(frozen=True)
class Cost:
    """Seconds a hand-in of so many hand-ins; first: until the first result."""

    count: int
    processor: float
    wall: float
    first: float | None


def find_cost(pieces: Sequence[Piece], kind: str | None, grader: str) -> Cost | None:
    """Return what a grader's hand-ins cost in a class (None: in all), of ours the largest class's that was measured."""
    its = [one for one in pieces if one.grader == grader and kind in (one.kind, None)]
    if grader in OURS:
        its = sorted(its, key=lambda one: len(one.students))[-1:]
    count = sum(len(one.students) for one in its)
    if not count:
        return None
    processor, wall = (sum(getattr(one, name) for one in its) / count for name in ("processor", "wall"))
    return Cost(count, processor, wall, its[0].first)


def extrapolate(pieces: Sequence[Piece], kind: str, count: int = FULL) -> float | None:
    """Return the processor seconds a hand-in of ours in a class of `count`, on the line through two measured sizes."""
    its = sorted((len(one.students), one.processor) for one in pieces if (one.kind, one.grader) == (kind, "share"))
    if len(its) < 2 or its[0][0] == its[-1][0]:
        return None
    (few, less), (many, more) = its[0], its[-1]
    each = (more - less) / (many - few)
    return (more + each * (count - many)) / count


def find_said(text: str) -> str:
    r"""Return the word of a hand-in, its letters and its arrays, without the file that these are read in.

    >>> find_said("ran\nWhat is read in handin.ipynb\nlime-1  ab\n30 read\nsaved: lime.npz")
    'ran; lime-1  ab; saved: lime.npz'
    """
    word, *lines = text.splitlines()
    return "; ".join([word, *filter(SAID.match, lines)])


def find_unlike(pieces: Sequence[Piece]) -> list[str]:
    """Return the hand-ins of which not all graders say the same."""
    said: dict[tuple[str, str], set[str]] = {}
    for one in pieces:
        for student, text in one.said.items():
            said.setdefault((one.course, student), set()).add(find_said(text))
    return sorted(student for (_, student), texts in said.items() if len(texts) > 1)


def to_markdown(pieces: Sequence[Piece], machine: str, versions: str) -> str:
    """Return the document on these pieces; another course than the first one's is named in each line."""
    at, loads = sorted(one.at for one in pieces), [one.load for one in pieces]
    grouped = all(one.grouped for one in pieces)
    head = HEAD.format(
        machine=machine,
        versions=versions,
        first=at[0],
        last=at[-1],
        least=min(loads),
        most=max(loads),
        courses=" and ".join(dict.fromkeys(one.course for one in pieces)),
        counted="as a control group counts them" if grouped else "of children that were waited for",
        workers=WORKERS,
        sampled=GRADERS["sampled"],
        part=PART,
    )
    return "".join((head, *_write_costs(pieces), *_write_beside(pieces), *_write_pieces(pieces)))


def _write_costs(pieces: Sequence[Piece]) -> Iterator[str]:
    names, lines = " | ".join(GRADERS.values()), "---|" * (len(GRADERS) - 1) + "---"
    more = f" times less | at {FULL} | aim |"
    yield COLUMNS.format(title="Processor", says=PROCESSOR, graders=names, more=more, lines=lines + "|---|---|---")
    for kind, shown, its in _list_classes(pieces):
        ours, own, far = find_cost(its, kind, "share"), find_cost(its, kind, "nbclient"), extrapolate(its, kind)
        against, star = own or find_cost(its, None, "nbclient"), "" if own else "*"
        ratio = f"{against.processor / ours.processor:.1f}{star}" if ours and against else ""
        ratio += f" | {against.processor / far:.1f}{star}" if far and against else " | "
        costs = " | ".join(_show(find_cost(its, kind, grader), "processor") for grader in GRADERS)
        aim = f"{KINDS[kind].aim:g}" if shown == kind else ""  # of the first course
        yield f"| {shown} | {KINDS[kind].says} | {costs} | {ratio} | {aim} |\n"
    firsts = " first, sharing | first, and its sample | first, not |"
    yield COLUMNS.format(title="Clock", says=CLOCK, graders=names, more=firsts, lines=lines + "|---|---|---")
    for kind, shown, its in _list_classes(pieces):
        costs = " | ".join(_show(find_cost(its, kind, grader), "wall") for grader in GRADERS)
        found = (find_cost(its, kind, grader) for grader in OURS)
        first = " | ".join(f"{one.first:.0f}" if one and one.first is not None else "" for one in found)
        yield f"| {shown} | {KINDS[kind].says} | {costs} | {first} |\n"


def _write_beside(pieces: Sequence[Piece]) -> Iterator[str]:
    yield "\n## Beside\n\n"
    unlike, students = find_unlike(pieces), {student for one in pieces for student in one.said}
    same = f"not of {', '.join(unlike)}" if unlike else "of every hand-in that several of them executed"
    yield (
        f"- All graders say the same {same}: the word, and what the notebook's own last cell prints, which letters are"
        f" read and so the points, and which arrays were saved ({len(students)} hand-ins). Arrays are not compared.\n"
    )
    for whose, ours in (("ours", True), ("the others", False)):
        missed = [
            max(0.0, 1 - one.reaped / one.processor) for one in pieces if one.grouped and (one.grader in OURS) is ours
        ]
        if missed:
            yield (
                f"- Of {whose} {min(missed):.1%} to {max(missed):.1%} of the processor time is that of processes whom"
                " nobody waits for, and is known from the control group alone.\n"
            )
    measured = {(one.kind, one.grader) for one in pieces}
    lacks = {kind: [GRADERS[one] for one in GRADERS if (kind, one) not in measured] for kind in KINDS}
    left = [f"of class {kind} {' and '.join(names)}" for kind, names in lacks.items() if names]
    yield f"- Not measured: {'; '.join(left) or 'nothing'}.\n"


def _write_pieces(pieces: Sequence[Piece]) -> Iterator[str]:
    yield (
        "\n## Every measurement\n\nSeconds of all its hand-ins together.\n\n"
        "| at (UTC) | class | grader | hand-ins | processor | waited for | clock | load before |\n"
        "|---|---|---|---|---|---|---|---|\n"
    )
    for one in sorted(pieces, key=lambda one: one.at):
        yield (
            f"| {one.at} | {one.kind} | {GRADERS[one.grader]} | {len(one.students)} | {one.processor:.1f} |"
            f" {one.reaped:.1f} | {one.wall:.1f} | {one.load:.1f} |\n"
        )


def _list_classes(pieces: Sequence[Piece]) -> Iterator[tuple[str, str, list[Piece]]]:
    """Yield each class's kind, how it is shown, and the pieces of its course."""
    courses = list(dict.fromkeys(one.course for one in pieces))
    for course in courses:
        its = [one for one in pieces if one.course == course]
        for kind in sorted({one.kind for one in its}):
            yield kind, kind if course == courses[0] else f"{kind}, {course}", its


def _show(cost: Cost | None, name: str) -> str:
    return f"{getattr(cost, name):.1f} ({cost.count})" if cost else ""
