"""The entries of a decisions file, YAML or CSV alike: texts as they were written, each with its place.

The file may be large, broken or hostile. YAML is a list of mappings of texts and nothing else: no anchors, nothing
deeper, no number or date that turns `0123` or `2027-05-28` into something else.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assignment.fixable import Fault, FixableError, load_file, show_value, to_yaml_fault
from grader.decisions.decision import FIELDS
from questions.table import Form, parse_table

MOST_BYTES = 2**20
MOST_ENTRIES = 5000
DEEPEST = 4  # a list of mappings of texts, and one level for what stands where a text should
EXPECTED = f"a list of decisions, each with fields of {', '.join(FIELDS)}"
FORM = Form(FIELDS, f"a CSV file with the columns {', '.join(FIELDS)}", most_bytes=MOST_BYTES, most_rows=MOST_ENTRIES)
YAML_ENDINGS, CSV_ENDING = (".yaml", ".yml"), ".csv"
ENDINGS = (*YAML_ENDINGS, CSV_ENDING)


@dataclass(frozen=True)
class Entry:
    """One entry. `lines`: the first and the last line of it, from 1."""

    place: tuple[str, ...]
    texts: dict[str, str]
    faults: tuple[Fault, ...] = ()
    lines: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Entries:
    """Everything in a file; `notes` say what a person may want to know of how it was read."""

    each: tuple[Entry, ...]
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()


def load_bytes(file: Path) -> bytes:
    """Return the bytes of a decisions file; FixableError where there is none, or where it is too large."""
    return load_file(file, MOST_BYTES, "a file of decisions")


def parse_entries(data: bytes, file: Path) -> Entries:
    """Return the entries of a file by its ending; FixableError where they cannot be told apart."""
    ending = file.suffix.lower()
    if ending == CSV_ENDING:
        return _parse_csv(data, str(file))
    if ending in YAML_ENDINGS:
        return _parse_yaml(data, str(file))
    raise FixableError(Fault((str(file),), f"ends with {show_value(ending)}; expected {', '.join(ENDINGS)}"))


def _parse_csv(data: bytes, file: str) -> Entries:
    table = parse_table(data, file, FORM)
    columns = table.find_columns(FIELDS)
    faults = [*table.find_unknown(FIELDS), *table.find_doubled(FIELDS)]
    if "decision" not in columns:
        says = f"no column 'decision'; expected the columns {', '.join(FIELDS)}"
        faults.append(Fault(table.heading.place, says))
    each = []
    for row in table.rows:
        line = int(row.place[-1].removeprefix("line "))
        broken = () if row.fault is None else (row.fault,)
        texts = {} if broken else {name: row.cells[column].strip() for name, column in columns.items()}
        each.append(Entry(row.place, texts, broken, (line, line)))
    return Entries(tuple(each), tuple(faults), table.notes)


class _Loader(yaml.BaseLoader):
    """Texts, lists and mappings, without anchors and to a small depth, so that no file can make us large."""

    def __init__(self, text: str, file: str) -> None:
        super().__init__(text)
        self.file, self.depth = file, 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Return the next node; FixableError at once where it has no place in a list of decisions."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        place = (self.file, f"line {event.start_mark.line + 1}")
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise FixableError(Fault(place, "an anchor or an alias (& or *); expected the text itself"))
        if self.depth == DEEPEST:
            raise FixableError(Fault(place, f"nested deeper than a decision is; expected {EXPECTED}"))
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def compose(data: bytes, file: str) -> yaml.Node | None:
    """Return the YAML of a file as nodes, which know their lines; None for an empty one."""
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        says = f"byte {error.start} is not UTF-8; expected {EXPECTED} in UTF-8"
        raise FixableError(Fault((file,), says)) from None
    try:
        node: yaml.Node | None = _Loader(text, file).get_single_node()
    except yaml.YAMLError as error:
        raise FixableError(to_yaml_fault(error, file)) from None
    except (ValueError, OverflowError) as error:  # "\UFFFFFFFF" is no character
        raise FixableError(Fault((file,), f"{error}; expected well-formed YAML")) from None
    return node


def _parse_yaml(data: bytes, file: str) -> Entries:
    node = compose(data, file)
    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
        return Entries(())
    if not isinstance(node, yaml.SequenceNode):
        raise FixableError(Fault((file, _name_line(node)), f"no list; expected {EXPECTED}"))
    if len(node.value) > MOST_ENTRIES:
        raise FixableError(Fault((file,), f"{len(node.value)} decisions; expected at most {MOST_ENTRIES}"))
    return Entries(tuple(_take_node(one, file) for one in node.value))


def _take_node(node: yaml.Node, file: str) -> Entry:
    """Return one item of the list; what is no mapping of texts is a fault."""
    place = (file, _name_line(node))
    if not isinstance(node, yaml.MappingNode):
        return Entry(place, {}, (Fault(place, "no mapping; expected fields such as `decision: void`"),))
    texts: dict[str, str] = {}
    faults = list(_find_field_faults(node, file))
    for name, value in node.value:
        if isinstance(name, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode):
            texts[name.value] = value.value.strip()
    marks = [one.end_mark for pair in node.value for one in pair]
    last = max((mark.line if mark.column else mark.line - 1 for mark in marks), default=node.start_mark.line)
    return Entry(place, texts, tuple(faults), (node.start_mark.line + 1, last + 1))


def _find_field_faults(node: yaml.MappingNode, file: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for name, value in node.value:
        where = (file, _name_line(name))
        if not isinstance(name, yaml.ScalarNode) or not isinstance(value, yaml.ScalarNode):
            yield Fault(where, "a list or a mapping within a decision; expected a text")
        elif name.value not in FIELDS:
            yield Fault(where, f"unknown field {show_value(name.value)}; expected fields of {', '.join(FIELDS)}")
        elif name.value in seen:
            yield Fault((*where, name.value), "a second time; expected once")
        else:
            seen.add(name.value)


def _name_line(node: yaml.Node) -> str:
    return f"line {node.start_mark.line + 1}"
