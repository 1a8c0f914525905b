"""The students' pages in one zip file, named so that the course system gives each back to its student.

    Canvas, NTU COOL   `chenada_41000_90001_report.html`: user and upload as in the download ("Upload Submissions")
    Moodle             `Ada Chen_123_assignsubmission_file_/report.html` ("Upload multiple feedback files in a zip")
    otherwise          `<student>.html`

`collected.json`, which `hw9 collect` writes, says what each hand-in was called. The same pages give the same bytes.
"""

import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from assignment.fixable import FixableError, load_file, to_faults
from grader.collect.record import Collected, Student
from grader.collect.systems import CANVAS, MOODLE
from grader.files.whole import MOST_BYTES, open_aside
from grader.report.pages import REPORT_FILE

MIB = 1024 * 1024
ENTRIES = 128  # bytes more than a zip file's two entries of one page have, without its name; and the end of the file
Page = tuple[str, str]  # a student, and what his or her page is called in the zip


@dataclass(frozen=True)
class GivenBack:
    """What went into the zip: names by student; `unnamed` are those whom no course system knows by their name."""

    names: dict[str, str]
    unnamed: tuple[str, ...]
    without_page: tuple[str, ...]


def load_collected(path: Path) -> Collected:
    """Return the record of a collected class; FixableError where it cannot be read."""
    data = load_file(path, MOST_BYTES, "the collected.json that hw9 collect wrote")
    try:
        return Collected.model_validate_json(data)
    except ValidationError as error:
        raise FixableError(*to_faults(error, str(path))) from None


def name_pages(students: Iterable[str], written: Iterable[str], collected: Collected | None) -> GivenBack:
    """Return what each page is called in the zip.

    students: the class; written: those with a page. Without `collected` every page is `<student>.html`.
    """
    known = {one.student: one for one in collected.students} if collected is not None else {}
    names: dict[str, str] = {}
    unnamed = []
    for student in sorted(written):
        name = find_name(known[student]) if student in known else None
        if name is None or name in names.values():
            unnamed.append(student)
            name = f"{student}.html"
        names[student] = name
    absent = sorted({*students, *known} - names.keys())
    return GivenBack(names, tuple(unnamed) if collected is not None else (), tuple(absent))


def find_name(student: Student) -> str | None:
    """Return what the course system expects a student's page to be called; None where no file tells.

    A notebook's own name counts before that of a file beside it.
    """
    for file in sorted(student.files, key=lambda file: not file.path.endswith(".ipynb")):
        below = file.source.partition(": ")[2]  # what the download calls it, whatever the download is called
        for part in re.split(": |/", below):
            if not part.isprintable() or "\\" in part:  # another program's folders, or the end of the name
                continue
            moodle, canvas = MOODLE.fullmatch(part), CANVAS.fullmatch(part)
            if moodle is not None:
                return f"{moodle['name']}_{moodle['user']}_assignsubmission_file_/{REPORT_FILE}"
            if canvas is not None and canvas["upload"]:
                return f"{part.removesuffix(canvas['file'])}{REPORT_FILE}"
    return None


def save_zips(runs: Path, given: GivenBack, out: Path, most: int | None = None) -> tuple[Path, ...]:
    """Write the zip file, or with `most` bytes as many as it takes, called FILE-1.zip and so on; return their paths.

    Each is whole or not there; FixableError where a place cannot be written, or a page alone is larger.
    """
    pages = sorted(given.names.items(), key=lambda item: item[1])
    if most is None:
        _save_zip(runs, pages, out)
        return (out,)
    parts = _part(runs, pages, most)
    paths = tuple(out.with_name(f"{out.stem}-{n}{out.suffix}") for n in range(1, len(parts) + 1))
    for part, path in zip(parts, paths, strict=True):
        _save_zip(runs, part, path)
    return paths


def _part(runs: Path, pages: Sequence[Page], most: int) -> list[list[Page]]:
    """Return the pages in as few runs of them as have at most so many bytes, packed, each with its two entries."""
    parts: list[list[Page]] = [[]]
    left = most
    for student, name in pages:
        page = _read_page(runs, student)
        size = len(zlib.compress(page)) + 2 * len(name.encode()) + ENTRIES
        if size > most:
            raise FixableError(f"--zip-mib: less than the page of {student}; expected {-(-size // MIB)} or more")
        if size > left:
            parts.append([])
            left = most
        parts[-1].append((student, name))
        left -= size
    return parts


def _save_zip(runs: Path, pages: Sequence[Page], out: Path) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with open_aside(out) as (aside, file):
            _write_zip(runs, pages, file)
            aside.replace(out)
    except OSError as error:
        raise FixableError(f"{out}: {error.strerror}; expected a place that can be written") from None


def _write_zip(runs: Path, pages: Sequence[Page], file: IO[bytes]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for student, name in pages:
            page = _read_page(runs, student)
            archive.writestr(zipfile.ZipInfo(name), page, zipfile.ZIP_DEFLATED)


def _read_page(runs: Path, student: str) -> bytes:
    return load_file(runs / student / REPORT_FILE, MOST_BYTES, "the page that hw9 report wrote")
