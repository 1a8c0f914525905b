"""What was drawn or painted on photographs becomes masks: `masks/N.png`, 0 background, n the n-th region of the course.

A pixel is in an outline where its centre is. Outlines and levels go through the same box as their photograph went.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from skimage.draw import polygon

from assignment.assignment import Size
from assignment.authoring.draft import CourseDraft, Rights
from assignment.authoring.pictures.levels import list_regions, load_levels
from assignment.authoring.pictures.outlines import FORMS, Drawing, Outline, load_drawings
from assignment.authoring.pictures.preparation import Preparation, load_preparations
from assignment.fixable import Fault, FixableError, check_all, suggest
from assignment.outputs import Array

EDGE = 1.0  # pixels that an outline may lie beyond the photograph before it is said


@dataclass(frozen=True)
class Masked:
    """A mask that came in: (H, W) uint8, from which place, and what a person should know of it."""

    number: int
    place: str
    levels: Array
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Target:
    """One way to name a picture: by its photograph's file, or as the picture itself."""

    name: str
    number: int
    preparation: Preparation


def add_masks(
    draft: CourseDraft, files: Sequence[Path], values: Mapping[int, int], *, licence: str | None, source: str | None
) -> list[Masked]:
    """Bring masks into a course; FixableError with the faults of all files, and then nothing is written."""
    targets = _list_targets(draft)
    found: list[Masked] = []
    faults: list[Fault] = []
    for path in files:
        try:
            found += _read(path, targets, draft, values)
        except FixableError as error:
            faults += error.faults
    numbers = [one.number for one in found]
    for one in found:
        if numbers.count(one.number) > 1:
            faults.append(Fault((one.place,), f"a second mask of picture {one.number}; expected one for each"))
    check_all(faults)
    _store(draft, found, licence, source)
    return found


def _list_targets(draft: CourseDraft) -> list[_Target]:
    """Return each way to name each picture; FixableError where one has another size than the course."""
    if not draft.pictures:
        raise FixableError(Fault((str(draft.folder),), "no pictures; expected `hw9 course pictures` before the masks"))
    prepared = load_preparations(draft.folder, [one.asset for one in draft.pictures])
    size, targets = draft.settings.size, []
    for number, entry in enumerate(draft.pictures):
        its = prepared.get(number)
        if its and its.picture == size:
            targets.append(_Target(its.file, number, its))
        elif its:
            says = f"{_show(its.picture)}; expected {_show(size)}, as course.yaml says"
            raise FixableError(Fault((str(draft.folder / entry.asset),), f"{says}: `hw9 course pictures --replace`"))
        own = Preparation(
            file=entry.asset,
            sha256=draft.assets[entry.asset]["sha256"],
            photograph=size,
            box=(0, 0, size.width, size.height),
            picture=size,
        )
        targets.append(_Target(f"{number}.png", number, own))
    return targets


def _read(path: Path, targets: Sequence[_Target], draft: CourseDraft, values: Mapping[int, int]) -> Iterator[Masked]:
    regions = tuple(draft.settings.regions)
    if path.suffix.lower() == ".png":
        levels = load_levels(path, regions, values)
        size = Size(height=levels.shape[0], width=levels.shape[1])
        target = _find_painted(path, size, targets)
        moved = target.preparation.move_levels(levels).astype(np.uint8)
        gone = [regions[level - 1] for level in np.unique(levels) if level and level not in moved]
        yield Masked(target.number, str(path), moved, tuple(f"{name} is empty: all of it was cut off" for name in gone))
        return
    if path.suffix.lower() not in (".json", ".yaml", ".yml"):
        raise FixableError(Fault((str(path),), f"of no form that is read; expected {FORMS}"))
    faults: list[Fault] = []
    for drawing in load_drawings(path):
        try:
            yield _draw(drawing, _find_drawn(drawing, targets), draft)
        except FixableError as error:
            faults += error.faults
    check_all(faults)


def _find_painted(path: Path, size: Size, targets: Sequence[_Target]) -> _Target:
    """Return what a PNG is the mask of: a photograph or picture of its name, and of its size."""
    named = {one.number for one in targets if Path(one.name).stem == path.stem}
    if not named:
        known = sorted({Path(one.name).stem for one in targets})
        raise FixableError(Fault((str(path),), f"named as no picture; expected {suggest(path.stem, known)}, and .png"))
    its = [one for one in targets if one.number in named]
    fitting = [one for one in its if one.preparation.photograph == size]
    if not fitting:
        sizes = " or ".join(dict.fromkeys(_show(one.preparation.photograph) for one in its))
        raise FixableError(
            Fault((str(path),), f"{_show(size)} pixels; expected {sizes}, as the photograph or the picture")
        )
    return fitting[0]


def _find_drawn(drawing: Drawing, targets: Sequence[_Target]) -> _Target:
    """Return what was drawn on; FixableError where there is no such picture, or it has another size."""
    if isinstance(drawing.picture, int):
        its = [one for one in targets if one.number == drawing.picture]
        known = f"a picture of the course, 0 to {targets[-1].number}"
    else:
        its = [one for one in targets if one.name == drawing.picture]
        known = f"{suggest(drawing.picture, [one.name for one in targets])}: `hw9 course pictures` comes first"
    if not its:
        raise FixableError(Fault(drawing.place, f"picture {drawing.picture!r}; expected {known}"))
    fitting = [one for one in its if drawing.size in (None, one.preparation.photograph)]
    if not fitting:
        raise FixableError(Fault(drawing.place, _explain_size(drawing.size, its[0].preparation.photograph)))
    return fitting[0]


def _explain_size(found: Size | None, wanted: Size) -> str:
    says = f"drawn on {_show(found)} pixels; expected {_show(wanted)}, the photograph as it is seen"
    if found and (found.height, found.width) == (wanted.width, wanted.height):
        return f"{says}: draw on it with its EXIF turn made, as labelme shows it"
    return says


def _show(size: Size | None) -> str:
    return f"{size.width} x {size.height}" if size else "unknown"


def _draw(drawing: Drawing, target: _Target, draft: CourseDraft) -> Masked:
    """Return the mask of what was drawn; FixableError with each outline of an unknown region."""
    names = _list_names(draft)
    check_all(_find_region_faults(drawing.outlines, names, tuple(draft.settings.regions)))
    size = target.preparation.picture
    notes: list[str] = []
    levels = np.zeros((size.height, size.width), dtype=np.uint8)
    for outline in drawing.outlines:
        notes += _list_notes(outline, target.preparation)
        points = target.preparation.move(outline.points) - 0.5  # from edges of pixels to their centres
        inside: Any = polygon(points[:, 1], points[:, 0], levels.shape)  # type: ignore[no-untyped-call]
        levels[inside] = names[outline.region.casefold()]
    for name, level in list_regions(tuple(draft.settings.regions)).items():
        if level and level not in levels and level in {names[one.region.casefold()] for one in drawing.outlines}:
            notes.append(f"warning: {name} is empty: cut off, covered, or smaller than a pixel")
    return Masked(target.number, ": ".join(drawing.place), levels, tuple(dict.fromkeys(notes)))


def _list_names(draft: CourseDraft) -> dict[str, int]:
    """Return the levels of the regions by each of their names: the settings' own, and both languages'."""
    found = {text.casefold(): level
             for level, one in enumerate(draft.settings.regions.values(), 1) for text in (one.en, one.zh)}  # fmt: skip
    return found | {name.casefold(): level for name, level in list_regions(tuple(draft.settings.regions)).items()}


def _find_region_faults(
    outlines: Sequence[Outline], names: Mapping[str, int], regions: Sequence[str]
) -> Iterator[Fault]:
    for one in outlines:
        if one.region.casefold() not in names:
            known = suggest(one.region, list_regions(regions))
            yield Fault(one.place, f"unknown region {one.region!r}; expected {known}, as course.yaml lists them")


def _list_notes(outline: Outline, preparation: Preparation) -> Iterator[str]:
    its, size = preparation.photograph, preparation.picture
    if (outline.points < -EDGE).any() or (outline.points > [its.width + EDGE, its.height + EDGE]).any():
        yield f"{outline.region}: goes beyond the photograph, cut at its edge"
    moved = preparation.move(outline.points)
    if (moved < -EDGE).any() or (moved > [size.width + EDGE, size.height + EDGE]).any():
        yield f"{outline.region}: cut at the picture's edge"


def _store(draft: CourseDraft, found: Sequence[Masked], licence: str | None, source: str | None) -> None:
    entries, files, rights = list(draft.pictures), {}, {}
    for one in found:
        path, stream = f"masks/{one.number}.png", io.BytesIO()
        Image.fromarray(one.levels).save(stream, "PNG", optimize=True)
        its = draft.assets[entries[one.number].asset]
        files[path] = stream.getvalue()
        rights[path] = Rights(licence or its["licence"], source or f"drawn on {its['path']}: {its['source']}")
        entries[one.number] = entries[one.number].model_copy(update={"mask": path})
    draft.store(files, entries, rights)
