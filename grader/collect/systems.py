"""Course systems: what the names in their downloads say of who handed in. A system is a function in SYSTEMS.

    ntu_cool     b09900000#_王小明_41000_90001_homework.ipynb             login, name, user, upload, file
    moodle       Ada Chen_1234567_assignsubmission_file_/homework.ipynb   name, participant
    gradescope   submission_123/homework.ipynb                            submission (submission_metadata.yml has who)
    canvas       chenada_LATE_41000_90001_homework-1.ipynb                name, user, upload, file

Each is given the name of one file or folder and says whose it is, or None where it is not named so. The first of those
that know the most names of a download is taken. Names of people are shown and never compared.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Owner:
    """Who handed in, as far as a name says.

    logins: what the system may call the person elsewhere, best first. slot: files of one slot are attempts at the same
    thing; attempt: what came in one go; order: grows with time among attempts, None where nothing says.
    """

    lms_id: str = ""
    logins: tuple[str, ...] = ()
    name: str = ""
    late: bool = False
    moment: datetime | None = None
    slot: str = ""
    attempt: str = ""
    order: float | None = None
    mails: tuple[str, ...] = ()  # chosen by the person: they join as they stand, never without their domain
    rivals: tuple[str, ...] = ()  # users whom another reading of the name means, as Canvas alone writes names


@dataclass(frozen=True)
class Claim:
    """Whose a file or folder is (a group's has several owners), and the file's name without what was put before it."""

    owners: tuple[Owner, ...]
    file: str = ""


Submissions = Mapping[str, tuple[Owner, ...]]  # what submission_metadata.yml says of each folder
System = Callable[[str, Submissions], Claim | None]

UPLOAD = (
    r"(?:(?P<late>(?i:late))_)?(?P<user>\d{1,18})_(?:(?P<upload>\d{1,18})_(?P<file>.+)|(?P<typed>(?:text|link)\.html))"
)
CANVAS = re.compile(rf"(?P<name>.+?)_{UPLOAD}", re.DOTALL)
NTU_COOL = re.compile(rf"(?P<login>[^#/]+)#_(?P<name>.+?)_{UPLOAD}", re.DOTALL)
MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<user>\d{1,18})_assignsubmission_(?:file|onlinetext)(?:_(?P<file>.*))?", re.DOTALL
)
GRADESCOPE = re.compile(r"submission_(?P<submission>\d{1,18})")
NUMBER = r"[1-9]\d{0,17}"
PAIR = re.compile(rf"_(?=({NUMBER})_(?:{NUMBER}_.|(?:text|link)\.html))")  # a user and an upload: a name may hold two
AGAIN = re.compile(r"-\d{1,3}(?=(?:\.[^.]+)?$)")


def ntu_cool(name: str, _: Submissions) -> Claim | None:
    """NTU COOL, a Canvas that puts the login before the name."""
    found = NTU_COOL.fullmatch(name)
    return None if found is None else _claim_upload(found, (found["login"],))


def canvas(name: str, submissions: Submissions) -> Claim | None:
    """Canvas, "Download Submissions"; a name with NTU COOL's mark is read as NTU COOL's, whatever the others are."""
    found = CANVAS.fullmatch(name)
    return None if found is None else ntu_cool(name, submissions) or _claim_upload(found, ())


def moodle(name: str, _: Submissions) -> Claim | None:
    """Moodle, "Download all submissions", in folders or not; its number is the grading worksheet's "Participant"."""
    found = MOODLE.fullmatch(name)
    if found is None:
        return None
    owner = Owner(found["user"], name=found["name"], attempt=found["user"])
    return Claim((owner,), found["file"] or "")


def gradescope(name: str, submissions: Submissions) -> Claim | None:
    """Gradescope, "Export Submissions"."""
    if GRADESCOPE.fullmatch(name) is None or name not in submissions:
        return None
    return Claim(submissions[name])


SYSTEMS: dict[str, System] = {"ntu_cool": ntu_cool, "moodle": moodle, "gradescope": gradescope, "canvas": canvas}


def find_system(names: Iterable[tuple[str, ...]], submissions: Submissions) -> str | None:
    """Return the system that knows the most of the names (each the parts of a path); None where none knows any.

    >>> find_system([("b09#_Bo_41000_90001_hw.ipynb",), ("README.md",)], {})
    'ntu_cool'
    """
    listed = list(names)
    counts = {
        system: sum(any(claim(part, submissions) for part in parts) for parts in listed)
        for system, claim in SYSTEMS.items()
    }
    best = max(counts, key=lambda system: counts[system])
    return best if counts[best] else None


def find_claim(
    system: System, parts: tuple[str, ...], submissions: Submissions
) -> tuple[Claim, tuple[str, ...]] | None:
    """Return whose a path is, by its outermost part that the system knows, and the path below."""
    for place, part in enumerate(parts):
        claim = system(part, submissions)
        if claim is not None:
            return claim, parts[place + 1 :] or (claim.file or part,)
    return None


def is_within_submission(parts: tuple[str, ...]) -> bool:
    """Tell whether a path is below a folder that is somebody's, whichever system named it: a student chose the rest.

    >>> is_within_submission(("submission_1", "submission_metadata.yml")), is_within_submission(("all", "x.yml"))
    (True, False)
    """
    return any(GRADESCOPE.fullmatch(part) or any(claim(part, {}) for claim in SYSTEMS.values()) for part in parts[:-1])


def _claim_upload(found: re.Match[str], logins: tuple[str, ...]) -> Claim:
    """Return the claim of a file that Canvas names; a file that is uploaded again gets -1, -2 behind its name there."""
    file, upload = found["file"] or found["typed"], found["upload"]
    owner = Owner(
        lms_id=found["user"],
        logins=logins,
        name=found["name"],
        late=found["late"] is not None,
        slot=AGAIN.sub("", file).lower(),
        attempt=upload or file,
        order=int(upload) if upload else None,
        rivals=tuple(sorted({pair[1] for pair in PAIR.finditer(found.string)} - {found["user"]})),
    )
    return Claim((owner,), file)
