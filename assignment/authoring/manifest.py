"""The manifest of a course as its author fills it: read whole or not, changed, and written whole by programs alone.

    with edit_manifest(folder) as draft:
        draft.data["classifier"] = "models/cnn/model.yaml"
        draft.put(["models/cnn/model.yaml", "models/cnn/weights.safetensors"], licence="BSD-3-Clause", source="...")

What goes wrong in between leaves the file as it was.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assignment.authoring.write import write_files
from assignment.files.foreign import digest_below
from assignment.fixable import Fault, FixableError, check_all, load_yaml, parse_as, show_value
from assignment.profile import MANIFEST_NAME, Asset

HEAD = "# Pictures, models and texts of this course. Only programs write it: `hw9 course pictures`, `model`, `texts`.\n"
FIELDS = ("profile", "about", "pictures", "classifier", "masked", "readers", "embeddings", "texts", "assets")


@dataclass
class Draft:
    """A manifest that may lack parts: what is written in it, to be changed in place."""

    folder: Path
    data: dict[str, Any]

    @property
    def assets(self) -> tuple[Asset, ...]:
        """The entries of its files."""
        return _load_assets(self.data["assets"], self.folder / MANIFEST_NAME)

    def put(self, paths: Iterable[str], *, licence: str, source: str) -> None:
        """Enter files of the folder as assets, in place of those of the same paths; FixableError with each fault."""
        for path in paths:
            file = self.folder / path
            size, sha256 = digest_below(file.parent, file.name, file.stat().st_size)
            entry = {
                "path": path,
                "bytes": size,
                "sha256": sha256,
                "licence": licence,
                "source": source,
            }
            parse_as(Asset, entry, str(self.folder / MANIFEST_NAME), "assets", path)
            self.drop(path)
            self.data["assets"].append(entry)

    def drop(self, path: str) -> None:
        """Take out the asset of a path, and those below it where it is a folder; the files stay."""
        every = self.data["assets"]
        self.data["assets"] = [one for one in every if one["path"] != path and not one["path"].startswith(f"{path}/")]


def load_draft(folder: Path) -> Draft:
    """Return what a course's manifest holds; FixableError where there is none, or where it is no manifest at all."""
    path = folder / MANIFEST_NAME
    data = load_yaml(path)
    if not isinstance(data, dict) or (unknown := [name for name in data if name not in FIELDS]):
        says = f"{show_value(unknown[0] if isinstance(data, dict) else data)}; expected the fields {', '.join(FIELDS)}"
        raise FixableError(Fault((str(path),), says))
    for name in ("pictures", "readers", "assets"):
        if not isinstance(data.setdefault(name, []), list):
            raise FixableError(Fault((str(path), name), f"{show_value(data[name])}; expected a list"))
    _load_assets(data["assets"], path)
    return Draft(folder, data)


def _load_assets(entries: list[Any], path: Path) -> tuple[Asset, ...]:
    assets, faults = [], list[Fault]()
    for number, one in enumerate(entries):
        try:
            assets.append(parse_as(Asset, one, str(path), "assets", str(number)))
        except FixableError as error:
            faults += error.faults
    check_all(faults)
    return tuple(assets)


@contextmanager
def edit_manifest(folder: Path) -> Iterator[Draft]:
    """Yield the manifest of a course and write it when all went well; the file is never half there."""
    draft = load_draft(folder)
    yield draft
    save_draft(draft)


def save_draft(draft: Draft) -> None:
    """Write a manifest whole, its fields in their order; FixableError where it cannot be written."""
    ordered = {name: draft.data[name] for name in FIELDS if name in draft.data}
    text = HEAD + yaml.safe_dump(ordered, sort_keys=False, allow_unicode=True, width=110)
    write_files(draft.folder, {MANIFEST_NAME: text.encode()})
