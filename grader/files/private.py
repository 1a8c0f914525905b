"""What hw9 writes for the staff is theirs alone: answers, verdicts and names are no other account's business.

A folder that somebody gave an access list of its own (`setfacl`) keeps it: so a team shares a RUNS folder.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MASK = 0o077  # what files and folders are made without: all that is not their owner's
ACCESS_LIST = "system.posix_acl_access"
_COMPILED = "PYTHONDONTWRITEBYTECODE"  # else processes that we start would compile modules for us alone


@contextmanager
def keep_private() -> Iterator[None]:
    """Have whatever is written meanwhile be readable by its owner alone, by processes that are started too."""
    before, compiled = os.umask(MASK), os.environ.get(_COMPILED)
    os.environ[_COMPILED] = compiled or "1"
    try:
        yield
    finally:
        os.umask(before)
        if compiled is None:
            os.environ.pop(_COMPILED, None)


def make_private(folder: Path) -> None:
    """Make a folder that its owner alone may enter, and close one that is there; OSError where none can be made."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if is_open(folder):
        with suppress(OSError):  # another's folder: that is said by who looks again
            folder.chmod(stat.S_IMODE(folder.stat().st_mode) & ~MASK)


def is_open(folder: Path) -> bool:
    """Tell whether accounts may read or enter a folder whom nobody named."""
    named = ACCESS_LIST in (os.listxattr(folder) if hasattr(os, "listxattr") else ())
    return bool(folder.stat().st_mode & (0o007 if named else MASK))
