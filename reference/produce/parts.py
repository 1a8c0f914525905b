"""Parts: what was computed of one picture, or of one layer, and is kept, so that only what is new is computed anew.

A part is a few arrays, as they were computed, in a file whose name is a digest of all that they depend on. A changed
picture, experiment, model, program or package gives another name; a command that was stopped finds what it had done.
The files that were used least lately go when there are more than LIMIT bytes of them.
"""

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Part = dict[str, Array]
Key = Mapping[str, Any]  # all that a part depends on, as JSON has it

LIMIT = 2 * 2**30  # bytes of all files together
SUFFIX = ".npz"


class Store:
    """A folder of parts; `found` and `computed` count those that were asked for.

    depends: what all of them depend on, beside the key of each.
    """

    def __init__(self, folder: Path, depends: Key) -> None:
        self.folder, self.depends = folder, depends
        self.found = self.computed = 0

    def find(self, key: Key) -> Path:
        """Return where the part of a key lies, whether there is one or not."""
        text = json.dumps([self.depends, key], sort_keys=True)
        return self.folder / (hashlib.sha256(text.encode()).hexdigest() + SUFFIX)

    def load(self, key: Key) -> Part | None:
        """Return a part; None where there is none, or none that can be read."""
        path = self.find(key)
        try:
            with np.load(path, allow_pickle=False) as arrays:
                part = dict(arrays)
            os.utime(path)
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            return None
        return part

    def save(self, key: Key, part: Part) -> None:
        """Keep a part; whoever is stopped in the middle leaves none."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix="new-", delete=False) as stream:
            np.savez(stream, **part)  # type: ignore[arg-type]
        Path(stream.name).replace(self.find(key))

    def tidy(self, limit: int = LIMIT) -> None:
        """Remove the parts that were used least lately, until what is left has at most `limit` bytes."""
        rows = [(stat.st_mtime, stat.st_size, path) for path in self.folder.glob("*") if (stat := path.stat())]
        left = sum(size for _, size, _ in rows)
        for _, size, path in sorted(rows):
            if left <= limit:
                break
            path.unlink(missing_ok=True)
            left -= size


def find_parts(store: Store | None, keys: Sequence[Key], compute: Callable[[list[int]], Sequence[Part]]) -> list[Part]:
    """Return the part of each key; `compute` is given the numbers of those that are not kept, and returns theirs."""
    found = [store.load(key) for key in keys] if store else [None] * len(keys)
    missing = [number for number, part in enumerate(found) if part is None]
    made = dict(zip(missing, compute(missing), strict=True)) if missing else {}
    if store:
        for number, part in made.items():
            store.save(keys[number], part)
        store.found, store.computed = store.found + len(keys) - len(made), store.computed + len(made)
    return [made[number] if part is None else part for number, part in enumerate(found)]
