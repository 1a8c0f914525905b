"""What lies in HANDINS: whose entries they are, which notebooks are in one, and what nobody handed in.

The names are the students' and are not trusted. What a system or the staff left there (`Thumbs.db`, `README.md`,
`handins (1).csv`, a RUNS folder) is no student; it is named once, so that nothing vanishes unseen.
"""

import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assignment.fixable import Fault, FixableError, show_line
from grader.handins.ids import find_spellings, fold_id, is_student, make_id
from grader.handins.people import FILE, People

DEEPEST = 12  # folders below a student's own in which a notebook may lie,
MOST_FOLDERS = 10_000  # and how many are looked into
MOST_NAMED = 10
RECORD = "collected.json"  # what `hw9 collect` writes beside the hand-ins
EARLIER = ".earlier"  # and where it keeps the attempts that do not count
OURS = (FILE, RECORD, EARLIER)
SYSTEMS = ("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx")
STAFFS = ("readme", "license", "index", "handins")  # with anything behind it that is no letter
UNFINISHED = (".part", ".crdownload", ".download", ".tmp", ".bak", ".swp", ".orig", "~")
MACHINES = (".db", ".ini", ".lnk", ".url", ".log", ".lock", ".yml", ".yaml")
TABLES = (".csv", ".tsv", ".xlsx", ".xls", ".ods", ".json")  # nobody's where a roster has no such student


@dataclass(frozen=True)
class Listing:
    """The entries by the id that their names stand for, and the names of what nobody handed in."""

    entries: Mapping[str, tuple[Path, ...]]
    strays: tuple[str, ...]


def list_handins(handins: Path, people: People) -> Listing:
    """Return what lies in a folder of hand-ins; nothing in it is opened."""
    entries: dict[str, tuple[Path, ...]] = {}
    strays, unnamed = [], []
    known = find_spellings(people.rows)
    for path in sorted(handins.iterdir()):
        if path.name.lower() in OURS:
            continue
        if _is_stray(path, tables=people.file is not None and fold_id(path.stem) not in known):
            strays.append(path.name)
        elif (student := find_id(path)) is None:
            unnamed.append(path)
        else:
            entries[student] = (*entries.get(student, ()), path)
    taken = {fold_id(one) for one in (*entries, *people.rows)}
    for path in unnamed:  # once all others' are known: nobody is called what we make up
        student = make_id(path.name, taken)
        taken.add(student)
        entries[student] = (path,)
    return Listing(entries, tuple(strays))


def describe_listing(handins: Path, listing: Listing, people: People) -> tuple[str, ...]:
    """Return what a person may want to know of a folder of hand-ins: how its roster was read, and its strays."""
    strays = listing.strays
    if not strays:
        return people.notes
    more = f" and {len(strays) - MOST_NAMED} more" if len(strays) > MOST_NAMED else ""
    named = ", ".join(show_line(show_name(name)) for name in strays[:MOST_NAMED])
    return (*people.notes, f"{handins}: nobody's hand-in, left out: {named}{more}")


def check_folder(handins: Path) -> None:
    """Raise a FixableError where there is no folder, or one that `hw9 run` made."""
    if not handins.is_dir():
        raise FixableError(Fault((str(handins),), "no such folder; expected a folder of hand-ins"))
    if _is_runs(handins) and (handins / ".lock").exists():  # not by one entry's name, which is a student's
        raise FixableError(Fault((str(handins),), "a RUNS folder; expected a folder of hand-ins"))


def find_id(path: Path) -> str | None:
    """Return the id that an entry's name stands for; None for a name that cannot be one."""
    name = unicodedata.normalize("NFC", find_stem(path))
    return name if is_student(name) else None


def find_stem(path: Path) -> str:
    """Return an entry's name, a file's without its ending."""
    return path.name if path.is_dir() and not path.is_symlink() else path.stem


def show_name(name: str) -> str:
    """Return a name that may be no Unicode, as text."""
    return os.fsencode(name).decode(errors="replace")


def find_notebooks(path: Path) -> list[Path]:
    """Return the notebooks of one entry; links to folders are not followed. FixableError where one cannot be listed."""
    if path.is_symlink() or not path.is_dir():
        return [path] if path.suffix.lower() == ".ipynb" else []
    found = []
    for number, (folder, folders, files) in enumerate(os.walk(path, onerror=_refuse, followlinks=False)):
        folders[:] = [name for name in sorted(folders) if not name.startswith((".", "__MACOSX", "node_modules"))]
        notebooks = (name for name in sorted(files) if name.lower().endswith(".ipynb") and not name.startswith("."))
        found += [Path(folder, name) for name in notebooks]
        if number > MOST_FOLDERS:
            says = f"more than {MOST_FOLDERS} folders; expected the notebook and what it reads"
            raise FixableError(Fault((show_name(path.name),), says))
    for inner in (one.relative_to(path) for one in found):
        if len(inner.parts) > DEEPEST + 1:
            says = f"{len(inner.parts) - 1} folders deep; expected at most {DEEPEST}"
            raise FixableError(Fault((show_name(path.name), show_name(str(inner))[:200]), says))
    return found


def is_empty(path: Path) -> bool:
    """Tell whether an entry is a folder with nothing in it."""
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())


def _refuse(error: OSError) -> None:
    name = show_name(Path(str(error.filename)).name)
    raise FixableError(Fault((name,), f"{error.strerror}; expected a folder that can be listed"))


def _is_stray(path: Path, *, tables: bool) -> bool:
    """Tell whether nobody handed an entry in; a hidden notebook is a student's, but macOS puts `._` before a copy."""
    name = path.name.lower()
    if name.startswith("._") or name in SYSTEMS:
        return True
    if name.endswith(".ipynb"):
        return False
    if name.startswith((".", "~$")):
        return True
    if path.is_dir() and not path.is_symlink():
        return _is_runs(path)
    first = next((word for word in STAFFS if name.startswith(word)), None)
    staffs = first is not None and not name[len(first) : len(first) + 1].isalnum()
    return staffs or name.endswith(UNFINISHED + MACHINES + (TABLES if tables else ()))


def _is_runs(path: Path) -> bool:
    """Tell whether a folder is what `hw9 run` makes, and no student's."""
    try:
        names = [one.name.lower() for one in path.iterdir()]
    except OSError:
        return False
    return "runs.json" in names and not any(name.endswith(".ipynb") for name in names)
