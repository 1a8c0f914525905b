"""Made hand-ins, executed shared and fresh, without cages: `python -m tests.grader.trunk.sharing FOLDER < jobs.json`.

One process imports what the notebook needs and executes nothing. A fork of it is the trunk, which leaves a snapshot
before each cell; a fresh run is another fork. All of them work in one folder, one after another: a branch begins with
what lay there at its snapshot. Prints what came out of each job, as JSON.
"""

import gc
import json
import os
import random
import re
import shutil
import socket
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from grader.trunk.hazards import find_hazards
from grader.trunk.recorder import Recorder
from grader.trunk.released import Released
from grader.trunk.rule.decide import Verdict
from grader.trunk.rule.known import Known, Trace, parse_look
from grader.trunk.rule.names import find_names
from grader.trunk.rule.path import find_path, walk
from grader.trunk.state.look import Watch
from tests.grader.trunk.planted import leave_out, leave_out_of_trace
from tests.grader.trunk.short import IS_FREE, SOURCES

WRITABLE = ("work", "home")


class Fork:
    """A forked process that answers one request at a time."""

    def __init__(self, serve: Callable[[Callable[[], Any], Callable[[Any], None]], None]) -> None:
        ours, its = socket.socketpair()
        state = random.getstate()
        self.pid = os.fork()
        if self.pid == 0:
            ours.close()
            random.setstate(state)
            try:
                lines = its.makefile("rw")
                serve(
                    lambda: json.loads(lines.readline() or "null"),
                    lambda said: print(json.dumps(said), file=lines, flush=True),
                )
            except BaseException:
                print(json.dumps({"fault": traceback.format_exc()}), file=its.makefile("w"), flush=True)
            os._exit(0)
        its.close()
        self.socket, self.lines = ours, ours.makefile("rw")

    def ask(self, request: Any) -> Any:
        print(json.dumps(request), file=self.lines, flush=True)
        return self.hear()

    def hear(self) -> Any:
        said = json.loads(self.lines.readline() or '{"fault": "ended"}')
        if isinstance(said, dict) and "fault" in said:
            raise RuntimeError(said["fault"])
        return said

    def close(self) -> None:
        self.lines.close()
        self.socket.close()
        os.waitpid(self.pid, 0)


class Sharing:
    """The trunk with its snapshots, and what branches off it."""

    def __init__(self, base: Path) -> None:
        self.base = base
        for name in WRITABLE:
            (base / name).mkdir()
        os.chdir(base / "work")
        self.recorder = Recorder()
        import_all()
        gc.collect()
        gc.freeze()
        self.save("fresh")

    def save(self, name: str) -> None:
        for folder in WRITABLE:
            shutil.copytree(self.base / folder, self.base / "kept" / name / folder)

    def restore(self, name: str) -> None:
        for folder in WRITABLE:
            for path in (self.base / folder).iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            shutil.copytree(self.base / "kept" / name / folder, self.base / folder, dirs_exist_ok=True)

    def run_fresh(self, sources: Sequence[str]) -> list[Any]:
        """Execute cells one after another until one fails, in a process that has executed none."""
        self.restore("fresh")

        def serve(hear: Any, tell: Any) -> None:
            tell(run_until_failure(self.recorder, hear()))

        return run_once(Fork(serve), sources)

    def grow(self) -> tuple[list[Any], dict[int, Fork]]:
        """Execute the released cells; return their records, and a snapshot before each."""
        snapshots: dict[int, Fork] = {}
        records: list[Any] = []
        folders, own = [str(self.base / name) for name in WRITABLE], set(map(int, os.listdir("/proc/self/fd")))
        watch, released = Watch(self.recorder.shell, folders), Released(self.recorder, folders)
        for number, source in enumerate(SOURCES):
            watch.extend()
            opened = {one.socket.fileno() for one in snapshots.values()}
            hazards = find_hazards(own | opened, {one.pid for one in snapshots.values()})
            assert not hazards, hazards
            self.save(str(number))
            snapshots[number] = Fork(lambda hear, tell: self.serve_snapshot(watch, hear, tell))
            records.append(released.run(source, ask=find_names(source).reads_globals))
            assert records[-1]["ok"], records[-1]
        return records, snapshots

    def serve_snapshot(self, watch: Watch, hear: Any, tell: Any) -> None:
        """Fork a branch for each request, which says how it is to stand; hand on what is asked of it."""
        while (before := hear()) is not None:
            branch = Fork(lambda hear, tell: self.serve_branch(watch, before, hear, tell))
            tell(True)
            while (request := hear()) is not None:
                tell(branch.ask(request))
            branch.close()
            tell(True)

    def serve_branch(self, watch: Watch, before: list[str], hear: Any, tell: Any) -> None:
        self.recorder.set_history(before)
        watch.restart()
        while (request := hear()) is not None:
            records = run_until_failure(self.recorder, request["sources"])
            tell({"records": records, "look": watch.look() if request["look"] else None})


def run_until_failure(recorder: Recorder, sources: Sequence[str]) -> list[Any]:
    records: list[Any] = []
    for source in sources:
        if records and not records[-1]["ok"]:
            break
        records.append(recorder.run(source))
    return records


def run_once(fork: Fork, request: Any) -> Any:
    try:
        return fork.ask(request)
    finally:
        fork.close()


def import_all() -> None:
    """Import what the notebook imports, so that no fork pays for it."""
    import matplotlib.pyplot
    import numpy.random
    import torch

    from assignment.sheet import own

    torch.set_num_threads(1)
    assert [matplotlib, numpy, own]


class Class:
    """Hand-ins on one trunk."""

    def __init__(self, sharing: Sharing, trunk: list[Any], snapshots: dict[int, Fork]) -> None:
        self.sharing, self.trunk, self.snapshots = sharing, trunk, snapshots
        self.names = [find_names(source) for source in SOURCES]
        self.traces = [Trace.model_validate(one["trace"]) for one in trunk]
        self.looks = {number: self.look(number) for number in range(1, len(SOURCES))}

    def look(self, number: int) -> Any:
        """Return the trunk's state before a cell: that of a branch which ran nothing."""
        with_branch = Branch(self, number, list(SOURCES[:number]))
        try:
            return with_branch.run([], look=True)["look"]
        finally:
            with_branch.close()

    def share(self, handin: Sequence[str], left_out: str | None) -> dict[str, Any]:
        """Return the records of a hand-in and the verdicts on it. left_out: what no look has, an unsound rule."""
        traces = [leave_out_of_trace(one, left_out) for one in self.traces]
        path = find_path(handin, SOURCES, IS_FREE, traces)
        looks = {number: parse_look(leave_out(one, left_out)) for number, one in self.looks.items()}
        known = Known(self.names, traces, looks)
        records: list[Any] = [None if step.released is None else self.trunk[step.released] for step in path.steps]
        way, branch, look, verdicts = walk(path, known), None, None, list[Verdict]()
        try:
            order = next(way)
            while True:
                verdicts += [order.verdict] if order.verdict else []
                if order.start is not None:
                    branch = branch.close() if branch else None
                    branch = Branch(self, order.start, list(handin[: order.first]))
                assert branch is not None
                said = branch.run(handin[order.first : order.last], order.look)
                records[order.first : order.last] = said["records"]
                if not all(one["ok"] for one in said["records"]):
                    records = records[: order.first + len(said["records"])]
                    break
                look = parse_look(leave_out(said["look"], left_out)) if order.look else None
                order = way.send(look)
        except StopIteration as ended:
            verdicts = list(ended.value)
        finally:
            branch.close() if branch else None
        return {
            "records": [show(one, number) for number, one in enumerate(records, start=1)],
            "verdicts": [[one.word, one.dirty, one.seen] for one in verdicts],
        }


class Branch:
    """A fork of a snapshot, in the folder as it was there."""

    def __init__(self, its: Class, number: int, before: list[str]) -> None:
        its.sharing.restore(str(number))
        self.snapshot = its.snapshots[number]
        self.snapshot.ask(before)

    def run(self, sources: Sequence[str], look: bool) -> Any:
        return self.snapshot.ask({"sources": list(sources), "look": look})

    def close(self) -> None:
        self.snapshot.ask(None)


def show(record: Any, number: int) -> list[str]:
    """Return what a cell showed, so that two runs compare: without addresses, parts of a stream joined, its number."""
    shown, streams = [], dict[str, Any]()
    for message in record["messages"]:
        kind, content = message["msg_type"], dict(message["content"])
        if kind == "stream":
            streams[content["name"]] = streams.get(content["name"], "") + content["text"]
            continue
        if "execution_count" in content:
            content["execution_count"] = number
        shown.append(json.dumps([kind, content], sort_keys=True))
    shown += [f"{name}: {text}" for name, text in sorted(streams.items())]
    return [re.sub(r"0x[0-9a-f]+|[0-9a-f]{32}|ipykernel_\d+/\d+", "", one) for one in shown]


def run_jobs(base: Path, jobs: Sequence[Any]) -> Iterator[dict[str, Any]]:
    sharing = Sharing(base)

    def grow(hear: Any, tell: Any) -> None:
        records, snapshots = sharing.grow()
        its = Class(sharing, records, snapshots)
        tell(True)
        while (job := hear()) is not None:
            tell(its.share(job["handin"], job["left_out"]))

    trunk = Fork(grow)
    trunk.hear()
    fresh: dict[str, Any] = {}
    for job in jobs:
        key = json.dumps(job["handin"])
        if key not in fresh:
            records = sharing.run_fresh(job["handin"])
            fresh[key] = [show(one, number) for number, one in enumerate(records, start=1)]
        yield {**trunk.ask(job), "fresh": fresh[key]}
    trunk.close()


if __name__ == "__main__":
    out, errors = os.fdopen(os.dup(1), "w"), os.fdopen(os.dup(2), "w")
    try:
        for result in run_jobs(Path(sys.argv[1]), json.load(sys.stdin)):
            print(json.dumps(result), file=out, flush=True)
    except BaseException:
        print(traceback.format_exc(), file=errors, flush=True)
        raise
