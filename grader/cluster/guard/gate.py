"""The gate of a driver's port: whoever reaches it, with a certificate or without, leaves it descriptors to work with.

A connection that is not made within some seconds is closed. Of those that are being made there are few at once: the
oldest gives way to the next, since who has the certificate needs milliseconds. And there is an end to all together.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

HANDSHAKE_SECONDS = 10.0  # in which a connection is made, both sides' certificates looked at
MOST_DESCRIPTORS = 65536  # that a driver asks for: more than any class needs
LOGGER = logging.getLogger("distributed.comm.tcp")
Hand = Callable[[Any, Any], Awaitable[None]]


class Gate:
    """Counts the connections of one listener."""

    def __init__(self, hand_on: Hand, descriptors: int) -> None:
        self.hand_on = hand_on
        self.most, self.most_waiting = max(16, descriptors // 2), max(8, min(256, descriptors // 8))
        self.waiting: dict[Any, asyncio.TimerHandle] = {}  # streams, the oldest first
        self.made: set[Any] = set()  # streams

    def let_in(self, stream: Any, address: Any) -> Awaitable[None] | None:
        """Begin to make a connection; what is to be closed for it is closed at once."""
        if len(self.waiting) >= self.most_waiting:
            self._close(next(iter(self.waiting)))
        if len(self.made) + len(self.waiting) >= self.most:
            LOGGER.warning(f"there are {len(self.made)} already, and no descriptors to spare; it was closed")
            stream.close()
            return None
        timer = asyncio.get_running_loop().call_later(HANDSHAKE_SECONDS, self._close, stream)
        self.waiting[stream] = timer
        return self._hold(stream, address)

    async def _hold(self, stream: Any, address: Any) -> None:
        try:
            await self.hand_on(stream, address)
        except Exception as error:  # of Dask's, where the other end says what is no handshake or no message
            LOGGER.warning(f"{type(error).__name__}: {error}")
        finally:
            self._close(stream)

    def admit(self, stream: Any) -> None:
        """Note that a connection is made, and may last."""
        if (timer := self.waiting.pop(stream, None)) is not None:
            timer.cancel()
            self.made.add(stream)

    def _close(self, stream: Any) -> None:
        self.admit(stream)
        self.made.discard(stream)
        stream.close()


class Refusals(logging.Handler):
    """Tells whoever listens which connections were refused, and of very many only how many there were."""

    MOST, WITHIN = 30, 60.0  # lines, in so many seconds

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self.tell, self.since, self.told, self.untold = tell, 0.0, 0, 0

    def emit(self, record: logging.LogRecord) -> None:
        """Tell one refusal."""
        if time.monotonic() - self.since > self.WITHIN:
            if self.untold:
                self.tell(f"refused {self.untold} connections more")
            self.since, self.told, self.untold = time.monotonic(), 0, 0
        if self.told < self.MOST:
            self.told += 1
            self.tell(f"refused a connection: {' '.join(record.getMessage().split())[:300]}")
        else:
            self.untold += 1


def raise_descriptors(wanted: int = MOST_DESCRIPTORS) -> int:
    """Raise the number of files and connections that this process may have open, as far as it may; return it."""
    import resource  # here: Windows has none

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted if soft == resource.RLIM_INFINITY else soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted
