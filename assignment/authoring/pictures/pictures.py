"""Photographs become the pictures of a course: `pictures/N.png`, N from 0, each an entry of the manifest."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assignment.assignment import Bilingual, Size
from assignment.authoring.draft import CourseDraft, Rights
from assignment.authoring.pictures.photograph import SUFFIXES, Photograph, load_photograph
from assignment.authoring.pictures.picture_list import LIST_NAMES, Wanted
from assignment.authoring.pictures.preparation import (
    PREPARATION_NAME,
    Fit,
    Preparation,
    cut_picture,
    dump_preparations,
    find_box,
    load_preparations,
    name_asset,
)
from assignment.fixable import Fault, FixableError, check_all
from assignment.profile import PictureEntry


@dataclass(frozen=True)
class Arrived:
    """A picture that came in: its number, what it is now, and what a person should know of it."""

    number: int
    entry: PictureEntry
    preparation: Preparation
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Made:
    arrived: Arrived
    png: bytes
    rights: Rights


def list_photographs(folder: Path) -> list[Path]:
    """Return the picture files of a folder by name, numbers in names in their order; FixableError where none is."""
    found = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")]
    if not found:
        raise FixableError(Fault((str(folder),), f"no picture; expected files called *{', *'.join(SUFFIXES)}"))
    return sorted(found, key=lambda path: _to_order(path.name))


def _to_order(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts names as people count.

    >>> sorted(["b10", "b9", "a"], key=_to_order)
    ['a', 'b9', 'b10']
    """
    parts = re.split(r"(\d+)", name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def add_pictures(draft: CourseDraft, wanted: Sequence[Wanted], *, replace: bool, fit: Fit, color: str) -> list[Arrived]:
    """Bring photographs into a course; FixableError with the faults of all of them, and then nothing is written.

    A photograph that is a picture already takes its number again, its mask only where it is cut as before.
    """
    preparations = load_preparations(draft.folder, [one.asset for one in draft.pictures])
    made: list[_Made] = []
    faults: list[Fault] = []
    numbers = _give_numbers(draft, wanted, preparations)
    for one, number in zip(wanted, numbers, strict=True):
        try:
            if number < len(draft.pictures) and not replace:
                says = f"is picture {number} already; expected another photograph, or --replace"
                raise FixableError(Fault((str(one.file),), says))
            made.append(_make(draft, one, number, preparations.get(number), fit=fit, color=color))
        except FixableError as error:
            faults += error.faults
    check_all([*_find_twice(wanted), *faults])
    _store(draft, preparations, made)
    return [one.arrived for one in made]


def _give_numbers(draft: CourseDraft, wanted: Sequence[Wanted], preparations: Mapping[int, Preparation]) -> list[int]:
    """Return the number of each photograph: of the picture that it is already, or the next."""
    known = {its.file: number for number, its in preparations.items()}
    new = [name for name in dict.fromkeys(one.file.name for one in wanted) if name not in known]
    known |= {name: number for number, name in enumerate(new, len(draft.pictures))}
    return [known[one.file.name] for one in wanted]


def _find_twice(wanted: Sequence[Wanted]) -> Iterator[Fault]:
    """Yield the photographs that share a name, by which masks find them."""
    seen: set[str] = set()
    for one in wanted:
        if one.file.name in seen:
            yield Fault(one.place, f"a second {one.file.name}; expected each photograph once, under its own name")
        seen.add(one.file.name)


def _make(draft: CourseDraft, one: Wanted, number: int, before: Preparation | None, *, fit: Fit, color: str) -> _Made:
    """Return a photograph as a picture; FixableError with each fault of it and of what was said of it."""
    faults: list[Fault] = []
    old = draft.pictures[number] if number < len(draft.pictures) else None
    rights = draft.assets.get(old.asset, {}) if old else {}
    said = _take_said(one, old, rights, len(draft.settings.categories), faults)
    try:
        photograph = load_photograph(one.file)
    except FixableError as error:
        raise FixableError(*faults, *error.faults) from None
    check_all(faults)
    preparation = _prepare(one.file.name, photograph, draft.settings.size, fit)
    kept = old is not None and preparation == before
    mask = old.mask if old and kept else None
    entry = PictureEntry(asset=name_asset(number), mask=mask, label=said[0], shows=said[1])
    notes = [*photograph.notes, *_list_notes(preparation)]
    if old and old.mask and not kept:
        notes.append("its mask was of another picture and is taken out: `hw9 course masks`")
    stream = io.BytesIO()
    cut_picture(photograph.image, preparation, color).save(stream, "PNG", optimize=True)
    arrived = Arrived(number, entry, preparation, tuple(notes))
    return _Made(arrived, stream.getvalue(), Rights(licence=said[2], source=said[3]))


def _take_said(
    one: Wanted, old: PictureEntry | None, rights: Mapping[str, str], categories: int, faults: list[Fault]
) -> tuple[int, Bilingual, str, str]:
    """Return label, what it shows, licence and source, as said now or before; one fault names all that nobody said."""
    label = one.label
    if label is None and old and old.label < categories:
        label = old.label
    shows = one.shows or (old and old.shows)
    licence, source = one.licence or rights.get("licence"), one.source or rights.get("source")
    its = {"label N": label, "shows EN ZH": shows, "licence CC0-1.0": licence, "source S": source}
    if lacks := [name for name, value in its.items() if value is None]:
        names, typed = ", ".join(name.split()[0] for name in lacks), ", ".join(f"--{name}" for name in lacks)
        faults.append(Fault((*one.place, names), f"missing; expected {typed}, or an entry of {LIST_NAMES[0]}"))
    return label or 0, shows or Bilingual(en="-", zh="-"), licence or "", source or ""


def _prepare(name: str, photograph: Photograph, size: Size, fit: Fit) -> Preparation:
    width, height = photograph.image.size
    return Preparation(
        file=name,
        sha256=photograph.sha256,
        photograph=Size(height=height, width=width),
        box=find_box(height, width, size, fit),
        picture=size,
    )


def _list_notes(preparation: Preparation) -> Iterator[str]:
    its, (_, _, width, height) = preparation.photograph, preparation.box
    if width > its.width or height > its.height:
        yield f"padded from {its.width} x {its.height} to {width} x {height}"
    elif (lost := 1 - width * height / (its.width * its.height)) >= 0.005:
        yield f"{lost:.0%} cut off"
    if preparation.enlarged > 1:
        yield f"warning: enlarged {preparation.enlarged:.1f} times, so it is blurred"


def _store(draft: CourseDraft, preparations: Mapping[int, Preparation], made: Sequence[_Made]) -> None:
    entries = dict(enumerate(draft.pictures)) | {one.arrived.number: one.arrived.entry for one in made}
    prepared = {**preparations} | {one.arrived.number: one.arrived.preparation for one in made}
    files = {one.arrived.entry.asset: one.png for one in made}
    draft.store(
        files | {PREPARATION_NAME: dump_preparations(prepared)},
        [entries[number] for number in sorted(entries)],
        {one.arrived.entry.asset: one.rights for one in made},
    )
