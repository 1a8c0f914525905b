"""The check of a course's manifest, whole or not: what it lacks, what it names that is not there or not so, what it
does not name.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assignment.authoring.check.section import Author, Flaw, Section, list_some, split_faults
from assignment.authoring.manifest import Draft, load_draft
from assignment.course import NOTEBOOK_NAME, SETTINGS_NAME, find_link_faults
from assignment.fixable import Fault, FixableError, parse_as, show_value
from assignment.profile import (
    MANIFEST_NAME,
    STAFF_FOLDERS,
    TRUTH_NAME,
    Manifest,
    PictureEntry,
    Profile,
    find_asset_faults,
)

PARTS = {  # of a manifest: what each is, and the command that enters it
    "masks": ("regions of the pictures", "course masks MASK..."),
    "embeddings": (
        "the folder of a BERT whose states are compared",
        "course model --for embeddings FOLDER --licence L --source S",
    ),
    "pictures": ("the pictures that are looked at, with their labels", "course pictures PHOTO..."),
    "classifier": ("the CNN that is explained", "course model --for classifier WEIGHTS --licence L --source S"),
    "masked": (
        "the folder of a BERT that predicts masked words",
        "course model --for masked FOLDER --licence L --source S",
    ),
    "readers": ("folders of BERTs that answer questions", "course model --for reader FOLDER --licence L --source S"),
    "texts": ("the texts that the BERTs read", "course texts --licence L --source S"),
}
NEEDED = ("pictures", "classifier", "masked", "readers", "texts")


def check_manifest(folder: Path, author: Author) -> tuple[Section, Draft | None]:
    """Return what is wrong with a manifest and with the files that it names; None where it is no manifest at all."""
    links = [] if author.folder is None else list(find_link_faults(folder))
    try:
        draft = load_draft(folder)
    except FixableError as error:
        return Section(title="manifest", flaws=author.to_flaws([*links, *split_faults(error)])), None
    place, assets = str(folder / MANIFEST_NAME), open_draft(draft).manifest.assets
    faults = [*links, *_find_name_faults(draft, place), *_find_form_faults(draft, place)]
    for path, count in Counter(one.path for one in assets).items():
        if count > 1:
            faults.append(Fault((place, "assets", path), f"there {count} times; expected one entry for a file"))
    flaws = (*author.to_flaws(faults), *_find_damage(draft, author), *_find_missing(draft, place, author))
    says = f"{len(assets)} files, {sum(one.bytes for one in assets) / 2**20:.1f} MiB"
    return Section(title="manifest", says=says, flaws=flaws, notes=tuple(_list_unnamed(folder, assets))), draft


def open_draft(draft: Draft) -> Profile:
    """Return what there is of a course's pictures, models and texts; a part that is missing, or no path, is None."""
    data = draft.data
    try:
        pictures = [parse_as(PictureEntry, one) for one in data["pictures"]]
    except FixableError:
        pictures = []  # said by the check of the manifest; without one of them the others have other numbers
    paths = {name: data[name] if isinstance(data.get(name), str) else None for name in (*NEEDED, "embeddings")}
    its: dict[str, Any] = {
        **paths,
        "profile": str(data.get("profile")),
        "pictures": tuple(pictures),
        "readers": tuple(one for one in data["readers"] if isinstance(one, str)),
        "assets": tuple(draft.assets),
    }
    return Profile(draft.folder, Manifest.model_construct(**its))


def _find_name_faults(draft: Draft, place: str) -> Iterator[Fault]:
    name = draft.data.get("profile")
    if name != draft.folder.resolve().name:
        says = f"expected {draft.folder.resolve().name!r}, the name of its folder (rename one of the two)"
        yield Fault((place, "profile"), f"{'missing' if name is None else show_value(name)}; {says}")


def _find_form_faults(draft: Draft, place: str) -> tuple[Fault, ...]:
    """Return what is wrong with the form of what is written; what is missing is said by `_find_missing`."""
    missing = {name for name in NEEDED if not draft.data.get(name)}
    try:
        parse_as(Manifest, draft.data, place)
    except FixableError as error:
        known = [fault for fault in error.faults if not (len(fault.place) > 1 and fault.place[1] in missing)]
        return tuple(fault for fault in known if fault.place[1:] != ("profile",))  # said with the folder's name
    return ()


def _find_damage(draft: Draft, author: Author) -> Iterator[Flaw]:
    """Yield each file that is not as its entry says, with the command that enters what it belongs to."""
    uses = list(_list_uses(draft))
    for one in draft.assets:
        its = [use.part for use in uses if one.path == use.path or one.path.startswith(f"{use.path}/")]
        yield from author.to_flaws(find_asset_faults(draft.folder, one), PARTS[its[0]][1] if its else "")


def _find_missing(draft: Draft, place: str, author: Author) -> Iterator[Flaw]:
    """Yield the parts that are not entered, and the paths that are used and have no entry of their own."""
    for name, (says, words) in ((name, PARTS[name]) for name in NEEDED):
        if not draft.data.get(name):
            yield from author.to_flaws([Fault((place, name), f"missing; expected {says}")], words)
    entered = {one.path for one in draft.assets}
    for use in _list_uses(draft):
        inside = f"{use.path}/"
        if not (any(one.startswith(inside) for one in entered) if use.is_folder else use.path in entered):
            says = f"{use.path!r} has no entry under assets; expected one, with its sha256 and licence"
            yield from author.to_flaws([Fault((place, *use.field), says)], PARTS[use.part][1])


@dataclass(frozen=True)
class _Use:
    """A path that a field of the manifest names, and the part of PARTS that it is of."""

    part: str
    field: tuple[str, ...]
    path: str
    is_folder: bool = False


def _list_uses(draft: Draft) -> Iterator[_Use]:
    its = open_draft(draft).manifest
    for number, one in enumerate(its.pictures):
        yield _Use("pictures", ("pictures", str(number), "asset"), one.asset)
        if one.mask is not None:
            yield _Use("masks", ("pictures", str(number), "mask"), one.mask)
    for name in ("classifier", "texts"):
        if path := getattr(its, name):
            yield _Use(name, (name,), path)
    if its.classifier and Path(its.classifier).name == "model.yaml":
        yield _Use("classifier", ("classifier",), str(Path(its.classifier).parent), is_folder=True)
    for name in ("masked", "embeddings"):
        if path := getattr(its, name):
            yield _Use(name, (name,), path, is_folder=True)
    for number, path in enumerate(its.readers):
        yield _Use("readers", ("readers", str(number)), path, is_folder=True)


def _list_unnamed(folder: Path, assets: tuple[Any, ...]) -> Iterator[str]:
    """Yield a note of the files that are in the folder and not in the manifest: no student gets them."""
    known = {one.path for one in assets} | {SETTINGS_NAME, MANIFEST_NAME, NOTEBOOK_NAME}
    found = []
    for inside, folders, names in os.walk(folder):
        at_top = Path(inside) == folder
        folders[:] = sorted(n for n in folders if not n.startswith(".") and not (at_top and n in STAFF_FOLDERS))
        found += [(Path(inside) / name).relative_to(folder).as_posix() for name in sorted(names) if name[0] != "."]
    unnamed = [path for path in found if path not in known and Path(path).name != TRUTH_NAME]
    if unnamed:
        yield f"not in the manifest, so nobody gets them: {list_some(unnamed)}"
