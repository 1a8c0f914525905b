"""Provenance: what a stored file was made from. Canonical Outputs and proofs have a `provenance.yaml` beside them.

A file whose sha256 is another was changed by hand; one whose sources are others is stale: both are faults. One that
other code or other packages have made may well be the same: that is said, and `hw9 reference` tells. Only programs
write it.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path, PurePosixPath

import yaml
from pydantic import RootModel

from assignment.course import ROOMS, Course
from assignment.files.foreign import digest_below
from assignment.fixable import Fault, load_yaml, parse_as
from assignment.profile import Manifest
from assignment.records import Record

FILE_NAME = "provenance.yaml"
TEXT_GROUPS = ("texts", "attention", "embedding_pca", "embedding_distance")  # of Outputs: what the BERTs give
CODE = {  # what computes, by room
    "assignment": ("models/*.py", "profile.py", "texts.py"),
    "reference": ("*.py", "produce/*.py"),
}
NOT_COMPUTING = ("__main__.py", "compare.py", "parts.py", "estimate.py")
PACKAGES = (
    *("lime", "numpy", "pillow", "safetensors", "scikit-image", "scikit-learn", "scipy"),
    *("tokenizers", "torch", "torchvision", "transformers"),
)
HEAD = "# What each file was made from. Only programs write it: `hw9 reference --write`, `hw9 questions ... --write`.\n"


class Provenance(Record):
    """Of one file: its own sha256, a digest of what it was made from, and by which code and packages."""

    sha256: str
    sources: str
    code: str = "unknown"
    packages: str = "unknown"


class _Written(RootModel[dict[str, Provenance]]):
    """The whole of `provenance.yaml`: by file."""


def digest_sources(course: Course, group: str) -> str:
    """Return a digest of what a group of Outputs is computed from: models, texts or pictures, and experiments."""
    parts = _list_text_sources(course) if group in TEXT_GROUPS else _list_picture_sources(course, group)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _list_text_sources(course: Course) -> list[object]:
    its = course.manifest
    berts = [its.masked, *([its.embeddings] if its.embeddings else []), *its.readers]
    return [berts, list_assets(course.manifest, *(f"{folder}/" for folder in berts), its.texts)]


def _list_picture_sources(course: Course, group: str) -> list[object]:
    its, settings = course.manifest, course.assignment
    files = [list_assets(its, one.asset) for one in its.pictures]
    parts: list[object] = [list_classifier(its), files, [one.label for one in its.pictures]]
    if group == "pictures":
        return [*parts, [list_assets(its, one.mask) if one.mask else [] for one in its.pictures], [*settings.regions]]
    runs = getattr(settings.analyses, group)
    own = [one.file for one in getattr(runs, "baselines", {}).values() if hasattr(one, "file")]
    return [*parts, runs.model_dump(mode="json", exclude={"shown"}), [list_assets(its, path) for path in own]]


def list_assets(manifest: Manifest, *paths: str) -> list[tuple[str, str]]:
    """Return path and sha256 of each asset that is one of the paths, or in a folder of theirs that ends with /."""
    folders = tuple(path for path in paths if path.endswith("/"))
    return sorted(
        (one.path, one.sha256) for one in manifest.assets if one.path in paths or one.path.startswith(folders)
    )


def list_classifier(manifest: Manifest) -> list[tuple[str, str]]:
    """Return path and sha256 of the files of the classifier: its weights, or all of the folder of its `model.yaml`."""
    path = PurePosixPath(manifest.classifier)
    return list_assets(manifest, f"{path.parent}/" if path.name == "model.yaml" else str(path))


@cache
def name_code() -> str:
    """Return what tells the code of our own that computes from another version of it, by room."""
    found = []
    for room, patterns in CODE.items():
        digest = hashlib.sha256()
        for path in sorted(path for pattern in patterns for path in (ROOMS / room).glob(pattern)):
            if path.name not in NOT_COMPUTING:
                digest.update(path.relative_to(ROOMS).as_posix().encode() + path.read_bytes())
        found.append(f"{room} {digest.hexdigest()[:12]}")
    return ", ".join(found)


@cache
def name_packages() -> str:
    """Return the versions of the packages that the arrays depend on; a build for a device is no other version."""
    return ", ".join(f"{name} {version(name).partition('+')[0]}" for name in PACKAGES)


def digest_file(path: Path) -> str:
    """Return the sha256 of a file; a text that is none where there is no file."""
    return digest_below(path.parent, path.name, path.stat().st_size)[1] if path.is_file() else "no such file"


def load_provenance(folder: Path) -> Mapping[str, Provenance]:
    """Return what is written of a folder's files; nothing where nothing is."""
    path = folder / FILE_NAME
    return parse_as(_Written, load_yaml(path), str(path)).root if path.exists() else {}


def save_provenance(folder: Path, sources: Mapping[str, str]) -> None:
    """Write down what files of a folder were made from, beside what is written of the others."""
    by = {"code": name_code(), "packages": name_packages()}
    new = {name: Provenance(sha256=digest_file(folder / name), sources=its, **by) for name, its in sources.items()}
    every = {name: one for name, one in load_provenance(folder).items() if (folder / name).is_file()} | new
    data = {name: one.model_dump() for name, one in sorted(every.items())}
    (folder / FILE_NAME).write_text(HEAD + yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


def find_stale(folder: Path, sources: Mapping[str, str], again: str) -> Iterable[Fault]:
    """Yield each file that was made from something else, or is not what was made; `again` is the command that mends."""
    written = load_provenance(folder)
    for name, digest in sources.items():
        its, place = written.get(name), (str(folder / name),)
        if its is None:
            yield Fault(place, f"nobody wrote down what it was made from; expected an entry in {FILE_NAME}: `{again}`")
        elif its.sources != digest:
            yield Fault(place, f"stale: made from something else than the course has now; expected `{again}`")
        elif its.sha256 != digest_file(folder / name):
            yield Fault(place, f"not the file that was stored; expected that one, or `{again}`")


def find_other_makers(folder: Path, names: Iterable[str], again: str) -> Iterator[str]:
    """Yield what a person should know, and what is no fault: which files other code, or other packages, have made."""
    written = load_provenance(folder)
    there = [(name, written[name]) for name in names if name in written]
    for what, today, made in (
        ("code", name_code(), {name: its.code for name, its in there}),
        ("packages", name_packages(), {name: its.packages for name, its in there}),
    ):
        others = {its for its in made.values() if its != today}
        if others:
            count = sum(its in others for its in made.values())
            old = {part for its in others for part in its.split(", ")} - set(today.split(", "))
            new = set(today.split(", ")) - {part for its in others for part in its.split(", ")}
            yield (
                f"{folder}: {count} of {len(made)} files were made by other {what} ({', '.join(sorted(old))}) than "
                f"there is now ({', '.join(sorted(new))}): {again}"
            )


def find_stale_outputs(course: Course) -> Iterable[Fault]:
    """Yield each file of a course's canonical Outputs that is stale or was changed."""
    sources = {path.name: digest_sources(course, path.name.split(".")[0]) for path in _list_outputs(course)}
    yield from find_stale(course.canonical, sources, f"hw9 reference{course.option} --write")


def digest_outputs(course: Course) -> str:
    """Return a digest of all canonical Outputs that a course stores."""
    return hashlib.sha256(json.dumps([(p.name, digest_file(p)) for p in _list_outputs(course)]).encode()).hexdigest()


def find_other_makers_of(course: Course) -> Iterator[str]:
    """Yield which canonical Outputs and proofs other code, or other packages, have made, and what tells more."""
    again = f"`hw9 reference{course.option}` tells whether today's gives the same, with --write it notes that it does"
    yield from find_other_makers(course.canonical, [path.name for path in _list_outputs(course)], again)
    again = f"`hw9 questions recheck{course.option}` tells whether today's gives the same key"
    yield from find_other_makers(course.proofs, load_provenance(course.proofs), again)


def _list_outputs(course: Course) -> list[Path]:
    return sorted(course.canonical.glob("*.npz"))
