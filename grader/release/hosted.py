"""`hw9-hosted.zip`: what a notebook that was opened alone, as in Colab, brings at its set-up from the course's address.

It is the bundle without the notebook, and without the models that the course's `lock.yaml` has a public source for:
these the set-up brings from there, by the part of the lock that lies in the zip. Its files are stored, not compressed,
so that every machine makes the same bytes: the released notebook holds their sha256.
"""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import yaml

from assignment.course import Course
from assignment.fetch.lock import LOCK_NAME, Lock, LockedAsset, load_lock
from assignment.fixable import Fault, FixableError, check_all
from assignment.profile import PROFILES_FOLDER, find_asset_faults
from grader.files.output import save_output
from grader.release.bundle import list_bundled, read_bundled

HOSTED_NAME = "hw9-hosted.zip"


@dataclass(frozen=True)
class HostedBundle:
    """The zip of a course with an address, and what its notebook has to know of it."""

    address: str
    data: bytes
    brought: tuple[LockedAsset, ...]  # models that are not in it

    @property
    def sha256(self) -> str:
        """What the set-up cell compares."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def brought_bytes(self) -> int:
        """How much the set-up brings from elsewhere."""
        return sum(asset.bytes for asset in self.brought)


def pack_hosted(course: Course) -> HostedBundle | None:
    """Return the zip of a course whose settings have an address; FixableError where a file of it is not whole."""
    hosted = course.assignment.hosted
    if hosted is None:
        return None
    brought, stream = find_brought(course), io.BytesIO()
    apart = {asset.path for asset in brought}
    check_all(
        fault
        for asset in course.manifest.assets
        if asset.path not in apart
        for fault in find_asset_faults(course.folder, asset)
    )
    left_out = {course.notebook, *(course.folder / path for path in apart)}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, path in list_bundled(course).items():
            if path not in left_out:
                archive.writestr(zipfile.ZipInfo(name), read_bundled(course, path))
        if brought:
            place = f"assignment/{PROFILES_FOLDER.name}/{course.name}/{LOCK_NAME}"
            archive.writestr(zipfile.ZipInfo(place), _write_lock(brought))
    return HostedBundle(hosted.address, stream.getvalue(), brought)


def find_brought(course: Course) -> tuple[LockedAsset, ...]:
    """Return the files of the manifest that students bring from a public source, with no other source of theirs."""
    path, hosted = course.folder / LOCK_NAME, course.assignment.hosted
    if hosted is None or hosted.models == "zip" or not path.exists():
        return ()
    given, found = {asset.path for asset in course.manifest.assets}, []
    for asset in load_lock(path).assets:
        web = tuple(address for address in asset.addresses if not address.startswith("file:"))
        if asset.path in given and not asset.private and (asset.hub or web):
            found.append(asset.model_copy(update={"addresses": web}))
    return tuple(found)


def write_hosted(folder: Path, course: Course) -> HostedBundle | None:
    """Write the zip and the notebook that goes with it into a folder, where the course has an address.

    FixableError where the released notebook was made for another zip: students' set-up would refuse this one.
    """
    packed = pack_hosted(course)
    if packed is not None:
        notebook = read_bundled(course, course.released)
        if packed.sha256.encode() not in notebook:
            says = f"made for another {HOSTED_NAME}; expected `hw9 notebook{course.option} --write` before this"
            raise FixableError(Fault((str(course.notebook),), says))
        save_output(folder / HOSTED_NAME, packed.data)
        save_output(folder / course.notebook.name, notebook)
    return packed


def _write_lock(assets: tuple[LockedAsset, ...]) -> str:
    return yaml.safe_dump(Lock(assets=assets).model_dump(mode="json", exclude_defaults=True), sort_keys=False)
