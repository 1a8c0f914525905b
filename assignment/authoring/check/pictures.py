"""The check of a course's pictures and masks: every file opened, sizes, labels, grey levels, what they carry along."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from assignment.assignment import Assignment
from assignment.authoring.check.section import Author, Flaw, Section, list_some
from assignment.files.foreign import read_file
from assignment.fixable import Fault
from assignment.profile import MANIFEST_NAME, MOST_PICTURE, PictureEntry, Profile

TURNED, GPS = ExifTags.Base.Orientation, ExifTags.IFD.GPSInfo


def check_pictures(profile: Profile, assignment: Assignment, author: Author) -> Section:
    """Return what is wrong with the pictures and with their labels."""
    faults, size = list[Fault](), (assignment.size.width, assignment.size.height)
    for entry in profile.manifest.pictures:
        path = profile.folder / entry.asset
        faults += (Fault((str(path),), says) for says in _find_picture_faults(path, size))
    flaws = author.to_flaws(faults, "course pictures PHOTO...")
    labels = _find_label_faults(profile.manifest.pictures, len(assignment.categories))
    flaws += author.to_flaws(fault.within(str(profile.folder / MANIFEST_NAME)) for fault in labels)
    says = f"{len(profile.manifest.pictures)} of {size[0]} x {size[1]}, {_count_labels(profile)} categories among them"
    return Section(title="pictures", says=says, flaws=flaws)


def _find_picture_faults(path: Path, size: tuple[int, int]) -> Iterator[str]:
    try:
        with Image.open(io.BytesIO(read_file(path, MOST_PICTURE))) as image:
            image.load()
            exif, found = image.getexif(), image.size
    except FileNotFoundError:
        return  # said by the check of the manifest
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        yield f"{' '.join(str(error).split())}; expected a picture as a PNG file"
        return
    if found != size:
        yield f"{found[0]} x {found[1]} pixels; expected {size[0]} x {size[1]}, `size` of the settings"
    if exif.get(TURNED, 1) != 1:
        yield "its metadata turn it, which nobody who reads the pixels sees; expected the pixels turned"
    if GPS in exif:
        yield "its metadata say where it was taken, to every student; expected none"


def _find_label_faults(pictures: Sequence[PictureEntry], count: int) -> Iterator[Fault]:
    for number, entry in enumerate(pictures):
        if entry.label >= count:
            says = f"{entry.label}; expected 0 to {count - 1}, one of the {count} categories of the settings"
            yield Fault(("pictures", str(number), "label"), says)


def _count_labels(profile: Profile) -> int:
    return len({entry.label for entry in profile.manifest.pictures})


def check_masks(profile: Profile, assignment: Assignment, author: Author) -> Section:
    """Return what is wrong with the masks; a picture need not have one, and a course no regions."""
    entries, regions = profile.manifest.pictures, list(assignment.regions)
    size, seen = (assignment.size.width, assignment.size.height), set[int]()
    flaws: list[Flaw] = []
    for entry in entries:
        if entry.mask is None:
            continue
        path = profile.folder / entry.mask
        levels, faults = _look_at_mask(path, size, regions)
        seen |= levels
        flaws += author.to_flaws((Fault((str(path),), says) for says in faults), "course masks FILE...")
    bare = [str(number) for number, entry in enumerate(entries) if entry.mask is None]
    says = f"{len(entries) - len(bare)} with {', '.join(regions) or 'no regions'}"
    notes = [f"no mask: picture {list_some(bare)}; a question about a region there is a fault"] if bare else []
    if unseen := [name for level, name in enumerate(regions, 1) if level not in seen]:
        notes.append(f"in no picture: {', '.join(unseen)}; a question about that region is a fault")
    return Section(title="masks", says=says, flaws=tuple(flaws), notes=tuple(notes if regions else ()))


def _look_at_mask(path: Path, size: tuple[int, int], regions: Sequence[str]) -> tuple[set[int], list[str]]:
    """Return the grey levels of a mask, and what is wrong with it."""
    try:
        with Image.open(io.BytesIO(read_file(path, MOST_PICTURE))) as image:
            levels, mode, found = np.unique(np.asarray(image.convert("L"))), image.mode, image.size
    except FileNotFoundError:
        return set(), []  # said by the check of the manifest
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        return set(), [f"{' '.join(str(error).split())}; expected a grey PNG"]
    faults = [] if mode == "L" else [f"of mode {mode}; expected 8-bit grey (L)"]
    if found != size:
        faults.append(f"{found[0]} x {found[1]} pixels; expected {size[0]} x {size[1]}, as its picture")
    if wrong := [str(level) for level in levels if level > len(regions)]:
        meant = ", ".join(f"{level} {name}" for level, name in enumerate(("background", *regions)))
        faults.append(f"grey level {list_some(wrong)}; expected {meant}")
    return {int(level) for level in levels}, faults
