"""A Section of a course's check: what one part of the course is, and its Flaws, each with the command that mends it.

Sections cross from one process to another as JSON, a line each: what needs a model is looked at where models are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assignment.fixable import Fault, FixableError
from assignment.records import Record


class Flaw(Record):
    """A Fault, and the command that mends it; without one, the file at its place is to be edited."""

    place: tuple[str, ...]
    says: str
    mend: str = ""

    @property
    def fault(self) -> Fault:
        """The Fault alone."""
        return Fault(self.place, self.says)


class Section(Record):
    """One part of a course. `says` is what there is, in a few words; `notes` are worth knowing and no fault.

    waits: the parts that must be mended before this one can be looked at; nothing of it was then.
    """

    title: str
    says: str = ""
    flaws: tuple[Flaw, ...] = ()
    notes: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it was looked at and nothing is wrong with it."""
        return not self.flaws and not self.waits


@dataclass(frozen=True)
class Author:
    """Who types a command, and about which course: how a Flaw names what mends it."""

    folder: Path | None  # None: the embedded course

    def to_command(self, words: str) -> str:
        """Return a command of hw9 with --course; the embedded course has its own programs for its parts.

        >>> Author(Path("bakery")).to_command("course pictures PHOTO...")
        'hw9 course pictures --course bakery PHOTO...'
        >>> Author(Path("bakery")).to_command("reference --write"), Author(None).to_command("reference --write")
        ('hw9 reference --course bakery --write', 'hw9 reference --write')
        """
        verb = " ".join(words.split()[: 2 if words.startswith(("course ", "questions ")) else 1])
        if self.folder is None:
            return "" if verb.startswith("course ") else f"hw9 {words}"
        return f"hw9 {verb} --course {self.folder}{words.removeprefix(verb)}"

    def to_flaws(self, faults: Iterable[Fault], words: str = "") -> tuple[Flaw, ...]:
        """Return faults with the command that mends them all."""
        command = self.to_command(words) if words else ""
        return tuple(Flaw(place=one.place, says=one.says, mend=command) for one in faults)


def list_some(names: Sequence[str], most: int = 5) -> str:
    """Return names in one line, the first few and how many more there are.

    >>> list_some(["a", "b", "c", "d"], 2)
    'a, b and 2 more'
    """
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def split_faults(error: FixableError) -> tuple[Fault, ...]:
    """Return the faults of an error, each whose text alone has a place with that place taken out of the text.

    >>> split_faults(FixableError("a/cnn.safetensors: no such file; expected weights"))
    (Fault(place=('a/cnn.safetensors',), says='no such file; expected weights'),)
    """
    return tuple(one if one.place else _split(one.says) for one in error.faults)


def _split(says: str) -> Fault:
    place, colon, rest = says.partition(": ")
    return Fault((place,), rest) if colon else Fault((), says)
