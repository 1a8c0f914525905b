"""The check of a course's manifest, whole or not: what it lacks, what it names that is not there or not so, what it
does not name.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assignment.authoring.check.section import Author, Flaw, Section, list_some, split_faults
from assignment.authoring.manifest import Draft, load_draft
from assignment.course import NOTEBOOK_NAME, SETTINGS_NAME, find_link_faults
from assignment.fixable import Fault, FixableError, parse_as, show_value
from assignment.profile import MANIFEST_NAME, TRUTH_NAME, Manifest, PictureEntry, Profile, find_asset_faults

PARTS = {  # of a manifest: what each is, and the command that enters it
    "pictures": ("the pictures that are looked at, with their labels", "course pictures PHOTO..."),
    "classifier": ("the CNN that is explained", "course model WEIGHTS"),
    "masked": ("the folder of a BERT that predicts masked words", "course model FOLDER"),
    "readers": ("folders of BERTs that answer questions", "course model FOLDER"),
    "texts": ("the texts that the BERTs read", "course texts"),
}
OWN_FOLDERS = ("bank", "proofs", "canonical")  # for staff alone, beside what the manifest names


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
    faults += [fault for one in assets for fault in find_asset_faults(folder, one)]
    flaws = (*author.to_flaws(faults), *_find_missing(draft, place, author))
    says = f"{len(assets)} files, {sum(one.bytes for one in assets) / 2**20:.1f} MiB"
    return Section(title="manifest", says=says, flaws=flaws, notes=tuple(_list_unnamed(folder, assets))), draft


def open_draft(draft: Draft) -> Profile:
    """Return what there is of a course's pictures, models and texts; a part that is missing, or no path, is None."""
    data = draft.data
    pictures = []
    for one in data["pictures"]:
        try:
            pictures.append(parse_as(PictureEntry, one))
        except FixableError:
            continue  # said by the check of the manifest
    paths = {name: data[name] if isinstance(data.get(name), str) else None for name in (*PARTS, "embeddings")}
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
    missing = {name for name in PARTS if not draft.data.get(name)}
    try:
        parse_as(Manifest, draft.data, place)
    except FixableError as error:
        known = [fault for fault in error.faults if not (len(fault.place) > 1 and fault.place[1] in missing)]
        return tuple(fault for fault in known if fault.place[1:] != ("profile",))  # said with the folder's name
    return ()


def _find_missing(draft: Draft, place: str, author: Author) -> Iterator[Flaw]:
    """Yield the parts that are not entered, and the paths that are used and have no entry of their own."""
    for name, (says, words) in PARTS.items():
        if not draft.data.get(name):
            yield from author.to_flaws([Fault((place, name), f"missing; expected {says}")], words)
    entered = {one.path for one in draft.assets}
    for name, path, is_folder in _list_uses(draft):
        its = f"{path}/"
        if not (any(one.startswith(its) for one in entered) if is_folder else path in entered):
            words = PARTS.get(name.split(".")[0], PARTS["masked"])[1]
            says = f"{path!r} has no entry under assets; expected one, with its sha256 and licence"
            yield from author.to_flaws([Fault((place, name), says)], words)


def _list_uses(draft: Draft) -> Iterator[tuple[str, str, bool]]:
    """Yield which field uses which path, and whether that is a folder."""
    its = open_draft(draft).manifest
    for number, one in enumerate(its.pictures):
        yield f"pictures.{number}.asset", one.asset, False
        if one.mask is not None:
            yield f"pictures.{number}.mask", one.mask, False
    for name in ("classifier", "texts"):
        if path := getattr(its, name):
            yield name, path, False
    for name, path in (("masked", its.masked), ("embeddings", its.embeddings)):
        if path:
            yield name, path, True
    yield from ((f"readers.{number}", path, True) for number, path in enumerate(its.readers))


def _list_unnamed(folder: Path, assets: tuple[Any, ...]) -> Iterator[str]:
    """Yield a note of the files that are in the folder and not in the manifest: no student gets them."""
    known = {one.path for one in assets} | {SETTINGS_NAME, MANIFEST_NAME, NOTEBOOK_NAME}
    found = []
    for inside, folders, names in os.walk(folder):
        at_top = Path(inside) == folder
        folders[:] = sorted(n for n in folders if not n.startswith(".") and not (at_top and n in OWN_FOLDERS))
        found += [(Path(inside) / name).relative_to(folder).as_posix() for name in sorted(names) if name[0] != "."]
    unnamed = [path for path in found if path not in known and Path(path).name != TRUTH_NAME]
    if unnamed:
        yield f"not in the manifest, so nobody gets them: {list_some(unnamed)}"
