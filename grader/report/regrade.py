"""An earlier scoring beside the present one: what pages show of the scorings that were kept, and of what differs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from grader.scoring.changes import Alike, Change, compare_scorings, group_changes, list_key_changes
from grader.scoring.scorings import Scoring, find_scoring, load_scorings
from questions.moment import show_moment


@dataclass(frozen=True)
class ShownScoring:
    """One scoring, for staff. `mean` is over the students who are not excused."""

    number: int
    at: str
    by: str
    key: str
    decisions: int
    mean: str
    possible: str


@dataclass(frozen=True)
class Regrade:
    """The scorings of a class; `since`: the earlier one that was asked for, what differs, and which claims turned.

    groups: those whose points moved; still: the others of whom something differs.
    """

    scorings: tuple[ShownScoring, ...] = ()
    since: ShownScoring | None = None
    changes: Mapping[str, Change] = field(default_factory=dict)
    groups: tuple[Alike, ...] = ()
    still: tuple[str, ...] = ()
    turned: tuple[str, ...] = ()


def load_regrade(runs: Path, deadline: datetime, since: int | None) -> Regrade:
    """Return what pages show; FixableError where there is no scoring of the number `since`."""
    kept = load_scorings(runs)
    shown = tuple(_show(one, deadline) for one in kept)
    if since is None:
        return Regrade(shown)
    earlier, last = find_scoring(kept, since, runs), kept[-1]
    changes = compare_scorings(earlier, last)
    return Regrade(
        scorings=shown,
        since=_show(earlier, deadline),
        changes={one.student: one for one in changes},
        groups=group_changes(changes),
        still=tuple(one.student for one in changes if not one.moved),
        turned=list_key_changes(earlier.basis, last.basis),
    )


def _show(scoring: Scoring, deadline: datetime) -> ShownScoring:
    totals = [one.total for one in scoring.students.values() if not one.excused]
    return ShownScoring(
        number=scoring.number,
        at=show_moment(scoring.at, deadline),
        by=scoring.by,
        key=scoring.basis.key_digest[:8],
        decisions=len(scoring.basis.decisions),
        mean=f"{sum(totals) / len(totals):.2f}" if totals else "–",
        possible=str(scoring.basis.possible),
    )
