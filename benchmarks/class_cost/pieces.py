"""What is measured at once, kept in a folder, and not measured again while code and hand-ins are the same."""

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from assignment.fixable import parse_as
from assignment.records import Record
from benchmarks.class_cost.graders import GRADERS, OURS, WORKERS, Bench, Handins
from benchmarks.class_cost.handins import find_number, make_handins
from benchmarks.class_cost.rivals import ROOT
from benchmarks.class_cost.usage import measure
from grader.files.whole import load_json, to_json, write_whole

CODE = {True: ("assignment", "grader"), False: ("assignment",)}  # of ours, and of the others


class Piece(Record):
    """Hand-ins that a grader executed at once. Seconds of all of them together.

    processor: by a control group, where that is had (`grouped`), else as `reaped`: of children that were waited for.
    first: seconds on the clock until the first result was there; None where that says nothing. load: before it.
    """

    course: str
    kind: str
    grader: str
    students: tuple[str, ...]
    wall: float
    processor: float
    reaped: float
    grouped: bool
    first: float | None
    load: float
    at: str
    said: dict[str, str]


Ask = tuple[str, str, Handins]  # kind, grader, hand-ins


def plan(released: bytes, kinds: Mapping[str, int], rivals: Mapping[str, int]) -> list[Ask]:
    """Return what is to be measured: in each class the graders take turns, ours with the whole class in the middle."""
    asks = list[Ask]()
    for kind, count in kinds.items():
        turns = list[tuple[float, Ask]]()
        for grader, most in {"share": count, **rivals}.items():
            handins = [*make_handins(released, kind, most).items()]
            step = len(handins) if grader in OURS else WORKERS
            parts = [dict(handins[start : start + step]) for start in range(0, len(handins), step)]
            turns += [((n + 0.5) / len(parts), (kind, grader, part)) for n, part in enumerate(parts)]
        asks += [ask for _, ask in sorted(turns, key=lambda turn: turn[0])]
    return asks


def measure_all(bench: Bench, asks: Sequence[Ask], tell: Callable[[str], None]) -> None:
    """Measure what is not kept yet, and keep it; tells of each."""
    for number, (kind, grader, handins) in enumerate(asks, start=1):
        path = bench.folder / "pieces" / f"{name_piece(bench, kind, grader, handins)}.json"
        if path.exists():
            piece, how = load_piece(path), "kept"
        else:
            piece, how = measure_piece(bench, kind, grader, handins), "measured"
            path.parent.mkdir(exist_ok=True)
            write_whole(path, to_json(piece, indent=2))
        each = f"{piece.processor / len(handins):.1f} s of processor and {piece.wall / len(handins):.1f} s a hand-in"
        tell(f"{number} of {len(asks)}: class {kind}, {GRADERS[grader]}, {len(handins)} hand-ins: {each} ({how})")


def measure_piece(bench: Bench, kind: str, grader: str, handins: Handins) -> Piece:
    """Have a grader execute hand-ins, in a folder that is removed again where all went well."""
    folder = bench.folder / "work" / f"{kind}-{grader}"
    shutil.rmtree(folder, ignore_errors=True)
    order = bench.order(grader, folder, handins)
    load, at, begin = os.getloadavg()[0], datetime.now(UTC), time.time()
    usage = measure(order.commands, order.environment, folder / "log.txt")
    if usage.group is None and grader in OURS:
        raise RuntimeError("no control group (cpuacct) here; expected one: nobody waits for most of what ours starts")
    first = order.first()
    said = order.read()
    shutil.rmtree(folder)
    return Piece(
        course=bench.course.name,
        kind=kind,
        grader=grader,
        students=tuple(handins),
        wall=usage.wall,
        processor=usage.processor,
        reaped=usage.reaped,
        grouped=usage.group is not None,
        first=None if first is None else first - begin,
        load=load,
        at=f"{at:%Y-%m-%d %H:%M}",
        said=said,
    )


def name_piece(bench: Bench, kind: str, grader: str, handins: Handins) -> str:
    """Return a name that another course, other hand-ins and other code do not have."""
    digest = hashlib.sha256(repr((bench.course.mark, sorted(handins.items()))).encode())
    for data in list_code(CODE[grader in OURS]):
        digest.update(data)
    return f"{bench.course.name}-{kind}-{grader}-{len(handins)}-{digest.hexdigest()[:16]}"


def list_code(rooms: Iterable[str]) -> list[bytes]:
    """Return the programs of these rooms."""
    return [path.read_bytes() for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]


def load_piece(path: Path) -> Piece:
    """Return a piece that was kept."""
    return parse_as(Piece, load_json(path, "a piece that was measured"), str(path))


def load_kept(bench: Bench) -> list[Piece]:
    """Return what is kept of the course as it is, measured with the programs as they are."""
    found, released = list[Piece](), bench.course.read_released()
    for path in sorted((bench.folder / "pieces").glob("*.json")):
        piece = load_piece(path)
        if piece.course != bench.course.name:
            continue
        every = make_handins(released, piece.kind, 1 + max(map(find_number, piece.students)))
        handins = {student: every[student] for student in piece.students}
        if path.stem == name_piece(bench, piece.kind, piece.grader, handins):
            found.append(piece)
    return found
