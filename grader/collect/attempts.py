"""Attempts: which of a student's files count. The last in time does, where something says which that is.

Of several downloads the one with the latest upload counts; within it the latest of the files of one slot (Canvas adds
-1, -2 to the name of a file that is handed in again). Where nothing says which is later, all are kept side by side, and
a person finds two notebooks.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from grader.collect.download import Piece
from grader.collect.systems import Owner


@dataclass(frozen=True)
class Owned:
    """A piece as one of its owners handed it in."""

    owner: Owner
    piece: Piece


@dataclass(frozen=True)
class Chosen:
    """A student's files: those that count, each with its path, and the earlier attempts, the latest first."""

    taken: tuple[tuple[tuple[str, ...], Owned], ...]
    earlier: tuple[tuple[Owned, ...], ...] = ()


Group = list[Owned]


def choose_attempts(owned: Iterable[Owned]) -> Chosen:
    """Return which of one student's files count."""
    ordered = sorted(owned, key=lambda one: one.piece.source)
    unique = {(one.piece.download, _find_content(one)): one for one in reversed(ordered)}  # unpacked, and in its zip
    groups, earlier = _pick(_split(reversed(unique.values()), lambda one: one.piece.download))
    taken: list[tuple[tuple[str, ...], Owned]] = []
    for group in groups:
        for slot, its in _split(group, lambda one: one.owner.slot).items():
            attempts = _split(its, lambda one: one.owner.attempt)
            last, before = _pick(attempts)
            earlier += before
            again = slot if len(attempts) > 1 and len(last) == 1 else None
            for attempt in last:
                apart = (_name_attempt(attempt[0]),) if len(groups) > 1 or len(last) > 1 else ()
                taken += [((*apart, *_find_path(one, again)), one) for one in attempt]
    return Chosen(tuple(taken), _drop_taken(earlier, [one for _, one in taken]))


def _split(owned: Iterable[Owned], find: Callable[[Owned], str]) -> dict[str, Group]:
    groups: dict[str, Group] = defaultdict(list)
    for one in owned:
        groups[find(one)].append(one)
    return groups


def _pick(groups: dict[str, Group]) -> tuple[list[Group], list[Group]]:
    """Return the groups that count, one where it is known which is the last, and the others, the latest first."""
    every = list(groups.values())
    if not every:
        return [], []
    orders = [_find_order(its) for its in every]
    if len(every) == 1 or len({frozenset(map(_find_content, its)) for its in every}) == 1:
        last = max(range(len(every)), key=lambda n: (orders[n] or (False, 0.0), -n))
        return [every[last]], []
    known = [order for order in orders if order is not None]
    if len(known) < len(every) or len({timed for timed, _ in known}) > 1:
        return every, []
    ranked = sorted(zip(known, every, strict=True), key=lambda pair: pair[0], reverse=True)
    last_order = ranked[0][0]
    merged = {_find_content(one): one for order, its in ranked if order == last_order for one in its}
    return [list(merged.values())], [its for order, its in ranked if order < last_order]


def _find_order(owned: Group) -> tuple[bool, float] | None:
    """Return the latest of a group: a time (True), or a number of an upload, which no time can be compared with."""
    found = [(one.owner.moment is not None, one.owner.order) for one in owned]
    numbers = [order for _, order in found if order is not None]
    return (found[0][0], max(numbers)) if len(numbers) == len(found) else None


def _find_content(one: Owned) -> Hashable:
    return one.owner.attempt, one.piece.inner, one.piece.sha256


def _drop_taken(earlier: list[Group], taken: Group) -> tuple[tuple[Owned, ...], ...]:
    """Return the earlier attempts without the files that count as well: a later download has them again."""
    seen = set(map(_find_content, taken))
    rest = (tuple(one for one in its if _find_content(one) not in seen) for its in earlier)
    return tuple(its for its in rest if its)


def _name_attempt(one: Owned) -> str:
    return f"{one.piece.download} {one.owner.attempt}".strip()


def _find_path(one: Owned, slot: str | None) -> tuple[str, ...]:
    """Return a file's path; the last attempt is called as the first was, without the -2 that Canvas added."""
    inner = one.piece.inner
    if slot is None or len(inner) != 1 or inner[0].lower() == slot:
        return inner
    return (inner[0].rpartition("-")[0] + (f".{inner[0].rpartition('.')[2]}" if "." in inner[0] else ""),)
