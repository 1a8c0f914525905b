"""Files of ours: there whole or not at all, on disk before what follows, and read with their place in errors."""

import json
import os
import secrets
from pathlib import Path

from assignment.fixable import FixableError


def write_whole(path: Path, data: bytes) -> None:
    """Write a file, or replace it; a reader sees the old bytes or the new ones."""
    aside = _write_aside(path, data)
    aside.replace(path)
    _sync_folder(path.parent)


def create_whole(path: Path, data: bytes) -> bool:
    """Write a file unless there is one; the first of several writers wins. Tell whether this was the first."""
    aside = _write_aside(path, data)
    try:
        os.link(aside, path)
        return True
    except FileExistsError:
        return False
    finally:
        aside.unlink()
        _sync_folder(path.parent)


def find_leftovers(folder: Path) -> tuple[Path, ...]:
    """Return what writers that were killed left in a folder, of JSON files and of notebooks."""
    return tuple(sorted((*folder.glob(".*.json*"), *folder.glob(".*.ipynb.*"))))


def load_json(path: Path, expected: str) -> object:
    """Return what a JSON file holds; FixableError, with what was expected, where it cannot be read or is not JSON."""
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise FixableError(f"{path}: {error.strerror}; expected {expected}") from None
    except (ValueError, RecursionError):
        raise FixableError(f"{path}: not JSON; expected {expected}") from None


def _write_aside(path: Path, data: bytes) -> Path:
    aside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")  # machines may share the folder
    with aside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return aside


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
