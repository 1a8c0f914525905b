"""`hw9 course fetch`: bring the large files that the course's lock.yaml names."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import TransferSpeedColumn as SpeedColumn

from assignment.course import Course
from assignment.fetch.download import Progress as Told
from assignment.fetch.fetch import Outcome, fetch_assets, find_disagreements
from assignment.fetch.lock import LOCK_NAME, load_lock
from assignment.fetch.sources import find_access
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import Screen, print_faults, say

ABOUT = """Bring the large files that the course's lock.yaml names, each with its bytes and sha256, into the course's
folder. What was fetched once is kept in a cache; what broke off goes on where it stopped. Nothing of yours is
overwritten. assignment/authoring/README.md says how a lock.yaml is written.

environment: HW9_CACHE (folder of the cache), HW9_FETCH_TOKEN (for entries that are private), HF_TOKEN and HF_ENDPOINT
(for files of a Hugging Face repository).
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "fetch",
        _start,
        says="bring the large files that the course's lock.yaml names",
        about=ABOUT,
        examples=("hw9 course fetch --course winter",),
    )
    parser.add_argument("--offline", action="store_true", help="take what is in the cache or on a disk, ask no server")


def _start(options: argparse.Namespace) -> int:
    return fetch(course=options.course, offline=options.offline)


def fetch(*, course: Course, offline: bool = False) -> int:
    """Bring what can be had, and print every fault; 1 where there was one."""
    path = course.folder / LOCK_NAME
    if not path.exists():
        say(f"{course.folder}: no {LOCK_NAME}: nothing to fetch")
        return 0
    lock, access = load_lock(path), find_access(os.environ, offline=offline)
    with _show_bars() as told:
        outcomes = list(fetch_assets(course.folder, lock, access, told))
    for outcome in outcomes:
        _say_outcome(outcome)
    missed = [fault for outcome in outcomes if outcome.source is None for fault in outcome.faults]
    return print_faults([*missed, *find_disagreements(course.folder, lock, course.manifest)])


def _say_outcome(outcome: Outcome) -> None:
    if outcome.source is None:
        return
    say(f"{outcome.asset.path}: {outcome.asset.bytes:,} bytes, {outcome.source}")
    for fault in outcome.faults:
        say(f"  not from {': '.join((*fault.place[2:], fault.says))}")


@contextmanager
def _show_bars() -> Iterator[Told]:
    """Show on stderr a bar for each file that comes: bytes, speed, time left."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), SpeedColumn())
    bars: dict[str, TaskID] = {}
    shown = Progress(*columns, TimeRemainingColumn(), console=Screen(stderr=True))

    def tell(done: int, total: int, name: str) -> None:
        if name not in bars:
            bars[name] = shown.add_task(name, total=total, completed=done)
            shown.start()
        shown.update(bars[name], completed=done)

    try:
        yield tell
    finally:
        if bars:  # else it would print an empty line
            shown.stop()
