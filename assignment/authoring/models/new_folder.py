"""A folder of a course that is there whole or not at all: made aside, then put into its place."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assignment.fixable import Fault, FixableError

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@contextmanager
def make_folder(place: Path, source: Path) -> Iterator[Path]:
    """Yield an empty folder that is put in the place of `place` when all went well; else nothing has changed.

    Everybody may read what is in it: the sandbox's user is another, and safetensors writes for the owner alone.
    What is wrong with a file in it is said of `source`, where it comes from. FixableError where nothing can be written.
    """
    aside, before = (place.with_name(f".{place.name}.{end}") for end in ("new", "old"))
    try:
        _remove(aside, before)
        aside.mkdir(parents=True)
        yield aside
        _let_all_read(aside)
        if place.exists():
            place.rename(before)
        aside.rename(place)
    except FixableError as error:
        raise FixableError(*(_say_of(fault, aside, source) for fault in error.faults)) from None
    except OSError as error:
        says = f"{error.strerror or error}; expected a folder that can be written, and files that can be read"
        raise FixableError(Fault((str(error.filename or place),), says)) from None
    finally:
        _remove(aside, before)


def _let_all_read(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))


def _remove(*folders: Path) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _say_of(fault: Fault, aside: Path, source: Path) -> Fault:
    """Return a fault of what was made as one of what it was made from."""

    def say(text: str) -> str:
        if source.is_dir():
            return text.replace(str(aside), str(source))
        return re.sub(rf"{re.escape(str(aside))}(/[\w.-]+)?", lambda _: str(source), text)

    return Fault(tuple(map(say, fault.place)), say(fault.says))


def check_name(name: str) -> str:
    """Return the name that a model's folder gets; FixableError where it is none for a folder."""
    if not NAME.fullmatch(name):
        says = f"{name!r}; expected letters, digits, '_', '-' and '.', a letter, a digit or '_' first"
        raise FixableError(Fault(("--name",), says))
    return name
