"""How long a class waits where nothing can be started: longer each time, and not for ever."""

import time
from dataclasses import dataclass

from assignment.fixable import FixableError

PAUSES = (1.0, 2.0, 5.0, 10.0, 20.0)  # seconds; the last one again and again
MOST_SECONDS = 300.0  # then a person is asked


@dataclass
class Pause:
    """Since when nothing could be started, and how often that was tried; `forget` where something could."""

    since: float | None = None
    tries: int = 0

    def find_seconds(self, reason: str) -> float:
        """Return how long to wait now; FixableError with the reason where that has been long enough."""
        self.since = time.monotonic() if self.since is None else self.since
        if time.monotonic() - self.since > MOST_SECONDS:
            tried = f"in {MOST_SECONDS:.0f} s no notebook could be started, and no hand-in was charged for it"
            raise FixableError(f"{reason} ({tried}; then run the same command again)")
        self.tries += 1
        return PAUSES[min(self.tries, len(PAUSES)) - 1]

    def forget(self) -> None:
        """Note that something could be started."""
        self.since, self.tries = None, 0
