"""What a person must do, on one screen: everyone once, those with the same reasons together, the most of them first.

Same: nothing but names, numbers and ids differ. These stand behind their student, as far as there is room.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.text import Text

from grader.scoring.handin_record import HandinRecord

WIDTH = 100  # columns of a line
MOST_LINES = 40
MOST_OF_NAMES = 3  # lines of the names in a group
DETAIL = "Found: "  # of the reason before it: for the page
QUOTED = r"(?<!\w)'[^']*(?:'|\.\.\.)|\"[^\"]*(?:\"|\.\.\.)"
LISTED = r"(?<=: )[\w-]+(?:, [\w-]+)*(?=\.$)"  # questions, cells
GROUPS = r"(?<=^Outputs of )[\w., ]+(?= (?:differ|were|cannot))"
VALUE = re.compile(rf"{QUOTED}|{LISTED}|{GROUPS}|[\w.@+-]*\d[\w@+-]*(?:\.\w[\w@+-]*)*")
PLACE = re.compile(r" \(from 0, texts counted\)")
MANY = re.compile(r"…(?:,? (?:and )?…)+")


def list_needed(records: Iterable[HandinRecord], page: Path) -> tuple[str, ...]:
    """Return at most MOST_LINES lines: who needs a person and why; `page` is where the others are found."""
    groups: dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for one in records:
        if one.needs_person:
            whys = [PLACE.sub("", why.en) for why in one.staff_why if not why.en.startswith(DETAIL)]
            groups[tuple(dict.fromkeys(map(generalize, whys)))].append((one.student, tuple(whys)))
    lines: list[str] = []
    left = 0
    for said, its in sorted(groups.items(), key=lambda group: -len(group[1])):
        more = list(_show_group(said, its))
        fits = len(lines) + len(more) < MOST_LINES
        lines += more if fits else []
        left += 0 if fits else len(its)
    return (*lines, *([f"{left:3} more for other reasons: see {page}"] if left else []))


def generalize(why: str) -> str:
    """Return a sentence without what is one student's alone.

    >>> generalize("Unreadable answers: lime-1, lime-2.")
    'Unreadable answers: …'
    >>> generalize("handins.csv has no row for 'b01-Copy1.ipynb'; it looks like b01.")
    'handins.csv has no row for …; it looks like …'
    """
    return MANY.sub("…", VALUE.sub("…", why)).replace("….", "…")


def _show_group(whys: Sequence[str], its: Sequence[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    """Yield the lines of those who have the same reasons; one alone has his or her own words."""
    if len(its) == 1:
        student, own = its[0]
        yield _cut(f"  1 {student}: {' '.join(own)}")
        return
    yield _cut(f"{len(its):3} {' '.join(whys)}")
    yield from wrap_names([_name(student, own) for student, own in its])


def _name(student: str, whys: Iterable[str]) -> str:
    """Return a student with what his or her reasons name, but for the student."""
    values = (value.strip("'\"") for why in whys for value in VALUE.findall(why))
    said = ", ".join(dict.fromkeys(value for value in values if student not in value))
    return f"{student} ({_cut(said, 40)})" if said else student


def wrap_names(names: Sequence[str], most: int | None = MOST_OF_NAMES) -> Iterator[str]:
    """Yield lines of names, at most so many of them (None: all) and the number of the other names."""
    lines, rest = [""], list(names)
    while rest:
        longer = f"{lines[-1]}, {rest[0]}" if lines[-1] else rest[0]
        if lines[-1] and Text(longer).cell_len > WIDTH - 18:  # room for the indent and for how many more
            if len(lines) == most:
                lines[-1] += f" and {len(rest)} more"
                break
            lines.append(rest.pop(0))
        else:
            lines[-1] = longer
            rest.pop(0)
    return (f"      {line}" for line in lines)


def _cut(line: str, width: int = WIDTH) -> str:
    """Return a text on one line of so many columns; a Chinese character takes two."""
    text = Text(line.replace("\n", " "))
    text.truncate(width, overflow="ellipsis")
    return text.plain
