"""A course that is being made: its folder, its settings, and a manifest that may lack parts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assignment.assignment import Assignment, load_assignment
from assignment.authoring.manifest import edit_manifest, load_draft
from assignment.authoring.write import told_place, write_files
from assignment.course import SETTINGS_NAME, find_link_faults
from assignment.fixable import Fault, FixableError, check_all, parse_as, show_value
from assignment.profile import MANIFEST_NAME, PictureEntry


@dataclass(frozen=True)
class CourseDraft:
    """What a course's folder says today; `pictures` by their numbers."""

    folder: Path
    settings: Assignment
    pictures: tuple[PictureEntry, ...]
    assets: Mapping[str, Mapping[str, Any]]

    def store(self, files: Mapping[str, bytes], pictures: list[PictureEntry], rights: Mapping[str, "Rights"]) -> None:
        """Write files, then the manifest with these pictures, and with each asset's licence and source by its path."""
        check_all(_find_shared(self.folder, pictures))
        write_files(self.folder, files)
        with told_place(self.folder), edit_manifest(self.folder) as manifest:
            manifest.data["pictures"] = [one.model_dump(mode="json", exclude_none=True) for one in pictures]
            for path, its in rights.items():
                manifest.put([path], licence=its.licence, source=its.source)
            for mask in {one.mask for one in self.pictures} - {one.mask for one in pictures}:
                manifest.drop(mask or "")


def _find_shared(folder: Path, pictures: Iterable[PictureEntry]) -> Iterator[Fault]:
    """Yield the files that are two pictures' own: one would be written over the other."""
    seen: dict[str, int] = {}
    for number, one in enumerate(pictures):
        for name in filter(None, (one.asset, one.mask)):
            if name in seen:
                says = f"is of picture {seen[name]} and of picture {number}; expected pictures and masks in their order"
                yield Fault((str(folder / name),), says)
            seen[name] = number


@dataclass(frozen=True)
class Rights:
    """How a file may be used, and where it is from."""

    licence: str
    source: str


def open_draft(folder: Path) -> CourseDraft:
    """Return a course that is being made; FixableError with the faults of what is there, a link in it too."""
    place = folder.resolve()
    check_all(find_link_faults(place))
    data = load_draft(folder).data
    if data.get("profile") != place.name:
        says = f"{show_value(data.get('profile'))}; expected {place.name!r}, the name of its folder"
        raise FixableError(Fault((str(folder / MANIFEST_NAME), "profile"), says))
    path = str(folder / MANIFEST_NAME)
    entries = [parse_as(PictureEntry, one, path, "pictures", str(n)) for n, one in enumerate(data["pictures"])]
    assets = {one["path"]: one for one in data["assets"]}
    check_all(
        Fault((path, "assets"), f"no entry for {name!r}; expected one, as a picture names it")
        for one in entries
        for name in (one.asset, one.mask)
        if name and name not in assets
    )
    return CourseDraft(folder, load_assignment(folder / SETTINGS_NAME), tuple(entries), assets)
