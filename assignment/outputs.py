"""Outputs: the named arrays of the eight analyses, one format for students and for the reference.

A group is an analysis, or `pictures`: what is true of the pictures and what the classifier says of them. Each group is
one `<group>.npz`; `assignment/arrays.py` says which arrays it holds. Files may come from a hostile notebook: nothing is
unpickled, and no more is unpacked than a course's `group_mib` allows.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assignment.arrays import ARRAYS, GROUPS, ArraySpec, Name, find_spec
from assignment.assignment import MOST_GROUP_MIB
from assignment.fixable import Fault, FixableError, check_all, load_file

Array = NDArray[Any]

MOST_GROUP = MOST_GROUP_MIB * 2**20  # bytes of one group's arrays once unpacked, in any course
MEMBER_LIMIT = 1000  # entries of its zip archive, each of which costs a KiB of our memory
MEMBER_MARK = b"PK\x01\x02"  # before each entry of a zip archive's list
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what numpy writes; others unpack all that is there at once


def list_official(group: str) -> tuple[str, ...]:
    """Return the names of the arrays that a student's file of this group must hold."""
    return tuple(name for (its_group, name), spec in ARRAYS.items() if its_group == group and spec.official)


@dataclass(frozen=True)
class Outputs(Mapping[Name, Array]):
    """Named arrays; `outputs["saliency", "map"]` is one of them.

    axes: what lies along an axis, by the axis: names that a course gives, such as its readers, or a range of numbers.
    """

    arrays: Mapping[Name, Array]
    axes: Mapping[str, Sequence[Any]] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: Name) -> Array:
        return self.arrays[name]

    def __iter__(self) -> Iterator[Name]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)

    def with_group(self, group: str, arrays: Mapping[str, Array]) -> "Outputs":
        """Return these Outputs with a group added or replaced."""
        kept = {name: array for name, array in self.arrays.items() if name[0] != group}
        return Outputs(kept | {(group, name): array for name, array in arrays.items()}, self.axes)


def save_group(
    folder: Path,
    group: str,
    arrays: Mapping[str, Array],
    *,
    seed: int | None = None,
    exact: bool = False,
    official: bool = True,
) -> Path:
    """Write one group as a compressed npz and return its path; floats as `ArraySpec.bits` says unless `exact`.

    FixableError where an array is not what it should be, or not official, as all are that a student saves.
    """
    path = folder / (f"{group}.npz" if seed is None else f"{group}.{seed}.npz")
    stored = {name: np.asarray(array) if exact else _to_storage(group, name, array) for name, array in arrays.items()}
    check_all(_find_faults(group, stored, str(path), whole=False, official=official))
    aside = path.with_name(f".{path.name}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(aside, **stored)  # type: ignore[arg-type]
        aside.replace(path)
    except OSError as error:
        says = f"{error.strerror or error}; expected a folder that can be written"
        raise FixableError(Fault((str(path),), says)) from None
    return path


def _to_storage(group: str, name: str, array: Array) -> Array:
    spec = find_spec(group, name)
    bits = spec.bits if spec else 32
    return np.asarray(array).astype(f"f{bits // 8}") if np.asarray(array).dtype.kind == "f" else np.asarray(array)


def parse_group(
    data: bytes, group: str, place: str, *, official: bool = True, most: int = MOST_GROUP
) -> dict[str, Array]:
    """Return the arrays of a group's npz; FixableError where it is not one, or too large, or holds objects.

    most: bytes of its arrays once unpacked, a course's for what students save.
    What is not official is left out; with official=False only what no Outputs hold. Shapes are not judged here, but
    by `check_group`.
    """
    if group not in GROUPS:
        raise FixableError(f"{place}: group {group!r}; expected one of {', '.join(GROUPS)}")
    if data.count(MEMBER_MARK) > MEMBER_LIMIT:
        raise FixableError(f"{place}: more than {MEMBER_LIMIT} arrays; expected those of {group}")
    wanted = set(list_official(group))

    def is_known(name: str) -> bool:
        return name in wanted if official else find_spec(group, name) is not None

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {item.filename.removesuffix(".npy"): item for item in archive.infolist()}
            total = sum(item.file_size for name, item in members.items() if is_known(name))
            if total > most:
                limit = f"{most / 2**20:g} MiB, limits.group_mib of the course"
                raise FixableError(f"{place}: {total / 2**20:.1f} MiB of arrays; expected at most {limit}")
            return {name: _read_array(archive, item) for name, item in members.items() if is_known(name)}
    except FixableError:
        raise
    except Exception as error:  # zipfile and numpy raise many kinds on hostile bytes
        raise FixableError(f"{place}: {type(error).__name__}: {error}; expected an npz file of arrays") from None


def _read_array(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> Array:
    if item.compress_type not in PACKINGS:
        raise ValueError(f"{item.filename} is packed by zip method {item.compress_type}, which numpy does not write")
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
    data = load_file(path, MOST_GROUP, "a group of Outputs")
    return parse_group(data, path.name.split(".")[0], str(path), official=False)


def check_group(
    group: str, arrays: Mapping[str, Array], sizes: Mapping[str, int], place: str, *, whole: bool = True
) -> None:
    """Raise FixableError with everything that keeps `arrays` from being a student's group of a profile.

    sizes: the profile's axes, such as {"picture": 10, "label": 11, "row": 128, "column": 128}. Where the group need
    not be whole, an array that is absent is no fault.
    """
    check_all(_find_faults(group, arrays, place, whole=whole, official=False, sizes=sizes))


def _find_faults(
    group: str,
    arrays: Mapping[str, Array],
    place: str,
    *,
    whole: bool,
    official: bool,
    sizes: Mapping[str, int] | None = None,
) -> Iterable[Fault]:
    bound = dict(sizes or {})
    if whole:
        for name in list_official(group):
            if name not in arrays:
                yield Fault((place, name), f"missing; expected {ARRAYS[group, name].says}")
    for name, array in arrays.items():
        spec = find_spec(group, name)
        if spec is None or (official and not spec.official):
            known = ", ".join(list_official(group))
            yield Fault((place, name), f"unknown array; expected one of {known}")
        elif array.dtype.kind != spec.kind or array.ndim != len(spec.name_axes(array.ndim)):
            yield Fault((place, name), f"{array.dtype} of shape {array.shape}; expected {_describe(spec)}")
        else:
            yield from (Fault((place, name), says) for says in _find_size_faults(array, spec, bound))


def _find_size_faults(array: Array, spec: ArraySpec, bound: dict[str, int]) -> Iterable[str]:
    for axis, size in zip(spec.name_axes(array.ndim), array.shape, strict=True):
        if bound.setdefault(axis, size) != size:
            yield f"{size} along axis {axis!r}; expected {bound[axis]}"
    if spec.kind == "f" and (np.isinf(array).any() or (np.isnan(array).any() and not spec.holes)):
        yield "holds NaN or infinity; expected finite numbers"


def _describe(spec: ArraySpec) -> str:
    kinds = {"f": "floats", "i": "integers", "b": "booleans"}
    return f"{kinds[spec.kind]} of axes ({', '.join(spec.axes)})"
