"""Which files and folders of a notebook's own a cell opened or listed, as Python's audit events tell.

What a library written in C opens by itself is not told, nor what is only asked for (`exists`); the rule knows that.
"""

import os
import sys
from collections.abc import Sequence

LISTING = frozenset({"os.listdir", "os.scandir"})
TOUCHING = frozenset({"open", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink"})


class FileTrace:
    """Hears what is opened and listed in some folders. There is one a process, for a hook cannot be taken back."""

    def __init__(self, folders: Sequence[str]) -> None:
        self.folders = tuple(os.path.join(os.path.realpath(folder), "") for folder in folders)
        self.opened: set[str] = set()
        self.listed: set[str] = set()
        self.hears = False
        sys.addaudithook(self._hear)

    def begin(self) -> None:
        """Hear anew."""
        self.opened.clear()
        self.listed.clear()
        self.hears = True

    def end(self) -> dict[str, list[str]]:
        """Hear no more; return what was opened, or looked for in vain, and what was listed."""
        self.hears = False
        return {"opened": sorted(self.opened), "listed": sorted(self.listed)}

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.hears or (event not in LISTING and event not in TOUCHING):
            return
        into = self.listed if event in LISTING else self.opened
        for one in arguments[: 2 if event in ("os.rename", "os.link", "os.symlink") else 1]:
            if one is None or isinstance(one, str | bytes | os.PathLike):
                path = os.path.join(os.path.abspath(os.fsdecode(one if one is not None else ".")), "")
                if path.startswith(self.folders):
                    into.add(path.rstrip("/"))
