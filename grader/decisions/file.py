"""The decisions file of a class: where it lies, and that one which was applied is still there.

It lies beside HANDINS, or beside RUNS, and is named after it: `handins.decisions.yaml` or `handins.decisions.csv`.
"""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from assignment.fixable import Fault, FixableError, parse_as
from assignment.records import Record
from grader.decisions.check import Known, check_entries
from grader.decisions.decisions import NO_DECISIONS, Decisions
from grader.decisions.entries import ENDINGS, load_bytes, parse_entries
from grader.files.told_path import find_path, tell_path
from grader.files.whole import load_json, to_json, write_whole
from questions.bank import Bank
from questions.table import check_faults

MIDDLE = ".decisions"
APPLIED_FILE = "decisions.json"


class Applied(Record, extra="ignore"):
    """The file `RUNS/decisions.json`: where the decisions file is that the last scoring applied.

    What it held, and its sha256, are kept with the scoring; an earlier version told the sha256 here too.
    seen: the file as seen from RUNS; None in that of an earlier version.
    """

    version: int = 1
    file: str
    seen: str | None = None


def load_decisions(
    file: Path | None, bank: Bank, deadline: datetime, students: Iterable[str] | None = None
) -> Decisions:
    """Return the decisions in a file, none where there is no file; FixableError with every fault at once.

    students: the class; None where nobody knows it yet, so that any id will do.
    """
    if file is None:
        return NO_DECISIONS
    return parse_decisions(load_bytes(file), file, bank, deadline, students)


def load_class_decisions(
    handins: Path | None, runs: Path, file: Path | None, bank: Bank, deadline: datetime, students: Iterable[str]
) -> Decisions:
    """Return the decisions of a class: in `file`, else in the one beside HANDINS or RUNS, else none.

    FixableError with every fault of the file, and where the last scoring of RUNS applied one and there is none now.
    """
    folders = (runs,) if handins is None else (handins, runs)
    file = file or find_file(*folders)
    before = find_applied(runs) if handins is None and file is None else None
    if before is not None and before.exists():  # the class is in RUNS alone; so is where its decisions are
        file = before
    check_still_there(file, runs)
    found = load_decisions(file, bank, deadline, students)
    said = (_say_applied(file, runs, len(found.every)),) if file is not None else ()
    return replace(found, notes=(*found.notes, *said))


def parse_decisions(
    data: bytes, file: Path, bank: Bank, deadline: datetime, students: Iterable[str] | None = None
) -> Decisions:
    """Return the decisions that the bytes of a file hold; FixableError with every fault at once."""
    entries = parse_entries(data, file)
    known = Known(bank, deadline, None if students is None else frozenset(students))
    every, faults = check_entries(entries.each, known)
    check_faults([*entries.faults, *faults], str(file))
    return Decisions(every, file, hashlib.sha256(data).hexdigest(), entries.notes)


def find_file(*folders: Path) -> Path | None:
    """Return the decisions file beside one of the folders, HANDINS or RUNS; FixableError where there are several."""
    found = list(dict.fromkeys(file for folder in folders for file in list_files(folder)))
    if len(found) > 1:
        raise FixableError(f"{' and '.join(map(str, found))}; expected one file of decisions")
    return found[0] if found else None


def list_files(folder: Path) -> list[Path]:
    """Return the decisions files beside a folder that are named after it."""
    whole = name_folder(folder)
    wanted = {f"{MIDDLE}{ending}" for ending in ENDINGS}
    if not whole.name or not whole.parent.is_dir():
        return []
    names = sorted(name for name in os.listdir(whole.parent) if name.startswith(f"{whole.name}{MIDDLE}"))
    return [whole.parent / name for name in names if name[len(whole.name) :].lower() in wanted]


def choose_file(place: Path, handins: Path | None = None) -> Path:
    """Return the file of a place: HANDINS, RUNS, or the file itself. It need not be there yet.

    handins: from where the class of RUNS was taken, after which its file is named.
    """
    if place.suffix.lower() in ENDINGS and not place.is_dir():
        return place
    if not place.is_dir():
        says = f"no such folder; expected HANDINS, RUNS, or a file that ends with {', '.join(ENDINGS)}"
        raise FixableError(Fault((str(place),), says))
    before = find_applied(place) if (place / "runs.json").exists() else None
    if before is not None and before.exists():
        return before
    folders = (handins, place) if handins is not None and handins.parent.is_dir() else (place,)
    whole = name_folder(folders[0])
    return find_file(*folders) or whole.with_name(f"{whole.name}{MIDDLE}{ENDINGS[0]}")


def find_folder(place: Path) -> Path | None:
    """Return the folder that a place is, or that a decisions file is named after; None where there is none."""
    if place.is_dir():
        return place
    name, middle, _ = place.name.rpartition(MIDDLE)
    folder = place.with_name(name) if name and middle else None
    return folder if folder is not None and folder.is_dir() else None


def name_folder(folder: Path) -> Path:
    """Return a folder's path, whole where its last part is no name (`.`, `..`)."""
    return folder if folder.name not in ("", "..") else Path(os.path.abspath(folder))


def find_applied(runs: Path) -> Path | None:
    """Return the file that the last scoring of a RUNS folder applied, None where it applied none."""
    path = runs / APPLIED_FILE
    if not path.exists():
        return None
    data = load_json(path, "what hw9 score writes; remove it to score without the decisions that were applied")
    applied = parse_as(Applied, data, str(path))
    return find_path(applied.file, applied.seen, runs)


def check_still_there(file: Path | None, runs: Path) -> None:
    """Raise a FixableError where decisions were applied before and there is no file now."""
    before = find_applied(runs)
    if before is None or file is not None:
        return
    says = "the last scoring applied its decisions, and now there are none; expected that file beside its folder, "
    raise FixableError(Fault((str(before),), f"{says}`--decisions FILE`, or an empty file where they no longer hold"))


def _say_applied(file: Path, runs: Path, count: int) -> str:
    """Say which decisions apply, and which the last scoring applied where these are of another file."""
    before = find_applied(runs)
    other = before is not None and file.resolve() != before.resolve()
    return f"{file}: these decisions apply ({count})" + (f"; the last scoring applied {before}" if other else "")


def save_applied(runs: Path, decisions: Decisions) -> None:
    """Keep in a RUNS folder which file was applied; nothing where there was none."""
    if decisions.file is not None:
        file, seen = tell_path(decisions.file, runs)
        applied = Applied(file=file, seen=seen)
        write_whole(runs / APPLIED_FILE, to_json(applied))
