"""Watch files, and do something whenever one changes: `hw9 questions check --watch`."""

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from assignment.course import Course, open_course
from assignment.fixable import FixableError
from grader.commands.terminal.screen import print_faults, say

SECONDS = 0.5  # between two looks
Times = Mapping[Path, int]


def watch(course: Course, check: Callable[[Course], int], wait: Callable[[float], None] = time.sleep) -> int:
    """Check a course, and again whenever its bank or its settings change, until Ctrl-C; return the last exit code."""
    seen, code = read_times(list_watched(course)), check_once(course, check)
    try:
        while True:
            wait(SECONDS)
            now = read_times(list_watched(course))
            if now != seen:
                names = sorted(path.name for path in now.keys() | seen.keys() if now.get(path) != seen.get(path))
                seen = now
                say(f"\nchanged: {', '.join(names)}")
                code = check_once(course, check)
    except KeyboardInterrupt:
        say("\nended")
        return code


def check_once(course: Course, check: Callable[[Course], int]) -> int:
    """Check a course as its files are now, which may be half-way: what cannot be read is a fault like others."""
    try:
        return check(open_course(None if course.embedded else course.folder))
    except FixableError as error:
        return print_faults(error.faults)


def list_watched(course: Course) -> list[Path]:
    """Return the files that a check reads and a person edits."""
    return [*course.bank.glob("*.yaml"), course.settings, course.folder / "manifest.yaml"]


def read_times(paths: Iterable[Path]) -> Times:
    """Return when each file was changed; one that is just being replaced is left out."""
    found = {}
    for path in paths:
        try:
            found[path] = path.stat().st_mtime_ns
        except OSError:
            continue
    return found
