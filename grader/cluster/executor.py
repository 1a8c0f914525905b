"""`--executor dask`: a `concurrent.futures.Executor` whose places are those of the workers that came.

A thread of its own listens for them; the driver's thread submits Runs and waits. Nothing of a Run but its folder is
shared with a worker: what it needs is sent, what it saved comes back (`parcel.py`).
"""

import asyncio
import contextlib
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from assignment.course import Course
from assignment.fixable import FixableError
from grader.cluster.desk import Desk
from grader.cluster.guard.gate import Refusals
from grader.cluster.keys import Keys
from grader.cluster.office import Office
from grader.cluster.pace import USUAL, Pace
from grader.cluster.parcel import INCOMING, open_parcel
from grader.cluster.wire import LOGGER, PORT, listen, load_dask
from grader.driver.event import Event, Noted
from grader.driver.executors import Elastic
from grader.runs.job import load_job, read_order


@dataclass(frozen=True)
class Terms:
    """Where workers find the driver, by which certificate, and what the class asks of them. No keys: plain TCP."""

    keys: Keys | None
    host: str = "0.0.0.0"
    port: int = PORT
    kind: str = "auto"
    memory_mib: int = 0
    most: int | None = None
    pace: Pace = USUAL


class ClusterExecutor(Elastic):
    """The workers of one class."""

    def __init__(self, terms: Terms, course: Course, runs: Path) -> None:
        load_dask()
        self.terms, self.incoming = terms, runs.resolve() / INCOMING
        self.desk = Desk(terms.pace, terms.kind, terms.memory_mib, terms.most)
        self.office = Office(self.desk, course)
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(lambda _, its: LOGGER.warning(f"{its['message']}: {its.get('exception')}"))
        self.port = 0
        shutil.rmtree(self.incoming, ignore_errors=True)  # of a driver that was killed
        self.listener: Any = None
        self.thread = threading.Thread(target=self.loop.run_forever, name="office", daemon=True)
        self.thread.start()
        self.refusals = Refusals(lambda text: self.desk.news.append(Noted(text)))
        try:
            asyncio.run_coroutine_threadsafe(self._open(), self.loop).result()
        except FixableError:
            self._stop()
            raise

    async def _open(self) -> None:
        LOGGER.addHandler(self.refusals)
        LOGGER.propagate = False
        terms = self.terms
        self.listener = await listen(terms.host, terms.port, terms.keys, self.office.handlers, self.desk.hurry)
        self.port = int(self.listener.contact_address.rpartition(":")[2])
        self.desk.news.append(Noted(f"workers find this class at port {self.port}"))
        self.sweeping = asyncio.ensure_future(self._sweep())

    async def _sweep(self) -> None:
        """Look for machines that went silent; time in which this process stood still does not count."""
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.2)
            if (still := time.monotonic() - last - 0.2) > self.terms.pace.beat:
                for machine in list(self.desk.machines.values()):
                    machine.forgive(still)
            last = time.monotonic()
            self.desk.sweep()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Send a Run to a machine; `fn` is `run_job`, which is what a worker does with it."""
        (folder,) = args
        order = read_order(folder)
        if order is None:
            done: Future[Any] = Future()
            done.set_result(None)
            return done
        return self.desk.put(open_parcel(folder, order, load_job(folder), self.incoming / folder.name))

    def count_places(self) -> int:
        """Return how many Runs may be submitted at once, now; FixableError after too long without a machine."""
        return self.desk.count_places()

    def list_news(self) -> list[Event]:
        """Return what is to be told since the last time."""
        news: list[Event] = []
        with contextlib.suppress(IndexError):
            while True:
                news.append(self.desk.news.popleft())
        return news

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown(how="end" if kind is None else "stop")

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False, how: str = "stop") -> None:
        """Tell the workers that the class is over, once each, and stop listening."""
        self.desk.closing = how
        since, patience = time.monotonic(), self.terms.pace.beat + 1.0
        while self._count_untold(since) and time.monotonic() < since + patience:
            time.sleep(0.05)
        for machine in list(self.desk.machines.values()):
            self.desk.leave(machine, "the class is over" if how == "end" else "stopped")
        self._stop()

    def _count_untold(self, since: float) -> int:
        with self.desk.lock:
            return sum(machine.told < since for machine in self.desk.machines.values())

    def _stop(self) -> None:
        async def close() -> None:
            if self.listener is not None:
                self.sweeping.cancel()
                self.listener.stop()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        asyncio.run_coroutine_threadsafe(close(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
        LOGGER.removeHandler(self.refusals)
        shutil.rmtree(self.incoming, ignore_errors=True)
