"""Names in an archive: which encoding they are in, and whether they stay below the folder that is unpacked.

Zip files say UTF-8 by a flag; without it the standard means cp437, but Windows and macOS write their own: bytes that
are UTF-8 are read so, else as Big5, else as cp437.
"""

import re
import struct
import unicodedata
import zlib
from zipfile import ZipInfo

from assignment.fixable import show_value

UTF8_FLAG = 0x800
UNICODE_PATH = 0x7075  # the extra field in which Info-ZIP repeats a name in UTF-8
LONGEST = 250  # bytes of one part of a path
MOST_PARTS = 40  # of a path, after which nobody looks
LITTER = frozenset({"__macosx", ".ipynb_checkpoints", "__pycache__", ".git", "node_modules", ".venv", "site-packages"})
DRIVE = re.compile(r"[A-Za-z]:")


def find_name(info: ZipInfo) -> str:
    """Return a member's name.

    >>> info = ZipInfo("王.ipynb".encode("big5").decode("cp437"))
    >>> find_name(info)
    '王.ipynb'
    """
    if info.flag_bits & UTF8_FLAG or info.orig_filename.isascii():
        return info.orig_filename
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.orig_filename
    told = _find_told(info.extra, raw)
    for encoding in ("utf-8", "big5"):
        if told is None:
            try:
                told = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    return told if told is not None else info.orig_filename


def split_name(name: str) -> tuple[str, ...]:
    """Return the parts of a path below a folder; ValueError says why it is none."""
    whole = unicodedata.normalize("NFC", name.replace("\\", "/"))
    if whole.startswith("/") or DRIVE.match(whole):
        raise ValueError("an absolute path; expected one below the archive's folder")
    parts = tuple(part for part in whole.split("/") if part not in ("", "."))
    if ".." in parts:
        raise ValueError("a path with '..'; expected one below the archive's folder")
    if any(unicodedata.category(one) in ("Cc", "Cs") for one in whole):
        raise ValueError("a name with control characters; expected a plain one")
    long = next((part for part in parts if len(part.encode()) > LONGEST), None)
    if long is not None:
        raise ValueError(f"{show_value(long)} is too long; expected at most {LONGEST} bytes")
    if not parts:
        raise ValueError("no name; expected one")
    return parts[:MOST_PARTS]


def is_litter(parts: tuple[str, ...]) -> bool:
    """Tell whether a system left a file there and nobody meant it.

    >>> is_litter(("__MACOSX", "._hw.ipynb")), is_litter(("b01", ".ipynb_checkpoints", "x.ipynb")), is_litter(("a.py",))
    (True, True, False)
    """
    if any(part.lower() in LITTER for part in parts):
        return True
    return parts[-1].startswith("._") or parts[-1].lower() in (".ds_store", "thumbs.db", "desktop.ini")


def _find_told(extra: bytes, raw: bytes) -> str | None:
    """Return the name in the extra field, where it belongs to this very name."""
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        body, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == UNICODE_PATH and len(body) > 5 and struct.unpack("<L", body[1:5])[0] == zlib.crc32(raw):
            try:
                return body[5:].decode()
            except UnicodeDecodeError:
                return None
    return None
