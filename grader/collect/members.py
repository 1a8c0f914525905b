"""Which members of a download are looked at: litter is not, and of one submission only so many.

A folder around a download may be called as if it were somebody's (`hw9_2027_05_28`). It is taken off where it is alone
and several people's files lie below it; where that is not certain, what lies in it is held.
"""

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from assignment.fixable import Fault, FixableError
from grader.collect.gradescope import FILE as METADATA
from grader.collect.names import is_litter
from grader.collect.source import Member
from grader.collect.systems import GRADESCOPE, MOODLE, SYSTEMS

Parts = tuple[str, ...]

MOST_MEMBERS = 20_000  # of a download that are in no submission's own folder,
MOST_OF_FOLDER = 1000  # and of a submission's


def may_matter(name: str) -> bool:
    """Tell whether a file may be a notebook, or hold one."""
    return name.lower().endswith((".ipynb", ".zip"))


def find_person(part: str) -> str | None:
    """Return whose a file or folder is, as any system's name of it says; None where it says nobody."""
    if GRADESCOPE.fullmatch(part):
        return part
    claims = (system(part, {}) for system in SYSTEMS.values())
    return next((claim.owners[0].lms_id for claim in claims if claim is not None), None)


def bound_members(members: Iterable[Member], place: str, outer: Parts = (), *, owned: bool = False) -> list[Member]:
    """Return the members but litter, and of each submission's folder so many, those that may matter before others.

    What was left of a folder stands there as one member with a fault. FixableError where there are too many that are
    in nobody's folder. outer: the folders that all of them lie in; owned: all are one submission's.
    """
    kept: list[Member] = []
    seen, mattering = Counter[Parts](), Counter[Parts]()
    folders: dict[Parts, Parts] = {}
    for member in members:
        if member.parts and is_litter(member.parts):
            continue
        above = member.parts[:-1]
        if above not in folders:
            folders[above] = ("",) if owned else _find_folder(above, len(outer))
        whose = folders[above]
        seen[whose] += 1
        mattering[whose] += may_matter(member.name)
        if not whose and seen[whose] > MOST_MEMBERS:
            says = f"more than {MOST_MEMBERS} files in no student's folder; expected a download"
            raise FixableError(Fault((place,), f"{says} (give it in parts: `hw9 collect PART1 PART2 HANDINS`)"))
        count = mattering[whose] if may_matter(member.name) else seen[whose]
        if not whose or count <= MOST_OF_FOLDER:
            kept.append(member)
    for whose, count in seen.items():
        if whose and count > MOST_OF_FOLDER:
            fault = f"{count} files; expected at most {MOST_OF_FOLDER}: the notebook and what it reads"
            kept.append(Member("/".join(whose) or "all", (*whose, "..."), 0, io.BytesIO, fault))
    return kept


def _find_folder(above: Parts, skipped: int) -> Parts:
    """Return the outermost folder that is somebody's, () where none is."""
    place = next((n for n in range(skipped, len(above)) if find_person(above[n]) is not None), None)
    return () if place is None else above[: place + 1]


def find_outer(paths: Iterable[Parts]) -> Parts:
    """Return the folders that all files lie in.

    >>> find_outer([("all", "a", "x"), ("all", "b", "x")]), find_outer([("a",), ("b", "c")])
    (('all',), ())
    """
    folders = [path[:-1] for path in paths if path and not is_litter(path)]
    if not folders:
        return ()
    first, last = min(folders), max(folders)
    same = (n for n, (one, other) in enumerate(zip(first, last, strict=False)) if one != other)
    return first[: next(same, min(len(first), len(last)))]


def take_off_outer(members: Sequence[Member]) -> list[Member]:
    """Return the members without a folder around them all that only looks like somebody's."""
    paths = [member.parts for member in members if member.parts and not is_litter(member.parts)]
    off = 0
    for depth, part in enumerate(find_outer(paths), start=1):
        if MOODLE.fullmatch(part) or GRADESCOPE.fullmatch(part):
            break
        people = {_find_first(path[depth:]) for path in paths} - {None}
        if find_person(part) is not None and (len(people) > 1 or any(path[depth:] == (METADATA,) for path in paths)):
            off = depth
    return [replace(member, parts=member.parts[off:]) if member.parts else member for member in members]


def _find_first(path: Parts) -> str | None:
    return next((person for person in map(find_person, path) if person is not None), None)


def split_doubtful(members: Iterable[Member]) -> tuple[list[Member], list[tuple[Member, str | None, str]]]:
    """Return the members, and apart those in a folder that is called as one's file and has another's: whose, and why.

    Canvas makes no folders: what is called so is somebody's unpacked archive, or lies around a download.
    """
    every = list(members)
    doubtful = {found for one in every if may_matter(one.name) and (found := _find_doubtful(one.parts))}
    kept, apart = [], []
    for one in every:
        folder = next((one.parts[:n] for n in range(1, len(one.parts)) if one.parts[:n] in doubtful), None)
        if folder is None:
            kept.append(one)
        else:
            why = f"in {folder[-1]}, which is called as one's file and has another's; expected the download itself"
            apart.append((one, _find_first(one.parts[len(folder) :]), why))
    return kept, apart


def _find_doubtful(path: Parts) -> Parts | None:
    """Return the outermost folder of a path that is somebody's, where it is called as a file and has another's."""
    depth = next((n for n, part in enumerate(path[:-1], start=1) if find_person(part) is not None), None)
    if depth is None or MOODLE.fullmatch(path[depth - 1]) or GRADESCOPE.fullmatch(path[depth - 1]):
        return None
    others = {find_person(part) for part in path[depth:]} - {None, find_person(path[depth - 1])}
    return path[:depth] if others else None
