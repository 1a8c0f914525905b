"""The one exception that means "someone can fix this", its Faults, and how pydantic's complaints become them.

A Fault is printed as one line: `place: place: what it is; expected what it may be`. It is joined where it is printed
and nowhere else: who sorts, groups or moves faults reads `place`. Any other exception is our own bug.

A text that is not ours (a file's name, a library's message, what a course or a student wrote) is shown one way: what
would act on a terminal or turn a line around is written as an escape (`show_text`), on one line (`show_line`), or as
Python writes a value (`show_value`).
"""

import difflib
import errno
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from assignment.files.foreign import read_file

Model = TypeVar("Model", bound=BaseModel)
LONGEST = 4000  # characters of a line that is shown
UNSEEN = re.compile(  # what controls a terminal, breaks or turns a line, or is not drawn; not ZWJ and ZWNJ, which write
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
MOST_YAML = 4 * 2**20  # bytes of a YAML file
MOST_NODES = 1_000_000  # values in it
UNFIT = (ValueError, OverflowError, LookupError, AttributeError, TypeError)  # what yaml raises of a value, as it comes


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that a user can mend: where it is, the widest place first, and what it is and was expected to be.

    >>> print(Fault(("bank/lime.yaml", "lime-1"), "number 7; expected 1"))
    bank/lime.yaml: lime-1: number 7; expected 1
    """

    place: tuple[str, ...]
    says: str

    def __str__(self) -> str:
        return show_line(": ".join((*self.place, self.says)))

    def within(self, *place: str) -> "Fault":
        """Return the same fault as seen from outside: these places stand before its own."""
        return Fault((*place, *self.place), self.says)

    def is_in(self, *place: str) -> bool:
        """Tell whether it lies in a place: at it, or at anything inside it."""
        return self.place[: len(place)] == place


class FixableError(Exception):
    """One or more faults that a user can mend; a text is a fault without a place. `str()` gives one line a fault."""

    def __init__(self, *faults: Fault | str) -> None:
        self.faults = tuple(fault if isinstance(fault, Fault) else Fault((), fault) for fault in faults)
        super().__init__(*self.faults)

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))

    def within(self, *place: str) -> "FixableError":
        """Return an error of the same faults as seen from outside."""
        return FixableError(*(fault.within(*place) for fault in self.faults))


def check_all(faults: Iterable[Fault | str]) -> None:
    """Raise one FixableError with all faults; do nothing when there are none."""
    found = tuple(faults)
    if found:
        raise FixableError(*found)


def show_text(text: str) -> str:
    r"""Return a text in which nothing acts: what nobody sees is an escape, but for tabs and line ends.

    >>> print(show_text("a\x1b[31m \u202eb\n王"))
    a\x1b[31m \u202eb
    王
    """
    return text if text.isprintable() else UNSEEN.sub(_escape, text)


def show_line(text: str, most: int = LONGEST) -> str:
    r"""Return a text as `show_text` does, on one line of at most so many characters.

    >>> print(show_line("a\nb\t"), show_line("x" * 9, 6))
    a\nb\t xxx...
    """
    line = re.sub("[\n\t]", _escape, show_text(text[: most + 1]))
    return line if len(line) <= most else line[: most - 3] + "..."


def _escape(sign: re.Match[str]) -> str:
    return sign[0].encode("unicode_escape").decode()


def show_value(value: object) -> str:
    """Return a value as the user wrote it, short enough for one line.

    >>> show_value("ab")
    "'ab'"
    >>> show_value("x" * 100)
    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..."
    """
    text = repr(value)
    return text if len(text) <= 63 else text[:60] + "..."


def suggest(name: str, known: Iterable[str]) -> str:
    """Return what a misspelt name may be, the nearest first.

    >>> suggest("ruoghness", ["mass_inside", "roughness"])
    'one of mass_inside, roughness (the nearest is roughness)'
    """
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f"one of {', '.join(names)}" + (f" (the nearest is {near[0]})" if near else "")


def to_faults(error: ValidationError, *place: str) -> tuple[Fault, ...]:
    """Return pydantic's complaints as faults: the place that is given, then the fields that lead to the value."""
    return tuple(Fault((*place, *map(str, item["loc"])), _explain(item)) for item in error.errors())


def _explain(item: Any) -> str:
    kind, message = item["type"], item["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        return "unknown field; expected only the documented ones"
    if kind == "missing":
        return "missing; expected a value"
    if kind == "value_error":
        return str(message)
    return f"{show_value(item['input'])}; expected {message.removeprefix('Input should be ')}"


def parse_as(model: type[Model], data: object, *place: str) -> Model:
    """Return `data` as a `model`; FixableError with every fault at once, each with its place."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise FixableError(*to_faults(error, *place)) from None


def load_file(path: Path, most: int, expected: str, *, place: str | None = None, limit: str = "that") -> bytes:
    """Return the bytes of a file that is not ours; FixableError where it is no regular file of at most `most` bytes.

    limit: what a file that is larger was expected to have at most.
    """
    try:
        return read_file(path, most)
    except OSError as error:
        wanted = f"at most {limit}" if error.errno == errno.EFBIG else expected
        raise FixableError(Fault((place or str(path),), f"{error.strerror}; expected {wanted}")) from None


def load_yaml(path: Path, *, place: str | None = None) -> object:
    """Return what a YAML file holds; FixableError when it is missing, unreadable or not YAML."""
    where = place or str(path)
    data = load_file(path, MOST_YAML, "a readable YAML file", place=where)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        says = f"byte {error.start} is not UTF-8; expected a YAML file in UTF-8"
        raise FixableError(Fault((where,), says)) from None
    return parse_yaml(text, where)


def parse_yaml(text: str, place: str) -> object:
    """Return what a YAML text means; FixableError when it is not YAML, or means more than memory holds."""
    try:
        return _construct(text, place)
    except yaml.YAMLError as error:
        raise FixableError(to_yaml_fault(error, place)) from None
    except (ValueError, OverflowError, RecursionError) as error:  # "\UFFFFFFFF" is no character
        raise FixableError(Fault((place,), f"{error}; expected well-formed YAML")) from None


class _Loader(yaml.SafeLoader):
    """Says of a value that cannot be made (the 31st of June, `!!bool x`) where it is, whatever it raised."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Return what a node means."""
        try:
            return super().construct_object(node, deep)
        except UNFIT:
            raise to_unfit(node) from None


def to_unfit(node: yaml.Node) -> yaml.YAMLError:
    """Return what to raise of a node that its tag, written or read from its form, does not fit."""
    value = show_value(node.value) if isinstance(node, yaml.ScalarNode) else "a list or a mapping"
    return yaml.MarkedYAMLError(problem=f"{value} is no {node.tag.rpartition(':')[2]}", problem_mark=node.start_mark)


def _construct(text: str, place: str) -> object:
    """Return what a YAML text means; FixableError where its aliases make a little text more than memory holds."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is not None and _count_nodes(node, {}) > MOST_NODES:
            says = f"more than {MOST_NODES} values, aliases written out; expected at most that"
            raise FixableError(Fault((place,), says))
        return loader.construct_document(node) if node is not None else None
    finally:
        loader.dispose()


def _count_nodes(node: yaml.Node, known: dict[int, int]) -> int:
    """Return how many values a node has, counted as often as they are meant; without end where one holds itself."""
    if id(node) not in known:
        known[id(node)] = MOST_NODES + 1  # until it is known: met again meanwhile, it lies within itself
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        parts = [one for pair in pairs for one in pair] or (node.value if isinstance(node, yaml.SequenceNode) else ())
        known[id(node)] = 1 + sum(_count_nodes(one, known) for one in parts)
    return known[id(node)]


def to_yaml_fault(error: yaml.YAMLError, *place: str) -> Fault:
    """Return what a YAML reader complains of as a fault: the place that is given, then the line."""
    mark = getattr(error, "problem_mark", None)
    line = (f"line {mark.line + 1}",) if mark else ()
    says = " ".join(str(getattr(error, "problem", error)).split())
    return Fault((*place, *line), f"{says}; expected well-formed YAML")
