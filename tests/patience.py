"""How long a test waits for what must happen: far longer than a loaded machine needs, and only where it never does.

A limit that is itself what a test proves stands in that test; every other wait takes this one, so that no test fails
because the machine is slow.
"""

import time
from collections.abc import Callable
from typing import Any

PATIENCE = 600  # seconds


def wait_until(holds: Callable[[], Any], seconds: float = PATIENCE) -> bool:
    """Tell whether something came to hold."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.02)
    return False
