"""What lies in the folders that a notebook may write to: each file by its bytes, each folder and link by its name."""

import hashlib
import os
import stat
from collections.abc import Iterable

PIECE = 1024 * 1024  # bytes read at once


def list_files(folders: Iterable[str]) -> dict[str, str]:
    """Return what lies where, by absolute path. What vanishes meanwhile, or may not be read, is said to be so.

    What is mounted in a folder is not the notebook's to write, and is passed over.
    """
    found: dict[str, str] = {}
    for folder in folders:
        for place, inner, files in os.walk(folder):
            inner[:] = [name for name in inner if not os.path.ismount(os.path.join(place, name))]
            for name in (*inner, *files):
                path = os.path.abspath(os.path.join(place, name))
                found[path] = describe_file(path)
    return found


def describe_file(path: str) -> str:
    """Return the kind, the permissions and a digest of the bytes of what lies at a path."""
    try:
        seen = os.lstat(path)
        mode = f"{stat.filemode(seen.st_mode)}"
        if stat.S_ISLNK(seen.st_mode):
            return f"{mode} {os.readlink(path)}"
        if not stat.S_ISREG(seen.st_mode):
            return mode
        digest = hashlib.sha1(usedforsecurity=False)
        with open(path, "rb") as file:
            while data := file.read(PIECE):
                digest.update(data)
    except OSError as error:
        return f"unreadable: {error.strerror}"
    return f"{mode} {seen.st_size} {digest.hexdigest()}"
