"""Put what was chosen into its place: `<student>.ipynb`, or `<student>/` where more files came, and `.earlier/`."""

import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.collect.attempts import Chosen, Owned
from grader.collect.record import File
from grader.handins.listing import EARLIER

Parts = tuple[str, ...]  # the parts of a path below HANDINS
HELD = "held.txt"  # says why nothing of a student could be taken


def place_student(folder: Path, student: str, chosen: Chosen) -> tuple[tuple[File, ...], tuple[File, ...]]:
    """Put one student's files below `folder`; returns those that count and the earlier ones."""
    alone = len(chosen.taken) == 1 and chosen.taken[0][0][-1].lower().endswith(".ipynb")
    paths = [((f"{student}.ipynb",) if alone else (student, *path), one) for path, one in chosen.taken]
    files = _place(folder, paths)
    earlier = [
        ((EARLIER, student, str(number), *one.piece.inner), one)
        for number, its in enumerate(chosen.earlier, start=1)
        for one in its
    ]
    return files, _place(folder, earlier)


def place_notice(folder: Path, student: str, reasons: Sequence[str]) -> None:
    """Write a student's folder that says why nothing could be taken, so that the hand-in is not taken for missing."""
    path = folder / student / HELD
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{reason}\n" for reason in reasons), encoding="utf-8")


def _place(folder: Path, paths: Iterable[tuple[Parts, Owned]]) -> tuple[File, ...]:
    """Link each piece to its path; one that is another's already gets the name of its attempt before it."""
    taken: set[Parts] = set()
    folders: set[Parts] = set()
    files = []
    for path, one in paths:
        free = _find_free(path, one.owner.attempt.replace("/", "_")[:40] or "again", taken, folders)
        taken.add(free)
        folders.update(_find_folders(free))
        target = folder.joinpath(*free)
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(one.piece.path, target)
        files.append(File(path="/".join(free), source=one.piece.source, bytes=one.piece.size, sha256=one.piece.sha256))
    return tuple(files)


def _find_free(path: Parts, attempt: str, taken: set[Parts], folders: set[Parts]) -> Parts:
    """Return a path that is no other's file or folder, and not below another's file."""
    free, number = path, 1
    while free in taken | folders or taken.intersection(_find_folders(free)):
        number += 1
        free = (*path[:1], attempt if number == 2 else f"{attempt} {number}", *path[1:])
    return free


def _find_folders(path: Parts) -> set[Parts]:
    return {path[:depth] for depth in range(1, len(path))}


def _copy(piece: Path, target: Path) -> None:
    """Give a file a second name where its first is only for our own use; a second owner's is a copy."""
    if os.stat(piece).st_nlink == 1:
        os.link(piece, target)
    else:
        shutil.copyfile(piece, target)
