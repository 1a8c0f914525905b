"""The host: one process of ours for a class on one machine, which forks a child for each hand-in that shares.

What a worker imports is imported once, here, and what the trunk gave is read once. A hand-in still meets a process of
its own, with its own bound of memory. The host has one thread and no connection to a kernel, so that it can be forked;
the trunk is kept by a child of its own (`keep.py`). Lines of JSON come in and go out:

    {"run": FOLDER}                     start a Run, once the released notebook has run
    {"stop": FOLDER}                    end what runs of it
    {"ended": FOLDER, "why": "..."}     it has ended; with a result, or why not
    {"ran": 3, "cells": 38, "over": false, "stops": "..."}   how far it is; why no further
"""

import contextlib
import gc
import json
import os
import select
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from assignment.fixable import FixableError
from grader.driver.run_job import LOG_FILE
from grader.handins.notebook import parse_notebook
from grader.handins.sharing import hash_sources
from grader.runs.job import Job, open_ordered
from grader.sharing.keep import Keeper
from grader.sharing.released import begin_released
from grader.sharing.run_shared import run_shared
from grader.trunk.drop import close_others, die_with_parent
from grader.trunk.wire import receive

MOST_WORDS = 2000  # bytes of why a child leaves no result
PATIENCE = 10.0  # seconds for the trunk's end
DIED = "its process ended without a word"


@dataclass
class Child:
    """A process that executes one Run."""

    folder: Path
    pid: int
    process: int  # a descriptor of it
    words: int  # a pipe on which it says why it leaves no result


class Host:
    """Serves the lines of whoever started it, until these end."""

    def __init__(self, job: Job, lines: int, answers: int) -> None:
        self.job, self.lines, self.answers = job.model_copy(update={"threads": 1}), lines, answers  # more: no fork
        self.heard, self.open = b"", True
        self.waiting = list[Path]()
        self.children = dict[Path, Child]()
        self.selector = selectors.PollSelector()  # not epoll: a fork would share it
        self.released = begin_released(parse_notebook(open_ordered(job).read_released()))
        if job.share is None or job.share.released != hash_sources(self.released.sources):
            raise FixableError(
                "released notebook: another than was ordered; expected the one that the class began with"
            )
        self.keeper = self._start_keeper()
        self.selector.register(lines, selectors.EVENT_READ, self._hear_lines)
        self.selector.register(self.keeper, selectors.EVENT_READ, self._hear_keeper)
        self._tell_how_far()

    def serve(self) -> None:
        """Do what is asked until nobody asks any more; all children end with this process."""
        while self.open:
            for key, _ in self.selector.select():
                key.data()
        for child in self.children.values():
            signal.pidfd_send_signal(child.process, signal.SIGKILL)
        self.keeper.close()
        select.select([self.keeping], [], [], PATIENCE)  # it has a group and a user to give back

    def _start_keeper(self) -> socket.socket:
        ours, theirs = socket.socketpair()

        def keep() -> None:
            Keeper(self.job, self.released, theirs).run()

        self.keeping = os.pidfd_open(self._fork(keep, {theirs.fileno(), 2}))
        theirs.close()
        return ours

    def _hear_lines(self) -> None:
        data = os.read(self.lines, 1 << 16)
        self.open = bool(data)
        *lines, self.heard = (self.heard + data).split(b"\n")
        for line in lines:
            ((word, folder),) = json.loads(line).items()
            {"run": self._run, "stop": self._stop}[word](Path(folder))

    def _hear_keeper(self) -> None:
        try:
            (kind, what), descriptors = receive(self.keeper)
            self.released.note(kind, what, descriptors)
        except (EOFError, OSError, FixableError) as error:
            self.released.over, self.released.why = True, f"the trunk's keeper: {error}"
            self.selector.unregister(self.keeper)
        self._tell_how_far()
        if self.released.over:
            waiting, self.waiting = self.waiting, []
            for folder in waiting:
                self._run(folder)

    def _run(self, folder: Path) -> None:
        if not self.released.over:
            self.waiting.append(folder)
        elif self.released.why:
            self._answer(ended=folder, why=self.released.why)
        else:
            self._start(folder)

    def _stop(self, folder: Path) -> None:
        if folder in self.waiting:
            self.waiting.remove(folder)
            self._answer(ended=folder, why="it was taken back")
        elif folder in self.children:
            signal.pidfd_send_signal(self.children[folder].process, signal.SIGKILL)

    def _start(self, folder: Path) -> None:
        said, words = os.pipe()
        snapshots = {one.control for one in self.released.snapshots.values()}

        def run() -> None:
            log = os.open(folder / LOG_FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            os.dup2(log, 2)
            os.dup2(log, 1)
            try:
                run_shared(folder, self.released)
            except (FixableError, OSError) as error:
                os.write(words, str(error).encode()[:MOST_WORDS])

        pid = self._fork(run, {words, *snapshots, *self.released.outputs.values()})
        os.close(words)
        child = Child(folder, pid, os.pidfd_open(pid), said)
        self.children[folder] = child
        self.selector.register(child.process, selectors.EVENT_READ, lambda: self._end(child))

    def _end(self, child: Child) -> None:
        self.selector.unregister(child.process)
        code = os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1])
        why = os.read(child.words, MOST_WORDS).decode(errors="replace") if _has_words(child.words) else ""
        os.close(child.process)
        os.close(child.words)
        del self.children[child.folder]
        self._answer(ended=child.folder, why=why or ("" if code == 0 else DIED))

    def _tell_how_far(self) -> None:
        its = self.released
        self._answer(ran=len(its.records), cells=len(its.sources), over=its.over, stops=its.stops)

    def _answer(self, **said: Any) -> None:
        with contextlib.suppress(BrokenPipeError):
            os.write(self.answers, json.dumps(said, default=str).encode() + b"\n")

    def _fork(self, work: Callable[[], None], kept: set[int]) -> int:
        """Do work in a process that has the kept descriptors alone, and ends with this one; return its number."""
        gc.collect()
        gc.freeze()  # what is there by now is not looked through in the child, which would copy it
        parent, pid = os.getpid(), os.fork()
        if pid == 0:
            _become_child(work, kept, parent)
        return pid


def _become_child(work: Callable[[], None], kept: set[int], parent: int) -> NoReturn:
    code = 1
    try:
        die_with_parent()
        os.setsid()
        _keep_alone({2, *kept})
        if os.getppid() == parent:
            work()
            code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _keep_alone(kept: set[int]) -> None:
    """Close all descriptors but these; the three of every process are there and lead nowhere."""
    close_others(kept)
    null = os.open(os.devnull, os.O_RDWR)
    for number in {0, 1, 2} - kept - {null}:
        os.dup2(null, number)


def _has_words(words: int) -> bool:
    return bool(select.select([words], [], [], 0)[0])


def serve(lines: int, answers: int) -> None:
    """Be the host of the job that is the first line."""
    with os.fdopen(os.dup(lines), "rb", 0) as file:
        data = bytearray()
        while not data.endswith(b"\n"):
            part = file.read(1)
            if not part:
                return
            data += part
    Host(Job.model_validate_json(bytes(data)), lines, answers).serve()
