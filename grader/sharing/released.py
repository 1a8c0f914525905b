"""The released notebook as a class shares it: its cells, and once they ran what each gave and what it left."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assignment.fixable import FixableError
from grader.handins.sharing import find_free, list_sources
from grader.sharing.replay import Record
from grader.trunk.rule.known import Known, Look, Trace, parse_look
from grader.trunk.rule.names import Names, find_names
from grader.trunk.rule.path import Path as HandinPath
from grader.trunk.rule.path import find_path


@dataclass(frozen=True)
class Snapshot:
    """Where a snapshot of the trunk hears, and what is mounted in its cage."""

    control: int
    mounted: tuple[Path, ...]


@dataclass
class Released:
    """What is known by now; `over` once nothing more comes, `why` where that is not all."""

    sources: tuple[str, ...]
    free: tuple[bool, ...]
    names: tuple[Names, ...]
    records: list[Record] = field(default_factory=list)
    looks: dict[int, Look] = field(default_factory=dict)
    snapshots: dict[int, Snapshot] = field(default_factory=dict)
    outputs: Mapping[str, int] = field(default_factory=dict)  # descriptors of what the trunk saved
    notes: tuple[str, ...] = ()
    memory_group: str = "none"
    edges: list[int] = field(default_factory=list)  # whoever has no snapshot where they leave shares up to one of these
    end: int | None = None  # the released cell from which on nobody shares
    stops: str = ""  # why there is the first of these
    over: bool = False
    why: str = ""

    def note(self, kind: str, said: Any, descriptors: Sequence[int]) -> None:
        """Take in one thing that the keeper of the trunk tells."""
        if kind == "record":
            self.records.append(load(descriptors[0]))
        elif kind == "look":
            self.looks[said] = parse_look(load(descriptors[0]))
        elif kind == "snapshot":
            self.snapshots[said["point"]] = Snapshot(descriptors[0], tuple(map(Path, said["mounted"])))
        elif kind == "outputs":
            self.outputs = dict(zip(said["names"], descriptors, strict=True))
            self.notes, self.memory_group = tuple(said["notes"]), said["memory_group"]
        elif kind == "edge":
            self.edges.append(said["point"])
            self.end = said["point"] if said["last"] else self.end
            self.stops = self.stops or said["why"]
        elif kind == "over":
            self.over, self.why = True, said
        else:
            raise FixableError(f"{kind}; expected what a trunk's keeper tells")

    def find_path(self, handin: Sequence[str]) -> HandinPath:
        """Return the path of a hand-in, whose code cells have these sources, through what is shared."""
        known = self.to_known().traces
        path = find_path(handin, self.sources, self.free, known, self.end)
        missing = next((gap.start for gap in path.gaps if gap.start not in self.snapshots), None)
        edges = [edge for edge in self.edges if missing is not None and edge <= missing]
        return find_path(handin, self.sources, self.free, known, max(edges)) if edges else path

    def to_known(self) -> Known:
        """Return what the rule needs to know."""
        traces = [Trace.model_validate(one["trace"]) for one in self.records]
        return Known(self.names, traces, self.looks)


def begin_released(notebook: Any) -> Released:
    """Return what is known of a released notebook (parsed, format 4) before it ran."""
    sources = list_sources(notebook)
    return Released(sources, find_free(notebook), tuple(map(find_names, sources)))


def hold(data: bytes) -> int:
    """Return a descriptor of a memory file that holds the data."""
    descriptor = os.memfd_create("hw9-kept")
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(data)
    return descriptor


def read(descriptor: int) -> bytes:
    """Return what such a file holds; whoever else reads it is not in the way."""
    size, data = os.fstat(descriptor).st_size, bytearray()
    while len(data) < size:
        data += os.pread(descriptor, size - len(data), len(data))
    return bytes(data)


def load(descriptor: int) -> Any:
    """Return the JSON of such a file, and close it."""
    try:
        return json.loads(read(descriptor))
    finally:
        os.close(descriptor)
