"""What a notebook's act cannot change: a classmate's word, arrays or points, its own points, or the machine.

Classes are drawn of honest hand-ins and others that act by chance (`acts.py`), run in the sandbox and scored as any
class is, and held against the honest ones run alone.
"""

import os
import shutil
import sys
import tempfile
from ast import PyCF_ALLOW_TOP_LEVEL_AWAIT
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from assignment.course import open_course
from grader.driver import run_job
from grader.scoring.grading import Grading
from questions.bank import Bank
from questions.key import Key
from tests.foreign.profiles import CLASSES_AT_NIGHT, CLASSES_IN_CI, WITHOUT_SHRINKING, draw_few, draw_many
from tests.grader.acts.acts import ACTS, LONG
from tests.grader.acts.drawn import Drawn, draw_class, make_hostile
from tests.grader.acts.graded import Facts, find_strange, grade
from tests.grader.acts.honest import HONEST, POINTS_OF_ANSWERS, WORDS
from tests.grader.acts.left import adopt_orphans, is_ours, list_left, watch
from tests.grader.conftest import POINTS, READERS, RIGHT, TEXTS, make_canonical, make_question

PARTS = 12  # of a night, each a test of its own
HOLE = """
import sys
from pathlib import Path
from grader.worker import execute, save, start
from grader.sandbox import cage, cgroup
HOLE
execute.run_worker(Path(sys.argv[1]).resolve())
"""
SHARED_TMP = """
whole = cage.list_mounts
shared = {"/tmp": ["--bind", PLACE, "/tmp"]}
cage.list_mounts = lambda view: [(path, shared.get(path, how)) for path, how in whole(view)]
"""


@dataclass(frozen=True)
class Course:
    """What a drawn class is held against: the honest members alone."""

    grading: Grading
    folder: Path
    alone: Mapping[str, Facts]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    canonical = make_canonical()
    questions = tuple(make_question(item, number) for item, number in zip(POINTS, (1, 2, 5, 6), strict=True))
    key = Key({item: frozenset(letters) for item, letters in RIGHT.items()}, {})
    pictures = np.zeros((*canonical["saliency", "map"].shape, 3), np.uint8)
    its, room = open_course(), tmp_path_factory.mktemp("acts")
    grading = Grading(its, Bank(questions, {}), key, its.assignment, canonical, pictures, TEXTS, READERS)
    with adopt_orphans():
        alone, wrong = run(Course(grading, room, {}), Drawn(tuple(HONEST), ()))
        assert not wrong
        assert {name: facts.word for name, facts in alone.items()} == WORDS
        yield Course(grading, room, alone)


def run(course: Course, drawn: Drawn) -> tuple[dict[str, Facts], list[str]]:
    """Run and score a class; return the facts, and what is wrong with them or left over."""
    folder = Path(tempfile.mkdtemp(dir=course.folder))
    temporary = folder / "temporary"
    temporary.mkdir(mode=0o777)
    before, begin = watch(), run_job._start

    def start(*words: Any) -> Any:
        started = begin(*words)
        before.workers[started.pid] = started
        return started

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_job, "_start", start)
        patch.setenv("TMPDIR", str(temporary))
        patch.setattr(tempfile, "tempdir", str(temporary))
        facts = grade(folder, drawn.files, course.grading)
    wrong = list_changed(drawn, facts, course.alone)
    wrong += [f"{name}: {what}" for name, its in facts.items() for what in find_strange(folder / "runs" / name, its)]
    wrong += list_left(before, temporary, {uid for its in facts.values() for uid in its.users})
    wrong += [
        f"handed in: {name}" for name, data in drawn.files.items() if (folder / "handins" / name).read_bytes() != data
    ]
    shutil.rmtree(folder)
    return facts, wrong


def list_changed(drawn: Drawn, facts: Mapping[str, Facts], alone: Mapping[str, Facts]) -> list[str]:
    """Return whose facts differ from those of the honest members alone, and who earns what nobody answered."""
    nobody = frozenset[int]()
    changed = [
        f"{name}: {replace(facts[name], users=nobody)}; alone: {replace(alone[name], users=nobody)}"
        for name in drawn.honest
        if name in alone and replace(facts[name], users=nobody) != replace(alone[name], users=nobody)
    ]
    odd = any(not one.cells for one in drawn.hostile)  # of these it is not known what they answer
    others = {name: its for name, its in facts.items() if name not in drawn.honest}
    if len(others) != len(drawn.hostile):
        changed.append(f"{sorted(others)} of {len(drawn.hostile)}")
    readable = (its for its in others.values() if its.word in ("ran", "failed", "timed_out"))
    if not odd:
        changed += [f"earned {its.points}" for its in readable if its.points != POINTS_OF_ANSWERS]
    return changed


def hold(course: Course, drawn_by: Callable[[Any], Any]) -> None:
    """Draw classes, and let nothing be wrong with any."""

    @drawn_by
    @given(draw_class())
    def changes_nothing(drawn: Drawn) -> None:
        _, wrong = run(course, drawn)
        assert not wrong

    changes_nothing()


@pytest.mark.sandbox
@pytest.mark.slow
def test_acts_of_few_drawn_classes_change_nothing(course: Course) -> None:
    hold(course, draw_few(CLASSES_IN_CI, phases=WITHOUT_SHRINKING))


@pytest.mark.sandbox
@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
def test_acts_of_many_drawn_classes_change_nothing(course: Course, part: int) -> None:
    hold(course, draw_many(CLASSES_AT_NIGHT // PARTS, part=part, phases=WITHOUT_SHRINKING))


def find_shared_tmp(folder: Path) -> str:
    place = folder / "shared"
    place.mkdir()
    place.chmod(0o777)
    return SHARED_TMP.replace("PLACE", repr(str(place)))


WRITE_TMP = "open('/tmp/x', 'w').write('x'); __import__('time').sleep(3)"
WRITE_PAGE = "import os; os.mkdir('outputs'); open('outputs/a.html', 'w').write('<script>')"
LOCK = "import fcntl, sys, time; held = open(sys.executable); fcntl.flock(held, fcntl.LOCK_EX); time.sleep(3)"
HOLES = {
    "a folder that all see": ("", WRITE_TMP, "honest-keeps: "),
    "any name is kept": ("save.KNOWN = ('a.html',)", WRITE_PAGE, "b01: kept a.html"),
    "groups stay": ("cgroup.Cgroup.close = lambda self: None", "1", "group "),
    "a process stays": (
        "import subprocess; subprocess.Popen(['sleep', '600'], start_new_session=True)",
        "1",
        "process ",
    ),
    "locks are shared": ("start.to_private = lambda view: []", LOCK, "honest-keeps: "),
    "the worker dies": ("def fail(*_): 1 / 0\nsave.make_harmless = fail", "1", "b01: lost: "),
}

SOON = ("a folder that all see", "any name is kept")  # the others at night


@pytest.mark.sandbox
@pytest.mark.slow
def test_same_acts_change_nothing_where_the_guards_are_in_place(course: Course) -> None:
    acts = sorted({cell for _, cell, _ in HOLES.values()})
    hostile = tuple(make_hostile(f"b{number}", cell) for number, cell in enumerate(acts))
    assert not run(course, Drawn(("honest-keeps",), hostile))[1]


@pytest.mark.sandbox
@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in SOON else pytest.mark.nightly) for name in HOLES]
)
def test_guard_that_is_taken_out_is_missed(
    course: Course, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    hole, cell, said = HOLES[name]
    if name == "groups stay" and os.getuid() != 0:
        pytest.skip("who is not root may have no groups that stay")
    words = ["-P", "-c", HOLE.replace("HOLE", hole or find_shared_tmp(tmp_path))]
    monkeypatch.setattr(run_job, "to_worker", lambda folder: [sys.executable, *words, str(folder.resolve())])
    _, wrong = run(course, Drawn(("honest-keeps",), (make_hostile("b01", cell),)))
    assert any(line.startswith(said) for line in wrong), wrong


@pytest.mark.parametrize("name", {**ACTS, **LONG})
def test_acts_are_cells_that_python_reads(name: str) -> None:
    @draw_few(20)
    @given({**ACTS, **LONG}[name])
    def is_python(source: str) -> None:
        compile(source, name, "exec", PyCF_ALLOW_TOP_LEVEL_AWAIT)

    is_python()


def test_mount_of_a_cage_is_told_from_others(tmp_path: Path) -> None:
    for place in (f"{tmp_path}/x", "/hw9/work", "/newroot/usr"):
        assert is_ours(f"0:27 / {place} rw - tmpfs tmpfs rw", tmp_path)
    assert is_ours("0:27 / /usr ro - overlay overlay ro,lowerdir=/usr:/sys/fs/cgroup", tmp_path)
    assert not is_ours("0:22 / /root/.cache/hw9-machine/root/proc ro - proc proc ro", tmp_path)
