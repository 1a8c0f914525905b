"""A Profile: the models, pictures and texts of a course; an Asset: one file of them.

They lie in one folder with a `manifest.yaml`. An asset is handed out only after its size and sha256 were compared with
the manifest, so a truncated download or a changed picture is an error with a name and not a strange result.
"""

import errno
import hashlib
import io
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated

import numpy as np
from PIL import Image
from pydantic import AfterValidator, Field, NonNegativeInt, PositiveInt

from assignment.assignment import Bilingual
from assignment.files.foreign import digest_below, read_below
from assignment.fixable import Fault, FixableError, check_all, load_file, show_value
from assignment.outputs import Array
from assignment.records import Record
from assignment.texts import Texts, load_texts

STAFF_FOLDERS = ("bank", "proofs", "canonical")  # of a course: what lies there is no asset, and nobody's but theirs
TRUTH_NAME = "truth.yaml"  # left out of what students get
MOST_PICTURE = 64 * 2**20  # bytes of a picture's file
PROFILES_FOLDER = Path(__file__).with_name("profiles")  # holds the embedded course's profile
MANIFEST_NAME = "manifest.yaml"


def _check_inside(path: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_./-]*", path):
        raise ValueError(f"{show_value(path)}; expected a path of letters a to z, digits, and _ . - /, no blanks")
    if not {"", ".", ".."}.isdisjoint(path.split("/")):
        raise ValueError(f"{path!r}; expected a path inside the folder, without '..', '.' or '//'")
    if path.split("/")[0] in STAFF_FOLDERS:
        raise ValueError(f"{path!r}; expected a file that students may have, none of {', '.join(STAFF_FOLDERS)}")
    return path


AssetPath = Annotated[str, AfterValidator(_check_inside)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Asset(Record):
    """One file of a profile: where it is, how to know that it is whole, and how it may be used."""

    path: AssetPath
    bytes: PositiveInt
    sha256: Sha256
    licence: str
    source: str


class PictureEntry(Record):
    """One of the pictures for observation; `mask` is a grey PNG: 0 background, n the n-th region of the settings."""

    asset: str
    mask: str | None = None
    label: NonNegativeInt
    shows: Bilingual


class Manifest(Record):
    """The whole of `manifest.yaml`; `masked`, `readers` and `embeddings` are folders of BERTs.

    They predict masked words, answer questions, and give the states of one word in different sentences; without
    `embeddings` the first does that too.
    """

    profile: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]*$")]
    about: Bilingual
    pictures: tuple[PictureEntry, ...]
    classifier: str
    masked: str
    readers: tuple[str, ...]
    embeddings: str | None = None
    texts: str
    assets: tuple[Asset, ...]


class Profile:
    """An opened profile. Arrays are read once, when first asked for."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder, self.manifest = folder, manifest
        self._assets = {asset.path: asset for asset in manifest.assets}

    @property
    def name(self) -> str:
        """Its name, which is the course's."""
        return self.manifest.profile

    def find_asset(self, path: str) -> Path:
        """Return where an asset lies, after comparing its size and sha256; FixableError where they differ."""
        check_all(find_asset_faults(self.folder, self._find_entry(path)))
        return self.folder / path

    def read_asset(self, path: str) -> bytes:
        """Return an asset's bytes, which were compared; FixableError where they are not what the manifest says."""
        return read_asset(self.folder, self._find_entry(path))

    def _find_entry(self, path: str) -> Asset:
        asset = self._assets.get(path)
        if asset is None:
            raise FixableError(f"{self.folder / MANIFEST_NAME}: assets: no entry for {path!r}; expected one")
        return asset

    @property
    def classifier_file(self) -> Path:
        """The checked weights of the CNN; or another classifier's `model.yaml`, its folder checked whole."""
        path = Path(self.manifest.classifier)
        if path.name == "model.yaml":
            self.find_folder(str(path.parent))
        return self.find_asset(self.manifest.classifier)

    def find_folder(self, path: str) -> Path:
        """Return where a folder of assets lies, after comparing all of them; FixableError where it has none."""
        inside = [asset for asset in self.manifest.assets if asset.path.startswith(f"{path}/")]
        if not inside:
            raise FixableError(f"{self.folder / MANIFEST_NAME}: assets: none in {path!r}; expected some")
        check_all(fault for asset in inside for fault in find_asset_faults(self.folder, asset))
        return self.folder / path

    @property
    def masked_folder(self) -> Path:
        """The checked folder of the BERT that predicts masked words."""
        return self.find_folder(self.manifest.masked)

    @property
    def embeddings_folder(self) -> Path:
        """The checked folder of the BERT whose states of one word are compared."""
        return self.find_folder(self.manifest.embeddings or self.manifest.masked)

    @property
    def reader_names(self) -> tuple[str, ...]:
        """The names of the BERTs that answer questions."""
        return tuple(Path(path).name for path in self.manifest.readers)

    @property
    def reader_folders(self) -> dict[str, Path]:
        """Their checked folders, by name."""
        return {Path(path).name: self.find_folder(path) for path in self.manifest.readers}

    @cached_property
    def texts(self) -> Texts:
        """The texts that the BERTs read."""
        return load_texts(self.find_asset(self.manifest.texts))

    @cached_property
    def labels(self) -> Array:
        """(N,) int64, the true label of each picture."""
        return np.array([entry.label for entry in self.manifest.pictures], dtype=np.int64)

    @cached_property
    def pictures(self) -> Array:
        """(N, H, W, 3) uint8."""
        return self._read_images([entry.asset for entry in self.manifest.pictures], "RGB")

    @cached_property
    def masks(self) -> Array:
        """(N, H, W) uint8: 0 background, n the n-th region; background alone where a picture has no mask."""
        found = np.zeros(self.pictures.shape[:3], dtype=np.uint8)
        there = {number: one.mask for number, one in enumerate(self.manifest.pictures) if one.mask}
        if there:
            found[list(there)] = self._read_images(list(there.values()), "L", self.pictures.shape[1:3])
        return found

    def read_image(self, path: str, mode: str = "RGB") -> Array:
        """Return an asset's pixels, (H, W, 3) or for mode "L" (H, W), uint8; FixableError where it is no picture."""
        return parse_image(self.read_asset(path), str(self.folder / path), mode)

    def _read_images(self, paths: Sequence[str], mode: str, shape: tuple[int, ...] | None = None) -> Array:
        """Return pictures of one size, that of the first or (height, width); FixableError where there is another."""
        images = [self.read_image(path, mode) for path in paths]
        height, width = shape or images[0].shape[:2]
        check_all(
            Fault((str(self.folder / path),), f"{one.shape[1]} x {one.shape[0]} pixels; expected {width} x {height}")
            for path, one in zip(paths, images, strict=True)
            if one.shape[:2] != (height, width)
        )
        return np.stack(images)


def read_image(path: Path, mode: str = "RGB") -> Array:
    """Return a picture's pixels, (H, W, 3) or for mode "L" (H, W), uint8; FixableError where it is none."""
    return parse_image(load_file(path, MOST_PICTURE, "a picture as a PNG file"), str(path), mode)


def parse_image(data: bytes, place: str, mode: str = "RGB") -> Array:
    """Return the pixels of a picture file's bytes, as `read_image` does."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return np.asarray(image.convert(mode))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        says = f"{' '.join(str(error).split())}; expected a picture as a PNG file"
        raise FixableError(Fault((place,), says)) from None


def find_asset_faults(folder: Path, asset: Asset) -> list[Fault]:
    """Return what an asset is not as its entry says: missing, no regular file of the folder's own, cut or changed."""
    try:
        says = _find_damage(asset, *digest_below(folder, asset.path, asset.bytes))
    except OSError as error:
        says = _describe_unread(folder, asset, error)
    return [Fault((str(folder / asset.path),), says)] if says else []


def read_asset(folder: Path, asset: Asset) -> bytes:
    """Return the bytes of an asset, whose size and sha256 were compared; FixableError where they differ."""
    try:
        data = read_below(folder, asset.path, asset.bytes)
        says = _find_damage(asset, len(data), hashlib.sha256(data).hexdigest())
    except OSError as error:
        says = _describe_unread(folder, asset, error)
    if says:
        raise FixableError(Fault((str(folder / asset.path),), says))
    return data


def _describe_unread(folder: Path, asset: Asset, error: OSError) -> str:
    if error.errno == errno.EFBIG:
        return f"{(folder / asset.path).lstat().st_size} bytes; expected {asset.bytes} (changed: copy the file anew)"
    return f"{error.strerror}; expected the asset of {asset.bytes} bytes that {MANIFEST_NAME} names"


def _find_damage(asset: Asset, size: int, sha256: str) -> str | None:
    if size != asset.bytes:
        return f"{size} bytes; expected {asset.bytes} (truncated or changed: copy the file anew)"
    if sha256 != asset.sha256:
        return f"sha256 {sha256[:12]}...; expected {asset.sha256[:12]}... (changed: copy the file anew)"
    return None


def load_profile(name: str | None = None) -> Profile:
    """Return the profile of a notebook's course; FixableError where the notebook names another."""
    from assignment.course import find_course  # here: a Course is made of a Profile

    course = find_course()
    if name not in (None, course.name):
        raise FixableError(f"profile: {name!r}; expected {course.name!r}, the course that this notebook is run for")
    return course.profile


def check_profile(profile: Profile) -> None:
    """Raise FixableError with every asset that is missing, truncated or changed, all at once."""
    check_all(fault for asset in profile.manifest.assets for fault in find_asset_faults(profile.folder, asset))
