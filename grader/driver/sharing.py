"""Hand-ins of a class that share one run of the released notebook: what they need of it, and who executes them here.

A host is a process for one class on this machine (`python -m grader.sharing`). It is started with the first Run that
shares, told of Runs by lines, and dies with us. Where it cannot execute one it says why, and a worker does.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assignment.fixable import FixableError
from grader.driver.event import Noted, Observer, SharedRun
from grader.driver.slot import Slot
from grader.handins.notebook import parse_notebook
from grader.handins.sharing import Sharing, find_free, hash_sources, list_sources
from grader.handins.submission import Submission
from grader.runs.folder import read_handin, run_folder
from grader.runs.job import Job
from grader.sandbox.cage import to_head
from grader.sandbox.cgroup import sweep_groups
from grader.sandbox.orphans import sweep_cages
from grader.sandbox.subordinate import ENTER

if TYPE_CHECKING:
    from grader.trunk.rule.path import Path as HandinPath

PROGRAM = "grader.sharing"
FEWEST = 2  # hand-ins: one alone would only pay for the run that it shares with nobody
TICK = 0.2  # seconds between two looks at whether a Run is still wanted
MOST_HOSTS = 2  # for a class; if they end of themselves, so would others
STOPPING = 30.0  # seconds that a host has to end a Run
GONE = "the process that executes hand-ins which share has ended"


def find_paths(runs: Path, submissions: Iterable[Submission], released: Any) -> "dict[str, HandinPath]":
    """Return by student how hand-ins that may share go through the released notebook (parsed, format 4)."""
    from grader.trunk.rule.path import find_path  # here: it loads IPython

    sources, free = list_sources(released), find_free(released)
    paths: dict[str, HandinPath] = {}
    for one in filter(may_share, submissions):
        with contextlib.suppress(FixableError):  # told of when its turn comes
            handin = list_sources(parse_notebook(read_handin(run_folder(runs, one))))
            paths[one.student] = find_path(handin, sources, free)
    return paths


def plan_sharing(paths: "Collection[HandinPath]", released: Any) -> Sharing | None:
    """Return what those who share need of the released notebook; None where too few could share it."""
    if len(paths) < FEWEST:
        return None
    leave, back = set[int](), set[int]()
    for path in paths:
        for gap in path.gaps:
            leave.add(gap.start)
            if gap.final:  # it runs on to its end
                break
            back |= {gap.stop} if gap.last < len(path.steps) else set()
    return Sharing(released=hash_sources(list_sources(released)), leave=tuple(sorted(leave)), back=tuple(sorted(back)))


def can_share(job: Job, slots: Iterable[Slot], tell: Observer) -> bool:
    """Tell whether hand-ins can share on this machine, as is known before anything is started; say it where not."""
    why = ""
    if any(slot.gpu for slot in slots):
        why = "notebooks that may use a GPU; expected --device cpu"
    elif os.getuid() != 0 and not job.subordinate:
        why = "an ordinary user without subordinate ids; expected root, or ids in /etc/subuid and the package uidmap"
    if why:
        tell(Noted(f"nothing is shared: {why}"))
    return not why


def may_share(submission: Submission) -> bool:
    """Tell whether a hand-in is a notebook alone: what came along with one lies beside it from the first cell on."""
    return submission.beside is None


def run_sharing(folder: Path, job: Job, is_wanted: Callable[[], bool]) -> str:
    """Have a host execute a Run, and return once nothing of it runs: why it is to be executed by a worker, or ""."""
    its = job.model_copy(update={"attempt": 1, "slot": 0})
    end_idle_hosts(0.0, but=its)  # each holds the memory of a notebook that has run
    try:
        host = _enter_host(its)
    except OSError as error:
        return f"no host can be started: {error}"
    try:
        return _run_in(host, folder, is_wanted)
    finally:
        with _LOCK:
            host.runs, host.since = host.runs - 1, time.monotonic()


def _run_in(host: "_Host", folder: Path, is_wanted: Callable[[], bool]) -> str:
    host.say("run", folder)
    while (why := host.wait(folder, TICK)) is None:
        if not is_wanted():
            host.say("stop", folder)
            if (why := host.wait(folder, STOPPING)) is None:
                host.end()
            return why or GONE
    return why


def list_news() -> list[SharedRun]:
    """Return how far the released notebook is of each class here, where that is another than at the last call."""
    with _LOCK:
        return [news for host in _HOSTS if (news := host.take_news()) is not None]


def end_hosts() -> None:
    """End all hosts of this process."""
    _end(lambda _: True)


def end_idle_hosts(seconds: float, but: Job | None = None) -> None:
    """End the hosts that have had no Run for so long, but for that of a class."""
    _end(lambda host: not host.runs and time.monotonic() - host.since >= seconds and host.job != but)


def _end(is_to_end: Callable[["_Host"], bool]) -> None:
    with _LOCK:
        ended = [host for host in _HOSTS if is_to_end(host)]
        _HOSTS[:] = [host for host in _HOSTS if host not in ended]
    for host in ended:
        host.end()
    if ended:
        sweep_cages()
        sweep_groups()  # of those whose process was killed


class _Host:
    """A host, what it said of Runs, and the thread that hears it.

    That thread starts it: a process dies with the thread that started it, and the others come and go.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.runs, self.since = 0, time.monotonic()  # how many are executed, and the end of the last
        self.said, self.news = dict[str, str](), threading.Condition()
        self.ran: SharedRun | None = None
        self.told: SharedRun | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.fault: OSError | None = None
        self.gone = False
        threading.Thread(target=self._hear, daemon=True, name="host").start()
        with self.news:
            self.news.wait_for(lambda: self.process or self.fault)
        if self.fault is not None:
            raise self.fault

    def _hear(self) -> None:
        try:
            process = _start(self.job)
        except OSError as error:
            self.fault = error
        else:
            self.process = process
        with self.news:
            self.news.notify_all()
        if self.process is None or self.process.stdout is None:
            return
        for line in self.process.stdout:
            try:
                self._take_in(json.loads(line))
            except (TypeError, ValueError, KeyError):  # it is of another version: this one was replaced meanwhile
                self.process.kill()
        self.process.wait()
        with self.news:
            self.gone = True
            self.ran = replace(self.ran, over=True) if self.ran is not None else None
            self.news.notify_all()

    def _take_in(self, said: dict[str, Any]) -> None:
        with self.news:
            if "ended" in said:
                self.said[said["ended"]] = said["why"]
            else:
                self.ran = SharedRun(**said)
            self.news.notify_all()

    def say(self, word: str, folder: Path) -> None:
        """Tell the host a word of a Run; one that is gone hears nothing, which `wait` says."""
        assert self.process is not None
        assert self.process.stdin is not None
        with self.news:
            try:
                self.process.stdin.write(json.dumps({word: str(folder)}).encode() + b"\n")
                self.process.stdin.flush()
            except OSError:
                return

    def wait(self, folder: Path, seconds: float) -> str | None:
        """Return how a Run ended, None where it has not within this time."""
        with self.news:
            self.news.wait_for(lambda: self.gone or str(folder) in self.said, seconds)
            return self.said.pop(str(folder), GONE if self.gone else None)

    def take_news(self) -> SharedRun | None:
        """Return how far the released notebook is; None where that was told."""
        with self.news:
            told, self.told = self.told, self.ran
            return self.ran if self.ran != told else None

    def end(self) -> None:
        """End the host and all that it runs."""
        assert self.process is not None
        assert self.process.stdin is not None
        with self.news:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
            self.news.wait_for(lambda: self.gone, STOPPING)
        self.process.kill()


_LOCK = threading.Lock()
_HOSTS = list[_Host]()


def _enter_host(its: Job) -> _Host:
    """Return the host of a class, started now where there is none, with one Run more."""
    with _LOCK:
        known = [host for host in _HOSTS if host.job == its]
        if not known or (known[-1].gone and len(known) < MOST_HOSTS):
            _HOSTS.append(_Host(its))
            known.append(_HOSTS[-1])
        known[-1].runs += 1
        return known[-1]


def _start(job: Job) -> "subprocess.Popen[bytes]":
    packages = str(Path(__file__).resolve().parents[2])
    entrance = ENTER if job.subordinate else ()
    process = subprocess.Popen(
        [*entrance, *to_head(os.getpid(), ()), sys.executable, "-P", "-m", PROGRAM],
        env={**os.environ, "PYTHONPATH": packages},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdin is not None
    process.stdin.write(job.model_dump_json().encode() + b"\n")
    process.stdin.flush()
    return process
