"""What is known of a trunk and of its branches, as they tell it: parsed, for a branch's word is a student's.

A look is what a branch, or a branch that ran no cell of its own (so the trunk's is taken), says of its state; a trace
is what the trunk saw of one released cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, ValidationError

from assignment.fixable import FixableError
from assignment.records import Record
from grader.trunk.rule.names import Names

Text = Annotated[str, Field(max_length=4096)]
Many, Few = Field(max_length=10_000), Field(max_length=300)  # comparing them takes our time; with more a branch runs on


MOST_USES = 20_000  # names that functions use, of all together


class Look(Record):
    """The state after a cell: `grader/trunk/state/look.py` says it."""

    names: Annotated[
        dict[Text, tuple[Text, tuple[Text, ...], bool]], Many
    ]  # digest, the names its functions use, opaque
    groups: Annotated[tuple[tuple[tuple[Text, ...], int], ...], Many]  # how many things lie behind several names
    kinds: Annotated[dict[Text, Text], Few]  # digests
    filters: Annotated[tuple[Text, ...], Few]  # of warnings
    files: Annotated[dict[Text, Text], Few]
    modules: Annotated[dict[Text, Text], Few]  # what was replaced in modules that were there early
    loaded: Annotated[tuple[Text, ...], Many]  # modules that came later


class Trace(Record):
    """What a released cell did in the trunk, from which follows what of a state it could have seen."""

    draws: tuple[str, ...] = ()  # which random states it changed
    warned: bool = False  # it showed a warning
    history: bool = False  # it looked at the sources of the cells before it
    asked: tuple[str, ...] | None = None  # names that it asked of `globals()`; None: not looked
    opened: tuple[str, ...] | None = None  # files that it opened or looked for; None: not looked
    listed: tuple[str, ...] = ()  # folders


def parse_look(data: Any) -> Look:
    """Return a look that a branch sent; FixableError where it is none."""
    try:
        look = Look.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))[:100]
        raise FixableError(f"look: {place}: {first['msg']}; expected what a branch says of its state") from None
    if sum(len(uses) for _, uses, _ in look.names.values()) > MOST_USES:
        raise FixableError(
            f"look: names: functions use more than {MOST_USES}; expected what a branch says of its state"
        )
    return look


@dataclass(frozen=True)
class Later:
    """A cell that comes after the one that is judged, as the student has it.

    trace: what the trunk saw of it; None where it is the student's own, changed or added: then nobody knows.
    """

    number: int
    source: str
    names: Names
    trace: Trace | None

    @property
    def reads(self) -> frozenset[str]:
        """The names that it reads before it binds them."""
        if self.trace is not None and self.trace.asked is not None and self.names.reads_globals:
            return self.names.named | frozenset(self.trace.asked)
        return self.names.reads


@dataclass(frozen=True)
class Known:
    """One trunk: the names of its released code cells, what each cell did, and the looks that were taken.

    looks: by how many of the cells had run.
    """

    names: Sequence[Names]
    traces: Sequence[Trace]
    looks: Mapping[int, Look]
