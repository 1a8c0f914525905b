"""The one exception that means "someone can fix this", and how pydantic's complaints become it.

Every fault is one line: `where: what it is; expected what it may be`. Anything else that is raised is our own bug.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


class FixableError(Exception):
    """One or more faults that a user can mend. `str()` gives one line a fault."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


def check_all(faults: Iterable[str]) -> None:
    """Raise one FixableError with all faults; do nothing when there are none."""
    found = tuple(faults)
    if found:
        raise FixableError(*found)


def show_value(value: object) -> str:
    """Return a value as the user wrote it, short enough for one line.

    >>> show_value("ab")
    "'ab'"
    >>> show_value("x" * 100)
    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..."
    """
    text = repr(value)
    return text if len(text) <= 63 else text[:60] + "..."


def find_faults(error: ValidationError, place: str) -> tuple[str, ...]:
    """Return pydantic's complaints as lines of our form, place first."""
    return tuple(_fault_line(item, place) for item in error.errors())


def _fault_line(item: Any, place: str) -> str:
    path = [str(part) for part in item["loc"]]
    kind, message = item["type"], item["msg"]
    if kind == "extra_forbidden":
        return f"{': '.join([place, *path])}: unknown field; expected only the documented ones"
    if kind == "missing":
        return f"{': '.join([place, *path])}: missing; expected a value"
    message = message.removeprefix("Value error, ")
    where = ": ".join([place, *path])
    if kind == "value_error":
        return f"{where}: {message}"
    expected = message.removeprefix("Input should be ")
    return f"{where}: {show_value(item['input'])}; expected {expected}"


def parse_as(model: type[Model], data: object, place: str) -> Model:
    """Return `data` as a `model`; FixableError with every fault at once, each with its place."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise FixableError(*find_faults(error, place)) from None


def load_yaml(path: Path, *, place: str | None = None) -> object:
    """Return what a YAML file holds; FixableError when it is missing, unreadable or not YAML."""
    where = place or str(path)
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FixableError(f"{where}: {error.strerror or error}; expected a readable YAML file") from None
    except UnicodeDecodeError as error:
        raise FixableError(f"{where}: byte {error.start} is not UTF-8; expected a YAML file in UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f": line {mark.line + 1}" if mark else ""
        raise FixableError(f"{where}{line}: {getattr(error, 'problem', error)}; expected well-formed YAML") from None
