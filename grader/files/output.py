"""A file that a person asked for, at a place of their choice."""

from pathlib import Path

from assignment.fixable import FixableError
from grader.files.whole import write_whole


def save_output(path: Path, data: bytes) -> None:
    """Write a file and make its folders; FixableError where the place cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    except OSError as error:
        raise FixableError(f"{path}: {error.strerror}; expected a place that can be written") from None
