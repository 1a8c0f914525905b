"""What a person must know of a collected folder, in sentences; the joins in one line."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.collect.gradescope import FILE as METADATA
from grader.collect.join import SAYS
from grader.collect.record import Collected, Student
from grader.collect.systems import SYSTEMS, Submissions, find_system

MOST_NAMED = 20
MOST_HELD = 10  # a line each; everything stays on one screen


def to_lines(collected: Collected, handins: Path) -> tuple[str, ...]:
    """Return what to say, the most urgent last."""
    return tuple(_list_lines(collected, handins))


def needs_person(collected: Collected) -> bool:
    """Tell whether something must be looked at: a hand-in that is nobody's, or a file that was not taken."""
    return bool(collected.held) or any(one.joined is None for one in collected.students)


def list_download_notes(handins: Path) -> tuple[str, ...]:
    """Return what to do where a folder of hand-ins is a download as it came, whose names are nobody's ids."""
    if not handins.is_dir():
        return ()
    names = sorted(path.name for path in handins.iterdir())
    submissions: Submissions = dict.fromkeys(names, ()) if METADATA in names else {}
    system = find_system(((name,) for name in names), submissions)
    if system is None:
        return ()
    its = sum(SYSTEMS[system](name, submissions) is not None for name in names)
    advice = f"`hw9 collect {handins} NEW --roster FILE` makes NEW, a folder of hand-ins with the students' own ids"
    return (f"{handins}: {its} names as {system} writes them, which are no ids: {advice}",)


def _list_lines(collected: Collected, handins: Path) -> Iterator[str]:
    yield from collected.notes
    for one in collected.downloads:
        yield (
            f"{one.name}: names as {one.system} writes them" if one.system else f"{one.name}: no course system's names"
        )
    yield _say_joins(collected)
    if collected.left_out:
        yield f"no notebook, and nobody's or too deep, left out: {list_some(collected.left_out)}"
    if collected.absent:
        yield f"no hand-in of {len(collected.absent)}: {list_some(collected.absent)}"
    again = [one.student for one in collected.students if one.earlier]
    if again:
        yield f"several attempts, the last counts, the others are in {handins / '.earlier'}: {list_some(again)}"
    for file in collected.held[:MOST_HELD]:
        yield f"not taken: {file.source}: {file.why}"
    if len(collected.held) > MOST_HELD:
        yield f"not taken: {len(collected.held) - MOST_HELD} more, in {handins / 'collected.json'}"
    if collected.roster is None and any(one.joined == "own id" for one in collected.students):
        yield "some are called by the course system's number; a gradebook or quiz report (--roster FILE) has their ids"
    if collected.kept:
        yield collected.kept
    yield f"{handins}: {len(collected.students)} hand-ins"


def _say_joins(collected: Collected) -> str:
    """Return one line: how many joined by what, and who did not."""
    counts = Counter(one.joined for one in collected.students)
    parts = [f"{counts[by]} {says}" for by, says in SAYS.items() if counts[by]]
    apart = [_name(one) for one in collected.students if one.joined is None]
    if apart:
        parts.append(f"{len(apart)} not joined: {list_some(apart)}")
    return f"{len(collected.students)} students: {', '.join(parts)}"


def _name(one: Student) -> str:
    source = f" {one.files[0].source!r}" if one.files else ""
    return f"{one.student}{source}"


def list_some(names: Iterable[str]) -> str:
    """Return names with commas, MOST_NAMED of them and the number of the others; "none" where there are none.

    >>> list_some(map(str, range(22))).endswith("18, 19 and 2 more"), list_some([])
    (True, 'none')
    """
    every = list(names)
    more = f" and {len(every) - MOST_NAMED} more" if len(every) > MOST_NAMED else ""
    return ", ".join(every[:MOST_NAMED]) + more if every else "none"
