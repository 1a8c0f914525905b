"""Which hand-ins share, what they need of the released notebook, and hosts that end before their time."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbformat import write
from nbformat.v4 import new_code_cell, new_notebook

from assignment.course import open_course
from grader.driver import sharing
from grader.driver.event import SharedRun
from grader.driver.sharing import GONE, end_hosts, end_idle_hosts, find_paths, list_news, plan_sharing, run_sharing
from grader.handins.sharing import Sharing, find_free
from grader.handins.submission import Submission
from grader.runs.folder import HANDIN_FILE
from grader.runs.job import Job, order_course
from tests.patience import PATIENCE, wait_until

SOURCES = ("import os", "x = 1", "# scratch 1\ny = 2", "z = x", "answers = {}", "print(z)")
SHARE = Sharing(released="", leave=(2,), back=(3,))
JOB = Job(course=order_course(open_course()), limits=open_course().assignment.limits, share=SHARE)
ANSWER = """import json, sys
sys.stdin.readline()
for line in sys.stdin:
    ((word, folder),) = json.loads(line).items()
    {}"""


def make(sources: tuple[str, ...]) -> Any:
    official = {"hw9": {"official": True, "name": "setup"}}
    return new_notebook(cells=[new_code_cell(one, metadata=official if one == SOURCES[0] else {}) for one in sources])


def change(number: int, *sources: str) -> tuple[str, ...]:
    return (*SOURCES[:number], *sources, *SOURCES[number + 1 :])


def hand_in(runs: Path, student: str, sources: tuple[str, ...], *, beside: str | None = None) -> Submission:
    (runs / student).mkdir(parents=True)
    write(make(sources), runs / student / HANDIN_FILE)
    return Submission(student=student, beside=beside)


def plan(runs: Path, handins: list[Submission], released: Any) -> Sharing | None:
    return plan_sharing(find_paths(runs, handins, released).values(), released)


def test_class_needs_the_points_where_a_hand_in_departs_or_could_be_back(tmp_path: Path) -> None:
    handins = [
        hand_in(tmp_path, "scratch", change(2, "y = 3")),
        hand_in(tmp_path, "answers", change(4, "answers = {'a': 'b'}")),
        hand_in(tmp_path, "figure", change(3, "z = 7")),
        hand_in(tmp_path, "last", change(5, "1")),
        hand_in(tmp_path, "beside", change(1, "x = 2"), beside="0" * 64),
    ]
    found = plan(tmp_path, handins, make(SOURCES))
    assert found is not None
    assert (found.leave, found.back) == ((2, 3, 4, 5), (3, 5))
    other = plan(tmp_path, handins, make((*SOURCES, "1")))
    assert other is not None
    assert other.released != found.released


def test_nothing_is_kept_for_a_hand_in_after_the_cell_from_which_it_runs_on(tmp_path: Path) -> None:
    never_back = ("import os", "x = 2", "# scratch 1\ny = 3", "z = x", "answers = {1: 2}", "print(z)")
    found = plan(tmp_path, [hand_in(tmp_path, name, never_back) for name in "ab"], make(SOURCES))
    assert found is not None
    assert (found.leave, found.back) == ((1,), ())


def test_one_hand_in_alone_and_one_that_cannot_be_read_do_not_share(tmp_path: Path) -> None:
    alone, lost = hand_in(tmp_path, "alone", SOURCES), hand_in(tmp_path, "lost", SOURCES)
    (tmp_path / "lost" / HANDIN_FILE).write_text("{")
    assert plan(tmp_path, [alone, lost], make(SOURCES)) is None


def test_scratch_todo_and_answers_cells_are_the_students() -> None:
    assert find_free(make(SOURCES)) == (False, False, True, False, True, False)


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Return a list; hosts are Python programs that are taken from it, the last for ever."""
    programs = list[str]()

    def start(_: Job) -> "subprocess.Popen[bytes]":
        source = programs.pop(0) if len(programs) > 1 else programs[0]
        pipe = subprocess.PIPE
        process = subprocess.Popen([sys.executable, "-u", "-c", source], stdin=pipe, stdout=pipe)
        assert process.stdin is not None
        process.stdin.write(b"{}\n")
        process.stdin.flush()
        return process

    monkeypatch.setattr(sharing, "_start", start)
    yield programs
    end_hosts()


def test_host_says_how_a_run_ended_and_serves_the_next(starts: list[str], tmp_path: Path) -> None:
    starts.append(ANSWER.format("print(json.dumps({'ended': folder, 'why': word}))"))
    assert [run_sharing(tmp_path / name, JOB, lambda: True) for name in "ab"] == ["run", "run"]


def test_host_says_how_far_the_released_notebook_is_and_each_news_is_told_once(
    starts: list[str], tmp_path: Path
) -> None:
    says = "print(json.dumps({'ran': 2, 'cells': 7, 'over': False})); print(json.dumps({'ended': folder, 'why': ''}))"
    starts.append(ANSWER.format(f"{says}; sys.exit() if folder.endswith('b') else 0"))
    assert list_news() == []
    assert run_sharing(tmp_path / "a", JOB, lambda: True) == ""
    assert (list_news(), list_news()) == ([SharedRun(2, 7)], [])
    assert run_sharing(tmp_path / "b", JOB, lambda: True) == ""
    assert wait_until(lambda: list_news() == [SharedRun(2, 7, over=True)])  # it ended


def test_host_of_another_version_is_ended_and_nothing_waits_for_it(starts: list[str], tmp_path: Path) -> None:
    starts.append(ANSWER.format("print(json.dumps({'ran': 2, 'told': 'what this version does not know'}))"))
    assert run_sharing(tmp_path, JOB, lambda: True) == GONE


def test_run_that_is_taken_back_is_stopped(starts: list[str], tmp_path: Path) -> None:
    starts.append(ANSWER.format("print(json.dumps({'ended': folder, 'why': word})) if word == 'stop' else 0"))
    assert run_sharing(tmp_path, JOB, lambda: False) == "stop"


def test_host_that_ends_is_started_once_more_and_then_no_longer(starts: list[str], tmp_path: Path) -> None:
    starts += ["input()", "input()", ANSWER.format("print(json.dumps({'ended': folder, 'why': ''}))")]
    assert [run_sharing(tmp_path / name, JOB, lambda: True) for name in "abc"] == [GONE] * 3
    end_hosts()
    assert run_sharing(tmp_path, JOB, lambda: True) == ""


OTHER = JOB.model_copy(update={"share": SHARE.model_copy(update={"leave": (1,)})})


def name_hosts(starts: list[str], *names: str) -> None:
    """Let the hosts that are started answer with a name each, in turn; `stop` ends what waits."""
    starts += [
        ANSWER.format(f"print(json.dumps({{'ended': folder, 'why': '{name}'}})) if folder != 'long' else 0\n")
        + "    if word == 'stop': print(json.dumps({'ended': folder, 'why': 'stopped'}))"
        for name in names
    ]


def test_class_with_another_order_has_another_host_and_ends_the_idle_one(starts: list[str], tmp_path: Path) -> None:
    name_hosts(starts, "one", "two", "three")
    jobs = (JOB, JOB.model_copy(update={"slot": 1, "attempt": 1}), OTHER, OTHER, JOB)
    said, alive = [], []
    for job in jobs:
        said.append(run_sharing(tmp_path, job, lambda: True))
        alive.append(len(sharing._HOSTS))
    assert (said, alive) == (["one", "one", "two", "two", "three"], [1] * 5)


def test_host_that_executes_something_is_not_ended_for_another_class_nor_for_its_time(starts: list[str]) -> None:
    name_hosts(starts, "one", "two")
    ended, wanted = list[str](), threading.Event()
    wanted.set()
    long = threading.Thread(target=lambda: ended.append(run_sharing(Path("long"), JOB, wanted.is_set)))
    long.start()
    assert wait_until(lambda: bool(sharing._HOSTS))
    assert run_sharing(Path("short"), OTHER, lambda: True) == "two"
    assert len(sharing._HOSTS) == 2
    end_idle_hosts(0.0)
    assert [host.job for host in sharing._HOSTS] == [JOB]
    wanted.clear()
    long.join(PATIENCE)
    assert ended == ["stopped"]


def test_idle_host_is_ended_once_it_was_idle_for_long_enough(starts: list[str], tmp_path: Path) -> None:
    name_hosts(starts, "one")
    run_sharing(tmp_path, JOB, lambda: True)
    (process,) = (host.process for host in sharing._HOSTS)
    assert process is not None
    end_idle_hosts(600.0)
    assert process.poll() is None
    end_idle_hosts(0.0)
    assert wait_until(lambda: process.poll() is not None)
    assert sharing._HOSTS == []
