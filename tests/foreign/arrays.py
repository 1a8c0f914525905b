"""Files of arrays: whole archives whose members announce one thing and hold another, or hold odd numbers."""

import io
import zipfile
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.foreign.made import make_groups, pack_group
from tests.foreign.mutate import draw_bytes

KINDS = ("<f8", ">f8", "<f2", "<f4", "<f16", "<i8", "<i1", "<u8", "|b1", "<c16", "<U3", "|S2", "|O", "|V8", "<M8[s]")
ODD = (0, 1, -1, 2**31 - 1, 1e-320, 1e308, -1e308, float("nan"), float("inf"))
WORDS = (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\x93NUMPY", b"{'descr': ", b"'|O'", b"(99999999,)", b"\xff" * 8)
SIZES = st.lists(st.sampled_from((0, 1, 2, 3, 4, 8, 11, -1, 2**31, 2**62)), max_size=5)


@st.composite
def draw_member(draw: st.DrawFn, array: Any) -> bytes | Any:
    """Draw a member in place of an array: odd numbers in it, another shape or kind, or a head that lies."""
    match draw(st.sampled_from("nskh")):
        case "n":
            changed = np.array(array)
            if changed.size and changed.dtype.kind == "f":
                changed.flat[draw(st.integers(0, changed.size - 1)) :] = draw(st.sampled_from(ODD))
            return changed
        case "s":
            shape = tuple(abs(size) % 20 for size in draw(SIZES))
            return np.zeros(shape, array.dtype)
        case "k":
            return array.astype(draw(st.sampled_from(("f2", "f4", "f8", ">f8", "f16", "i1", "i8", "u8", "?", "c16"))))
        case _:
            return write_head(draw(st.sampled_from(KINDS)), tuple(draw(SIZES)), draw(st.binary(max_size=64)))


def write_head(kind: str, shape: tuple[int, ...], data: bytes) -> bytes:
    """Return a member that announces a kind and a shape, whatever its data are."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": kind, "fortran_order": False, "shape": shape})
    return head.getvalue() + data


@st.composite
def draw_group(draw: st.DrawFn) -> bytes:
    """Draw the file of a group of which one to three arrays are others."""
    arrays: dict[str, Any] = dict(draw(st.sampled_from(list(make_groups().values()))))
    for name in draw(st.lists(st.sampled_from(sorted(arrays)), min_size=1, max_size=3)):
        arrays[name] = draw(draw_member(make_groups_array(arrays[name])))
    for name in draw(st.lists(st.sampled_from(sorted(arrays)), max_size=1)):
        del arrays[name]
    return pack_group(arrays, draw(st.sampled_from((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA))))


def make_groups_array(array: Any) -> Any:
    return np.zeros(3) if isinstance(array, bytes) else array


GROUP_FILES = st.one_of(draw_group(), draw_group(), draw_bytes([*map(pack_group, make_groups().values())], WORDS))
