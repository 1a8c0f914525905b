"""Files of a course, written together: all are complete on the disk before the first takes its place."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from assignment.fixable import Fault, FixableError


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write or replace files of a folder by their paths in it; FixableError where it cannot be written."""
    with told_place(folder):
        aside = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
        try:
            for number, (path, data) in enumerate(files.items()):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                with (aside / str(number)).open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            for number, path in enumerate(files):
                (aside / str(number)).replace(folder / path)
        finally:
            shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def told_place(folder: Path) -> Iterator[None]:
    """Turn what the system refuses into a FixableError with its place."""
    try:
        yield
    except OSError as error:
        place = str(error.filename or folder)
        if Path(place).name.startswith(".") or ".new-" in place:
            place = str(folder)
        raise FixableError(Fault((place,), f"{error.strerror}; expected a place that can be written")) from None
