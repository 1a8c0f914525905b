"""Outputs: the named arrays of the eight analyses, one format for students and for the reference.

A group is an analysis, or `pictures`: what is true of the pictures and what the classifier says of them. Each group is
one `<group>.npz`. `ARRAYS` says what each array is; an array marked `official` is saved by the notebook's own cells,
the others are experiments, which only the canonical Outputs must hold. Files may come from a hostile notebook: nothing
is unpickled, and no array is given memory before its header was found to fit.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assignment.fixable import FixableError, check_all

Array = NDArray[Any]
Name = tuple[str, str]  # group, array

GROUP_LIMIT = 64 * 2**20  # bytes of one group's arrays once unpacked
MEMBER_LIMIT = 1000  # entries of its zip archive, each of which costs a KiB of our memory
MEMBER_MARK = b"PK\x01\x02"  # before each entry of a zip archive's list


@dataclass(frozen=True)
class ArraySpec:
    """What one array is. An axis is a name whose size all arrays of a profile share, or `piece`, which is free."""

    axes: tuple[str, ...]
    kind: str  # numpy's dtype.kind: f float, i integer, b bool
    says: str
    official: bool = True
    holes: bool = False  # NaN stands for "there is none"


_MAP = ("picture", "row", "column")
_PIECES = ("picture", "label", "piece")

ARRAYS: dict[Name, ArraySpec] = {
    ("pictures", "label"): ArraySpec(("picture",), "i", "the true label"),
    ("pictures", "logits"): ArraySpec(("picture", "label"), "f", "the classifier's logits"),
    ("pictures", "food"): ArraySpec(_MAP, "b", "where the food is", official=False),
    ("pictures", "tray"): ArraySpec(_MAP, "b", "where the planted shortcut's object is", official=False),
    ("pictures", "distractor"): ArraySpec(_MAP, "b", "where another category's object is", official=False),
    ("lime", "segments"): ArraySpec(_MAP, "i", "the number, from 0, of the piece that a pixel belongs to"),
    ("lime", "weights"): ArraySpec(_PIECES, "f", "weight of each piece for each label", holes=True),
    ("lime", "score"): ArraySpec(
        ("picture", "label"), "f", "R^2 of the linear model on the masked copies", official=False
    ),
    ("lime", "weights_again"): ArraySpec(_PIECES, "f", "the same with another random seed", official=False, holes=True),
    ("lime", "weights_few"): ArraySpec(_PIECES, "f", "the same from few masked copies", official=False, holes=True),
    ("lime", "weights_few_again"): ArraySpec(_PIECES, "f", "few copies, another seed", official=False, holes=True),
    ("lime", "weights_mean"): ArraySpec(
        _PIECES, "f", "the same, a hidden piece painted in its mean colour", official=False, holes=True
    ),
    ("lime", "removal"): ArraySpec(
        ("picture", "label", "removed"),
        "f",
        "probability of the label with its k strongest pieces hidden",
        official=False,
    ),
    ("saliency", "map"): ArraySpec(_MAP, "f", "|d logit of the true label / d pixel|, largest over the channels"),
    ("saliency", "other"): ArraySpec(_MAP, "f", "the same for the strongest wrong label", official=False),
    ("saliency", "probability"): ArraySpec(_MAP, "f", "the same for the true label's probability", official=False),
    ("saliency", "loss"): ArraySpec(_MAP, "f", "the same for the cross-entropy loss", official=False),
}

GROUPS: tuple[str, ...] = tuple(dict.fromkeys(group for group, _ in ARRAYS))


def find_official(group: str) -> tuple[str, ...]:
    """Return the names of the arrays that a student's file of this group must hold."""
    return tuple(name for (its_group, name), spec in ARRAYS.items() if its_group == group and spec.official)


@dataclass(frozen=True)
class Outputs(Mapping[Name, Array]):
    """Named arrays; `outputs["saliency", "map"]` is one of them."""

    arrays: Mapping[Name, Array]

    def __getitem__(self, name: Name) -> Array:
        return self.arrays[name]

    def __iter__(self) -> Iterator[Name]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)

    def with_group(self, group: str, arrays: Mapping[str, Array]) -> "Outputs":
        """Return these Outputs with a group added or replaced."""
        kept = {name: array for name, array in self.arrays.items() if name[0] != group}
        return Outputs(kept | {(group, name): array for name, array in arrays.items()})


def save_group(
    folder: Path, group: str, arrays: Mapping[str, Array], *, seed: int | None = None, exact: bool = False
) -> Path:
    """Write one group as a compressed npz and return its path; floats are stored in float32 unless `exact`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (f"{group}.npz" if seed is None else f"{group}.{seed}.npz")
    stored = {name: np.asarray(array) if exact else _to_storage(np.asarray(array)) for name, array in arrays.items()}
    check_all(_find_faults(group, stored, str(path), official_only=False))
    np.savez_compressed(path, **stored)  # type: ignore[arg-type]
    return path


def _to_storage(array: Array) -> Array:
    return array.astype(np.float32) if array.dtype.kind == "f" else array


def parse_group(data: bytes, group: str, place: str) -> dict[str, Array]:
    """Return the arrays of a group's npz; FixableError where it is not one, or too large, or holds objects.

    Unknown arrays are left out. Shapes are not judged here: see `check_group`.
    """
    if group not in GROUPS:
        raise FixableError(f"{place}: group {group!r}; expected one of {', '.join(GROUPS)}")
    if data.count(MEMBER_MARK) > MEMBER_LIMIT:
        raise FixableError(f"{place}: more than {MEMBER_LIMIT} arrays; expected those of {group}")
    known = {name for its_group, name in ARRAYS if its_group == group}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {item.filename.removesuffix(".npy"): item for item in archive.infolist()}
            total = sum(item.file_size for name, item in members.items() if name in known)
            if total > GROUP_LIMIT:
                raise FixableError(f"{place}: {total} bytes of arrays; expected at most {GROUP_LIMIT}")
            return {name: _read_array(archive, item) for name, item in members.items() if name in known}
    except FixableError:
        raise
    except Exception as error:  # zipfile and numpy raise many kinds on hostile bytes
        raise FixableError(f"{place}: {type(error).__name__}: {error}; expected an npz file of arrays") from None


def _read_array(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> Array:
    with archive.open(item) as stream:
        data = stream.read(item.file_size)
    head = io.BytesIO(data)
    version = np.lib.format.read_magic(head)
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read_header(head)
    if dtype.hasobject or dtype.kind not in "fib" or any(size < 0 for size in shape):
        raise ValueError(f"{item.filename} has dtype {dtype} and shape {shape}")
    if int(np.prod([int(size) for size in shape], dtype=object)) * dtype.itemsize != len(data) - head.tell():
        raise ValueError(f"{item.filename} announces shape {shape} but holds {len(data)} bytes")
    return np.asarray(np.lib.format.read_array(io.BytesIO(data), allow_pickle=False))


def load_group(path: Path) -> dict[str, Array]:
    """Return the arrays of `<group>.npz` or `<group>.<seed>.npz`; FixableError where there are none."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FixableError(f"{path}: {error.strerror}; expected a group of Outputs") from None
    return parse_group(data, path.name.split(".")[0], str(path))


def load_outputs(folder: Path) -> Outputs:
    """Return all groups `<group>.npz` of a folder; a group without a file is absent."""
    outputs = Outputs({})
    for group in GROUPS:
        if (folder / f"{group}.npz").exists():
            outputs = outputs.with_group(group, load_group(folder / f"{group}.npz"))
    return outputs


def check_group(group: str, arrays: Mapping[str, Array], sizes: Mapping[str, int], place: str) -> None:
    """Raise FixableError with everything that keeps `arrays` from being a student's group of a profile.

    sizes: the profile's axes, such as {"picture": 10, "label": 11, "row": 128, "column": 128}.
    """
    check_all(_find_faults(group, arrays, place, sizes=sizes))


def _find_faults(
    group: str,
    arrays: Mapping[str, Array],
    place: str,
    *,
    official_only: bool = True,
    sizes: Mapping[str, int] | None = None,
) -> Iterable[str]:
    bound = dict(sizes or {})
    if official_only:
        for name in find_official(group):
            if name not in arrays:
                yield f"{place}: {name}: missing; expected {ARRAYS[group, name].says}"
    for name, array in arrays.items():
        spec = ARRAYS.get((group, name))
        if spec is None:
            yield f"{place}: {name}: unknown array; expected one of {', '.join(n for g, n in ARRAYS if g == group)}"
        elif array.dtype.kind != spec.kind or array.ndim != len(spec.axes):
            yield f"{place}: {name}: {array.dtype} of shape {array.shape}; expected {_describe(spec)}"
        else:
            yield from _find_size_faults(f"{place}: {name}", array, spec, bound)


def _find_size_faults(place: str, array: Array, spec: ArraySpec, bound: dict[str, int]) -> Iterable[str]:
    for axis, size in zip(spec.axes, array.shape, strict=True):
        if bound.setdefault(axis, size) != size:
            yield f"{place}: {size} along axis {axis!r}; expected {bound[axis]}"
    if spec.kind == "f" and (np.isinf(array).any() or (np.isnan(array).any() and not spec.holes)):
        yield f"{place}: holds NaN or infinity; expected finite numbers"


def _describe(spec: ArraySpec) -> str:
    kinds = {"f": "floats", "i": "integers", "b": "booleans"}
    return f"{kinds[spec.kind]} of axes ({', '.join(spec.axes)})"
