"""A Course: where everything lies that differs from course to course. Opened once a command, passed as one argument.

A course is one folder, called as its manifest says:

    course.yaml      title, deadline, late policy, points, categories, limits; `version` is that of this layout
    manifest.yaml    its pictures, models and texts, each file with bytes and sha256; only programs write it
    pictures/ ...    what the manifest names
    homework.ipynb   the released notebook
    bank/ proofs/ canonical/    for staff alone: no student's installation has them

The embedded course has the same parts in three rooms of this project; `_open_embedded` is the table of their places. A
student's bundle of another course has that one in the embedded one's place, as a folder.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from assignment.assignment import ASSIGNMENT_FILE, NOTEBOOK_FILE, Assignment, load_assignment
from assignment.fixable import Fault, FixableError, check_all, load_file, load_yaml, parse_as, show_value
from assignment.profile import MANIFEST_NAME, PROFILES_FOLDER, Manifest, Profile
from assignment.records import Record

VERSION = 1  # of a course's folder
SETTINGS_NAME = "course.yaml"
NOTEBOOK_NAME = NOTEBOOK_FILE.name
MOST_NOTEBOOK = 128 * 2**20  # bytes of the released notebook
VARIABLE = "HW9_COURSE"
ROOMS = Path(__file__).parents[1]
_NEEDED = "expected a course: a folder with course.yaml and manifest.yaml"


class CourseMark(Record):
    """Which course something was made with: its name, and a digest of the pictures, models and texts."""

    name: str
    digest: str

    def __str__(self) -> str:
        return f"{self.name} ({self.digest[:12]})"


@dataclass(frozen=True)
class Course:
    """The places of a course's parts; what lies there is read when first asked for."""

    folder: Path  # of the manifest and all that it names
    manifest: Manifest = field(repr=False)
    settings: Path
    notebook: Path
    bank: Path
    proofs: Path
    canonical: Path
    embedded: bool

    @property
    def name(self) -> str:
        """The course's name, which its folder has too."""
        return self.manifest.profile

    @property
    def option(self) -> str:
        """What a command line needs to mean this course, a space before it: nothing for the embedded one."""
        return "" if self.embedded else f" --course {self.folder}"

    @property
    def released(self) -> Path:
        """The released notebook's file; FixableError where it was not written yet."""
        if not self.notebook.is_file():
            says = f"missing; expected the released notebook, which `hw9 notebook{self.option} --write` makes"
            raise FixableError(Fault((str(self.notebook),), says))
        return self.notebook

    def read_released(self) -> bytes:
        """Return the bytes of the released notebook; FixableError where it is no regular file, or too large."""
        return load_file(self.released, MOST_NOTEBOOK, "the released notebook")

    @cached_property
    def assignment(self) -> Assignment:
        """The settings; FixableError with every fault of their file."""
        return load_assignment(self.settings)

    @cached_property
    def profile(self) -> Profile:
        """The pictures, models and texts."""
        return Profile(self.folder, self.manifest)

    @cached_property
    def mark(self) -> CourseMark:
        """The name and the digest. What notebooks compute depends on what is in it: files, their use, experiments."""
        its, settings = self.manifest, self.assignment
        parts = {
            "pictures": [(one.asset, one.mask, one.label) for one in its.pictures],
            "models": [its.classifier, its.masked, its.embeddings, *its.readers],
            "texts": its.texts,
            "analyses": settings.analyses.model_dump(mode="json"),
            "regions": list(settings.regions),
            "assets": sorted((one.path, one.sha256) for one in its.assets),
        }
        return CourseMark(name=its.profile, digest=hashlib.sha256(json.dumps(parts).encode()).hexdigest())


def find_course(folder: Path | None = None) -> Course:
    """Return the course of a folder; without one that which HW9_COURSE names; without that the embedded one."""
    named = folder or os.environ.get(VARIABLE)
    return open_course(Path(named) if named else None)


def open_course(folder: Path | None = None) -> Course:
    """Return the course of a folder, None for the embedded one; FixableError with each fault of folder and manifest."""
    if folder is None:
        return _open_embedded()
    place = folder.resolve()
    if not place.is_dir():
        raise FixableError(Fault((str(folder),), f"{'not a' if place.exists() else 'no such'} folder; {_NEEDED}"))
    if missing := [name for name in (SETTINGS_NAME, MANIFEST_NAME) if not (place / name).is_file()]:
        raise FixableError(Fault((str(folder),), f"no {' and no '.join(missing)}; {_NEEDED}"))
    check_all([*find_version_faults(place / SETTINGS_NAME), *find_link_faults(place)])
    return _open_folder(place, embedded=False)


def _open_folder(place: Path, *, embedded: bool) -> Course:
    return Course(
        folder=place,
        manifest=_load_manifest(place),
        settings=place / SETTINGS_NAME,
        notebook=place / NOTEBOOK_NAME,
        bank=place / "bank",
        proofs=place / "proofs",
        canonical=place / "canonical",
        embedded=embedded,
    )


def _open_embedded() -> Course:
    found = [path.parent for path in sorted(PROFILES_FOLDER.glob(f"*/{MANIFEST_NAME}"))]
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise FixableError(Fault((str(PROFILES_FOLDER),), f"{names}; expected one folder, that of the embedded course"))
    place = found[0]
    if (place / SETTINGS_NAME).exists():
        return _open_folder(place, embedded=True)
    return Course(
        folder=place,
        manifest=_load_manifest(place),
        settings=ASSIGNMENT_FILE,
        notebook=NOTEBOOK_FILE,
        bank=ROOMS / "questions" / "bank",
        proofs=ROOMS / "questions" / "proofs" / place.name,
        canonical=ROOMS / "reference" / "canonical" / place.name,
        embedded=True,
    )


def _load_manifest(place: Path) -> Manifest:
    """Return the manifest of a course's folder; FixableError with its faults, another name than the folder's too."""
    path = place / MANIFEST_NAME
    manifest = parse_as(Manifest, load_yaml(path), str(path))
    if manifest.profile != place.name:
        says = (
            f"{show_value(manifest.profile)}; expected {place.name!r}, the name of its folder (rename one of the two)"
        )
        raise FixableError(Fault((str(path), "profile"), says))
    return manifest


def find_version_faults(path: Path) -> Iterator[Fault]:
    """Yield what is wrong with the version that a course's settings are written for."""
    data = load_yaml(path)
    version = data.get("version") if isinstance(data, dict) else None
    if version != VERSION or isinstance(version, bool):
        found = "missing" if version is None else show_value(version)
        yield Fault((str(path), "version"), f"{found}; expected {VERSION}, the version of courses that this hw9 reads")


def find_link_faults(place: Path) -> Iterator[Fault]:
    """Yield every link in a course, where hidden folders do not count: what it leads to is not the course's own."""
    for folder, folders, files in os.walk(place):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in (*folders, *sorted(files)):
            if (Path(folder) / name).is_symlink():
                yield Fault((str(Path(folder) / name),), "a link; expected a file or a folder of the course's own")
