"""A file that a person asked for, at a place of their choice."""

from pathlib import Path

from assignment.fixable import FixableError


def save_output(path: Path, data: bytes) -> None:
    """Write a file and make its folders; FixableError where the place cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise FixableError(f"{path}: {error.strerror}; expected a place that can be written") from None
