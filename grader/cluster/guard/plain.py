"""Reading a message: plain values alone, which are counted before any of them is made.

Dask's own reader imports modules that a message names and opens pickles; msgpack's makes 80 bytes of one. So Dask's is
put aside, and what msgpack would make is first looked through by its format (github.com/msgpack, spec.md).
"""

import logging
from collections.abc import Sequence
from importlib import import_module
from typing import Any

MOST_VALUES = 50_000  # of one message; a hello with its packages has 5,000 at most
MARKS = ("__Enum__", "__Pickled__", "__Serialized__", "__Set__")  # of Dask's, for what is no plain value
LOGGER = logging.getLogger("distributed.comm.tcp")
OTHER_HANDS = "which was not opened: a worker's machine may be in other hands"
_FIXED = {0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4,
          0xD3: 8}  # nil, truths and numbers: a value's first byte -> how many follow  # fmt: skip
_SIZED = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}  # bytes and texts -> bytes that say how long it is
_HOLDS = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}  # arrays and maps -> the same; values for each entry


def load_plain(frames: Sequence[Any], deserialize: bool = True, deserializers: object = None) -> Any:
    """Return what a message says; OSError, which is told, where it is anything but plain values.

    It takes the place of `distributed.protocol.loads`, whose arguments it has: it never deserializes.
    """
    try:
        if len(frames) != 1:
            raise ValueError(f"{len(frames)} frames, as for a pickle or packed data; expected one of plain values")
        check_count(data := bytes(frames[0]))
        return import_module("msgpack").loads(data, object_hook=_refuse_marked, use_list=False, raw=False)
    except Exception as error:
        says = f"its other end sent a message of {type(error).__name__}: {str(error)[:200]}"
        LOGGER.warning(f"{says}, {OTHER_HANDS}")
        raise OSError(f"no message: {str(error)[:200]}") from None


def check_count(data: bytes, most: int = MOST_VALUES) -> None:
    r"""Raise ValueError where a message would be more than so many values, or is none.

    >>> check_count(b"\x92\x01\xa1x", 3)
    >>> check_count(b"\xdd\xff\xff\xff\xff")
    Traceback (most recent call last):
    ValueError: 4294967296 values; expected at most 50000
    """
    at, seen, due = 0, 0, 1
    while due:
        if at >= len(data):
            raise ValueError("cut short; expected a whole value")
        size, more = _measure(data, at)
        at, seen, due = at + size, seen + 1, due - 1 + more
        if seen + due > most:
            raise ValueError(f"{seen + due} values; expected at most {most}")


def _measure(data: bytes, at: int) -> tuple[int, int]:
    """Return how many bytes a value takes, but for values inside it, and how many of those it has."""
    head = data[at]
    if head < 0x80 or head >= 0xE0:  # a small integer
        return 1, 0
    if head < 0xA0:  # a small map or array
        return 1, (head & 15) * (2 if head < 0x90 else 1)
    if head < 0xC0:  # a short text
        return 1 + (head & 31), 0
    if head in _FIXED:
        return 1 + _FIXED[head], 0
    if head in _SIZED:
        width = _SIZED[head]
        return 1 + width + int.from_bytes(data[at + 1 : at + 1 + width], "big"), 0
    if head in _HOLDS:
        width, each = _HOLDS[head]
        return 1 + width, each * int.from_bytes(data[at + 1 : at + 1 + width], "big")
    raise ValueError(f"a value of the kind {head:#x}; expected plain values")


def _refuse_marked(its: dict[Any, Any]) -> dict[Any, Any]:
    if marks := [mark for mark in MARKS if mark in its]:
        raise ValueError(f"{marks[0]}, which Dask would open; expected plain values")
    return its
