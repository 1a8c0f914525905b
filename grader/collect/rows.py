"""The rows of `handins.csv`: made of the roster or of the names, and what a person wrote into them since stays.

A person's part is what differs from the rows that `hw9 collect` itself made the time before; `collected.json` has them.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from grader.collect.attempts import Chosen, Owned
from grader.collect.download import Held
from grader.collect.join import Joined
from grader.collect.record import Collected
from grader.collect.rosters import Enrolment
from grader.collect.say import list_some
from grader.files.cell import guard_cell, read_guarded
from grader.handins.people import COLUMNS, Person

WRITTEN = ("name", "submitted_at", "marked_late", "look")
OTHER_FILES = "handins.csv has what a person wrote of files that are others now."


@dataclass
class One:
    """What is known of one student while the class is put together."""

    joined: Joined
    owned: list[Owned] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    others: set[str] = field(default_factory=set)  # whose login stands in the name of a file of this student


def list_people(
    everyone: Mapping[str, One], chosen: Mapping[str, Chosen], late: set[str], enrolment: Enrolment | None
) -> list[Person]:
    """Return the rows of `handins.csv`: the roster's students, or without one whoever the names give."""
    rows = {}
    if enrolment is not None:
        rows = {one.student: (one.name, one.submitted_at) for one in enrolment.people.values()}
    else:
        rows = {student: (one.joined.name, None) for student, one in everyone.items() if one.joined.by is not None}
    people = []
    for student in sorted(rows):
        name, told = rows[student]
        moments = [one.owner.moment for _, one in chosen[student].taken] if student in chosen else []
        known = [moment for moment in moments if moment is not None]
        moment = max(known) if known else told
        look = " ".join(_list_looks(everyone[student], chosen[student])) if student in everyone else ""
        name, look = (
            read_guarded(guard_cell(" ".join(name.split()))),
            read_guarded(guard_cell(look)),
        )  # as it is read again
        people.append(Person(student, name, moment, student in late and moment is None, look))
    return people


def _list_looks(one: One, chosen: Chosen) -> Iterator[str]:
    """Say why a person must look at a student, a sentence each."""
    if one.held:
        yield f"Not taken: {one.held[0].source}: {one.held[0].why} ({len(one.held)} in all)."
    accounts = {(owned.owner.lms_id, owned.owner.logins, owned.owner.mails) for owned in one.owned}
    if len(accounts) > 1:
        yield f"Files of {len(accounts)} accounts joined to this student."
    if one.others:
        yield f"The name of a file has the login of {', '.join(sorted(one.others))}."
    beside = {owned.piece.download for _, owned in chosen.taken}
    earlier = (owned for its in chosen.earlier for owned in its if owned.piece.download in beside)
    if not is_marked_late(chosen, one) and any(owned.owner.late for owned in earlier):
        yield "An earlier attempt is marked late, and the one that counts is not."


def is_marked_late(chosen: Chosen, one: One) -> bool:
    """Tell whether the course system marks what counts as late; where nothing could be taken, whether it marks any."""
    if chosen.taken:
        return any(owned.owner.late for _, owned in chosen.taken)
    return any(owner.late for held in one.held for owner in held.owners)


def to_roster(people: Iterable[Person]) -> bytes:
    """Return the bytes of `handins.csv`."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in people:
        moment = "" if one.submitted_at is None else one.submitted_at.isoformat()
        late = "yes" if one.marked_late else ""
        writer.writerow([one.student, guard_cell(one.name), moment, late, guard_cell(one.look)])
    return stream.getvalue().encode()


def keep_written(written: Mapping[str, Person], before: Collected, now: Collected) -> tuple[list[Person], str]:
    """Return the rows of now with what a person wrote into those of before, and a line that says what that is.

    What both changed is the person's; of `look` both stay. A time of files that are others now goes to a person.
    """
    was, made = ({one.student: one for one in its.rows or ()} for its in (before, now))
    others = _find_others(before, now)
    rows, kept = [], defaultdict[str, list[str]](list)
    for student in sorted({*made, *written}):
        theirs, own = written.get(student), made.get(student)
        if theirs is not None and own is not None:
            changed = _find_changed(theirs, was.get(student, Person(student)), own)
            for name in changed:
                kept[name].append(student)
            one = replace(own, **changed)
            stale = student in others and changed.keys() & {"submitted_at", "marked_late"}
            rows.append(
                replace(one, look=f"{one.look.removesuffix(OTHER_FILES)} {OTHER_FILES}".strip()) if stale else one
            )
        elif own is not None and student not in was:
            rows.append(own)
        elif own is not None:
            kept["left out"].append(student)
        elif theirs is not None and theirs != was.get(student):
            rows.append(theirs)
            kept["rows of nobody that was collected"].append(student)
    parts = [f"{name} ({list_some(students)})" for name, students in kept.items()]
    return rows, f"handins.csv keeps what a person changed: {'; '.join(parts)}" if parts else ""


def _find_changed(theirs: Person, was: Person, own: Person) -> dict[str, Any]:
    """Return the fields that a person changed, of one student whom a row of today has too."""
    fields = (name for name in WRITTEN if getattr(theirs, name) not in (getattr(was, name), getattr(own, name)))
    changed = {name: getattr(theirs, name) for name in fields}
    if "look" in changed and own.look != was.look:
        changed["look"] = f"{theirs.look} {own.look}".strip()
    return changed


def _find_others(before: Collected, now: Collected) -> set[str]:
    """Return the students of before whose files are others now, or gone."""
    was, its = ({one.student: {file.sha256 for file in one.files} for one in each.students} for each in (before, now))
    return {student for student in was if was[student] != its.get(student)}
