"""What an author says of photographs: a label, what each shows, its licence and its source, in options or in a list.

    - file: IMG_2041.jpg
      label: Bread                  # a category's name in either language, or its number
      shows: {en: A loaf on a board., zh: 一條麵包，放在木板上。}
      licence: CC0-1.0
      source: photographed for this course

A CSV file has the columns file, label, shows_en, shows_zh, licence, source.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assignment.assignment import Bilingual
from assignment.fixable import (
    MOST_YAML,
    Fault,
    FixableError,
    check_all,
    load_file,
    load_yaml,
    parse_as,
    show_value,
    suggest,
)

FIELDS = ("file", "label", "shows", "licence", "source")
COLUMNS = ("file", "label", "shows_en", "shows_zh", "licence", "source")
LIST_NAMES = ("pictures.yaml", "pictures.csv")


@dataclass(frozen=True)
class Wanted:
    """A photograph that shall be a picture; None: nothing was said, so what was there stays."""

    file: Path
    place: tuple[str, ...]  # where it was asked for
    label: int | None = None
    shows: Bilingual | None = None
    licence: str | None = None
    source: str | None = None


def load_list(path: Path, categories: Sequence[Bilingual]) -> list[Wanted]:
    """Return the photographs of a list; FixableError with each fault of all its rows."""
    rows = _load_csv(path) if path.suffix.lower() == ".csv" else load_yaml(path)
    if not isinstance(rows, list) or not rows:
        raise FixableError(
            Fault((str(path),), f"{show_value(rows)}; expected a list of entries with {', '.join(FIELDS)}")
        )
    found: list[Wanted] = []
    faults: list[Fault] = []
    for number, row in enumerate(rows):
        try:
            found.append(_parse_row(row, path, number, categories))
        except FixableError as error:
            faults += error.faults
    names = [one.file.name for one in found]
    faults += [
        Fault((str(path), name), "is there twice; expected each once") for name in names if names.count(name) > 1
    ]
    check_all(dict.fromkeys(faults))
    return found


def _load_csv(path: Path) -> list[dict[str, Any]]:
    try:
        text = load_file(path, MOST_YAML, "a CSV file").decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FixableError(
            Fault((str(path),), f"byte {error.start} is not UTF-8; expected a CSV file in UTF-8")
        ) from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, restkey="more columns")
    try:
        rows = list(reader)
    except csv.Error as error:
        raise FixableError(Fault((str(path), f"line {reader.line_num}"), f"{error}; expected CSV")) from None
    return [_join_shows({key: value for key, value in row.items() if value not in (None, "")}) for row in rows]


def _join_shows(row: dict[str, Any]) -> dict[str, Any]:
    shows = {language: row.pop(f"shows_{language}") for language in ("en", "zh") if f"shows_{language}" in row}
    return row | ({"shows": shows} if shows else {})


def _parse_row(row: object, path: Path, number: int, categories: Sequence[Bilingual]) -> Wanted:
    name = row.get("file") if isinstance(row, dict) else None
    place = (str(path), name if isinstance(name, str) else f"entry {number}")
    if not isinstance(row, dict):
        raise FixableError(Fault(place, f"{show_value(row)}; expected the fields {', '.join(FIELDS)}"))
    check_all(_find_row_faults(row, place))
    return Wanted(
        file=path.parent / row["file"],
        place=place,
        label=None if row.get("label") is None else parse_label(row["label"], categories, *place, "label"),
        shows=None if row.get("shows") is None else parse_as(Bilingual, row["shows"], *place, "shows"),
        licence=row.get("licence"),
        source=row.get("source"),
    )


def _find_row_faults(row: dict[Any, Any], place: tuple[str, ...]) -> Iterator[Fault]:
    for name in row:
        if name not in FIELDS:
            yield Fault((*place, str(name)), f"unknown field; expected {suggest(str(name), FIELDS)}")
    for name in ("file", "licence", "source"):
        value = row.get(name)
        if (value is None and name == "file") or (value is not None and not (isinstance(value, str) and value.strip())):
            yield Fault((*place, name), f"{'missing' if value is None else show_value(value)}; expected text")


def parse_label(value: object, categories: Sequence[Bilingual], *place: str) -> int:
    """Return the number of a category by its number or its name in either language; FixableError where it is none.

    >>> parse_label("麵包", [Bilingual(en="Bread", zh="麵包")]), parse_label("0", [Bilingual(en="Bread", zh="麵包")])
    (0, 0)
    """
    names = {name.casefold(): number for number, one in enumerate(categories) for name in (one.en, one.zh)}
    text = str(value).strip()
    if text.casefold() in names:
        return names[text.casefold()]
    if text.isdecimal() and not isinstance(value, bool) and int(text) < len(categories):
        return int(text)
    known = f"0 to {len(categories) - 1} or {suggest(text, [one.en for one in categories])}"
    raise FixableError(Fault(place, f"{show_value(value)}; expected a category of course.yaml: {known}"))


def fill(wanted: Wanted, *, licence: str | None, source: str | None) -> Wanted:
    """Return a photograph with the licence and source of the options where its list says none."""
    return replace(wanted, licence=wanted.licence or licence, source=wanted.source or source)
