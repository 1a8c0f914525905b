"""Decisions: all that were taken for a class, asked by student and by question."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from grader.decisions.decision import Decision, KindName


@dataclass(frozen=True)
class Decisions:
    """The decisions in the order of their file. `digest`: its sha256; `file` and `digest` None: there is no file."""

    every: tuple[Decision, ...] = ()
    file: Path | None = None
    digest: str | None = None
    notes: tuple[str, ...] = ()

    def of(self, student: str) -> tuple[Decision, ...]:
        """Return those that concern a student: their own, and those of questions, which concern everyone."""
        return tuple(one for one in self.every if one.student in ("", student))

    @property
    def texts(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """The texts that are a choice's too, by question and letter."""
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for one in select_all(self.every, "text"):
            its = found.setdefault(one.question, {})
            its[one.value] = (*its.get(one.value, ()), one.text)
        return found

    @property
    def settled(self) -> frozenset[str]:
        """The questions whose points no answer decides: they count for nobody, or as right for everyone."""
        return frozenset(one.question for one in select_all(self.every, "void", "all_right"))


NO_DECISIONS = Decisions()


def select(decisions: Iterable[Decision], kind: KindName, question: str = "") -> tuple[Decision, ...]:
    """Return the decisions of one kind, and of one question where it is given."""
    return tuple(one for one in decisions if one.decision == kind and one.question == question)


def select_all(decisions: Iterable[Decision], *kinds: KindName) -> tuple[Decision, ...]:
    """Return those of some kinds, whatever they are about."""
    return tuple(one for one in decisions if one.decision in kinds)


def find_deadline(decisions: Iterable[Decision], deadline: datetime) -> datetime:
    """Return the deadline of the student whom the decisions concern."""
    return next((one.moment for one in select(decisions, "extension")), deadline)
