"""The join of owners with a roster: exact by the course system's number, else by login. A name joins nobody."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from grader.collect.download import Held, Taken
from grader.collect.rosters import Enrolled
from grader.collect.systems import Owner
from grader.handins.ids import fold_id, is_near, is_student

By = Literal["id", "login", "login without domain", "own login", "own id"]
SAYS: dict[By, str] = {
    "id": "by the course system's id",
    "login": "by login",
    "login without domain": "by login without its domain",
    "own login": "under the login in the file's name",
    "own id": "under the course system's id",
}
BROWSERS = re.compile(r"(?<=.)[ ()]")  # what a second download puts into a name: `b01 (1)`


@dataclass(frozen=True)
class Joined:
    """The student whose an owner's files are, and by what; `by` None: no row of the roster is this owner's."""

    student: str
    name: str
    by: By | None


class Index:
    """The people of a roster by id and by login; what two of them share finds neither."""

    def __init__(self, people: Iterable[Enrolled]) -> None:
        listed = tuple(people)
        self.students = frozenset(fold_id(one.student) for one in listed)
        self.by_id = _index((lms_id, one) for one in listed for lms_id in one.lms_ids)
        self.by_login = _index((fold_id(login), one) for one in listed for login in (one.student, *one.logins))
        self.by_local = _index((_drop_domain(login), one) for one in listed for login in (one.student, *one.logins))

    @property
    def known(self) -> frozenset[str]:
        """What a file may be called to be somebody's: every login as it stands."""
        return frozenset(self.by_login)

    def join(self, owner: Owner) -> Joined:
        """Return whose an owner's files are; without a row under the login or the number in the file's name."""
        if owner.lms_id in self.by_id:
            return _to_joined(self.by_id[owner.lms_id], "id")
        for login in (*owner.logins, *owner.mails):
            if fold_id(login) in self.by_login:
                return _to_joined(self.by_login[fold_id(login)], "login")
        for login in owner.logins:
            if _drop_domain(login) in self.by_local:
                return _to_joined(self.by_local[_drop_domain(login)], "login without domain")
        own = find_own_id(owner)
        return Joined("" if fold_id(own) in self.students else own, owner.name, None)

    def find_alike(self, source: str) -> str:
        """Return the name in a file's path that looks like a student's id (`b01-Copy1`), "" where none does.

        The file is nobody's all the same; under that name HANDINS shows a person whose it may be.
        """
        paths = [part.split("/") for part in source.split(": ")[1:]]
        names = [name for *folders, last in paths for name in (*folders, last.rpartition(".")[0])]
        usual = (name for name in names if is_student(BROWSERS.sub("_", name)))
        alike = (one for one in usual if any(is_near(one, student) for student in self.students))
        return next((one for one in alike if fold_id(one) not in self.students), "")

    def find_others(self, owner: Owner, joined: Joined) -> set[str]:
        """Return the other students whose login stands in the name of a file that was joined by its number."""
        named = (self.by_login.get(fold_id(login)) for login in owner.logins)
        return {one.student for one in named if one is not None and one.student != joined.student}


def hold_doubtful(taken: Taken, index: Index | None) -> None:
    """Take out the files whose names may mean several people; each of these whom the roster has is told of it."""
    kept = []
    for piece in taken.pieces:
        readings = {reading for owner in piece.owners if owner.rivals for reading in _find_readings(owner, index)}
        if readings <= {owner.lms_id for owner in piece.owners}:
            kept.append(piece)
            continue
        known = tuple(Owner(one) for one in sorted(readings) if index is not None and one in index.by_id)
        why = f"its name may mean user {' or '.join(sorted(readings))}; expected one reading"
        advice = "" if known else " (give --roster FILE with the course system's ids)"
        taken.held.append(Held(known or piece.owners, piece.source, why + advice))
    taken.pieces = kept


def _find_readings(owner: Owner, index: Index | None) -> set[str]:
    """Return the numbers of all whom a name may mean: of a roster with such numbers those who are in it."""
    every = {owner.lms_id, *owner.rivals}
    return every if index is None or not index.by_id else every.intersection(index.by_id)


def join_without_roster(owner: Owner) -> Joined:
    """Return the student whom the file's name alone gives."""
    student = find_own_id(owner)
    return Joined(student, owner.name, "own login" if student in (*owner.logins, *owner.mails) else "own id")


def find_own_id(owner: Owner) -> str:
    """Return the first of an owner's logins that can be a student's id, else the course system's number, else ""."""
    return next((one for one in (*owner.logins, *owner.mails, owner.lms_id) if is_student(one)), "")


def _to_joined(one: Enrolled, by: By) -> Joined:
    return Joined(one.student, one.name, by)


def _index(pairs: Iterable[tuple[str, Enrolled]]) -> Mapping[str, Enrolled]:
    found: dict[str, dict[str, Enrolled]] = defaultdict(dict)
    for key, one in pairs:
        found[key][one.student] = one
    return {key: next(iter(its.values())) for key, its in found.items() if len(its) == 1}


def _drop_domain(login: str) -> str:
    return fold_id(login.partition("@")[0])
