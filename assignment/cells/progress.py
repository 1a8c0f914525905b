"""A bar below a cell that takes long. It is drawn again in its place; what stays of it is the same in every run."""

import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from IPython.core.getipython import get_ipython
from IPython.display import display

Item = TypeVar("Item")
WIDTH = 30  # characters of a bar
PAUSE = 0.2  # seconds between two drawings: each is a message that the notebook keeps count of


class Bar:
    """One bar: what is done of a number of steps or bytes, and how long the rest will take."""

    def __init__(self, says: str, total: int, unit: str = "", scale: float = 1) -> None:
        self.says, self.total, self.unit, self.scale = says, total, unit, scale
        self._began = self._drawn = time.monotonic()
        self._first: int | None = None
        self._handle: Any = None

    def show(self, done: int) -> None:
        """Draw how much is done; at the end without a time, so that no two runs differ."""
        now = time.monotonic()
        if self._first is None:
            self._first = done  # what was there before this began tells nothing of its speed
        elif done < self.total and now - self._drawn < PAUSE:
            return
        self._drawn = now
        self._draw(self.describe(done, now - self._began))

    def describe(self, done: int, seconds: float) -> str:
        """Return the bar's text after some seconds.

        >>> bar = Bar("LIME", 10)
        >>> bar.describe(5, 3.0), bar.describe(10, 6.0)
        ('LIME ███████████████░░░░░░░░░░░░░░░ 5 / 10, 3 s', 'LIME 10 / 10')
        """
        count = f"{self._count(done)} / {self._count(self.total)}{self.unit}"
        if done >= self.total:
            return f"{self.says} {count}"
        full, came = int(WIDTH * done / self.total), done - (self._first or 0)
        left = f", {round(seconds * (self.total - done) / came)} s" if came > 0 else ""
        return f"{self.says} {'█' * full}{'░' * (WIDTH - full)} {count}{left}"

    def _count(self, number: int) -> str:
        return str(number) if self.scale == 1 else f"{number / self.scale:.1f}"

    def _draw(self, text: str) -> None:
        if self._handle is not None:
            self._handle.update({"text/plain": text}, raw=True)
        elif get_ipython() is not None:  # elsewhere nothing could be drawn again
            self._handle = display({"text/plain": text}, raw=True, display_id=True)  # type: ignore[no-untyped-call]


def tqdm(items: Iterable[Item], desc: str, total: int | None = None) -> Iterator[Item]:
    """Yield items, and show below the cell how many are done: the official cells call it as they called tqdm's own.

    total: how many there are, where `len` does not tell.
    """
    bar = Bar(desc, len(items) if total is None else total)  # type: ignore[arg-type]
    bar.show(0)
    for done, item in enumerate(items, start=1):
        yield item
        bar.show(done)
