"""A path told in a file of a folder: whole, and as seen from the folder, so that what is copied together stays so."""

import os
from pathlib import Path


def tell_path(path: Path, folder: Path) -> tuple[str, str]:
    """Return a path whole and as seen from a folder, as text that any file can hold."""
    seen = os.path.relpath(path.parent.resolve() / path.name, folder.resolve())
    whole, seen = (os.fsencode(one).decode(errors="backslashreplace") for one in (os.path.abspath(path), seen))
    return whole, seen


def find_path(whole: str, seen: str | None, folder: Path) -> Path:
    """Return what a told path means for the folder as it is named now: the thing seen from it, where there is one.

    seen: None in the files of an earlier version.
    """
    if seen is None:
        return Path(whole)
    beside = Path(os.path.normpath(folder.resolve() / seen))
    return Path(whole) if not beside.exists() and Path(whole).exists() else beside
