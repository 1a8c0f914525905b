"""What a class costs: hand-ins change what they are said to, all processes are counted, and the table adds up."""

import json
import os
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from assignment.course import open_course
from assignment.fixable import FixableError
from benchmarks.class_cost.__main__ import parse_counts
from benchmarks.class_cost.graders import Bench
from benchmarks.class_cost.handins import DRAWN, KINDS, SCRATCH, make_handins
from benchmarks.class_cost.pieces import Piece, load_kept, measure_all, plan
from benchmarks.class_cost.table import extrapolate, find_cost, find_unlike, to_markdown
from benchmarks.class_cost.usage import measure
from tests.courses import copy_course
from tests.grader.sharing.test_class import RELEASED, write
from tests.grader.trunk.lab import AS_ROOT

CHANGED = {"a": 0, "b": 1, "c": DRAWN, "d": len(SCRATCH), "e": 1}  # cells, beside the answers
# Its child burns a third of a second, and nobody waits for it: the kernel takes it away.
UNWAITED = """
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
if os.fork() == 0:
    while time.process_time() < 0.35: pass
    os._exit(0)
try:
    os.wait()
except ChildProcessError: pass
"""


def list_sources(data: bytes) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(data)["cells"]]


@pytest.mark.parametrize("kind", KINDS)
def test_hand_ins_change_what_their_class_says(kind: str) -> None:
    released = open_course().read_released()
    first, second = make_handins(released, kind, 2).values()
    assert make_handins(released, kind, 1) == {f"{kind}000": first}
    for data in (first, second):
        differ = [new for old, new in zip(list_sources(released), list_sources(data), strict=True) if old != new]
        assert sum("answers = {" in source for source in differ) == 1
        assert len(differ) == 1 + CHANGED[kind]
    assert first != second


def test_hand_in_that_cannot_be_made_is_said() -> None:
    released = open_course().read_released().replace(b"look_at = 0  #", b"look_at = 9  #")
    with pytest.raises(FixableError, match=r"released notebook: .*expected one, with 'look_at = 0"):
        make_handins(released, "d", 1)


def test_graders_take_turns_and_ours_has_the_whole_class_in_the_middle() -> None:
    asks = plan(open_course().read_released(), {"a": 5}, {"nbclient": 4, "otter": 2})
    assert [(grader, len(handins)) for _, grader, handins in asks] == [
        *(("nbclient", 2), ("share", 5), ("otter", 2), ("nbclient", 2)),
    ]


@AS_ROOT
def test_process_that_nobody_waits_for_is_counted(tmp_path: Path) -> None:
    usage = measure([(sys.executable, "-S", "-c", UNWAITED)] * 2, os.environ, tmp_path / "log.txt")
    if usage.group is None:
        pytest.skip("no control group counts processor time here")
    assert usage.processor > 0.7 > usage.reaped
    with pytest.raises(RuntimeError, match="exit codes"):
        measure([("/bin/false",)], os.environ, tmp_path / "log.txt")


@pytest.mark.parametrize("text", ["a,z", "a=x", "a=0"])
def test_unknown_class_or_number_is_said(text: str) -> None:
    with pytest.raises(FixableError, match="expected"):
        parse_counts(text, KINDS, 40)


def make_piece(grader: str, count: int, processor: float, said: str = "ran", kind: str = "a") -> Piece:
    students = tuple(f"{kind}{number:03}" for number in range(count))
    its = {"course": "toy", "kind": kind, "grader": grader, "students": students, "grouped": True, "first": None}
    told = {"load": 0.5, "at": "2026-01-01 00:00", "said": dict.fromkeys(students, said)}
    return Piece(**its, **told, wall=processor / 2, processor=processor, reaped=processor)


def test_table_adds_up() -> None:
    pieces = [make_piece("share", 2, 110.0), make_piece("share", 12, 160.0), make_piece("nbclient", 2, 160.0)]
    assert extrapolate(pieces, "a", 40) == 7.5  # 100 for the trunk, 5 for each
    ours, plain = find_cost(pieces, "a", "share"), find_cost(pieces, "a", "nbclient")
    assert ours is not None
    assert plain is not None
    assert (ours.count, plain.processor, plain.wall) == (12, 80.0, 40.0)
    lines = to_markdown(pieces, "a machine", "versions").splitlines()
    row = next(line for line in lines if line.startswith("| a | only"))
    assert row == "| a | only answers differ | 13.3 (12) |  |  | 80.0 (2) |  |  | 6.0 | 10.7 | 20 |"


def test_hand_in_of_which_graders_say_different_things_is_named() -> None:
    pieces = [
        make_piece("share", 2, 1.0, "ran"),
        make_piece("otter", 2, 1.0, "ran\nelsewhere"),
        make_piece("nbclient", 1, 1.0, "failed\nin handin.ipynb"),
    ]
    assert find_unlike(pieces) == ["a000"]
    assert "not of a000" in to_markdown(pieces, "a machine", "versions")


@AS_ROOT
@pytest.mark.nightly
@pytest.mark.sandbox
def test_short_class_is_measured_once_and_all_say_the_same_of_it(tmp_path: Path) -> None:
    course = copy_course(tmp_path / "winter")
    write(course.notebook, [(name, source.replace("{}", '{"lime-1": ""}')) for name, source in RELEASED])
    tmp_path.chmod(0o755)
    (tmp_path / "keep").mkdir()
    bench, told = Bench(course, tmp_path / "keep"), list[str]()
    asks = plan(course.read_released(), {"a": 2}, {"nbclient": 2})
    measure_all(bench, asks, told.append)
    with patch("benchmarks.class_cost.pieces.measure", side_effect=AssertionError("measured again")):
        measure_all(bench, asks, told.append)
    assert [line.split()[-1] for line in told] == ["(measured)"] * 2 + ["(kept)"] * 2
    pieces = load_kept(bench)
    assert {one.grader for one in pieces} == {"share", "nbclient"}
    assert all(text.startswith("ran\n") for one in pieces for text in one.said.values())
    assert find_unlike(pieces) == []
