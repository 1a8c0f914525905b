"""What an official cell is known by: the name in its metadata, and the hash of its source."""

import hashlib
import json
from typing import Any

SECTION = "hw9"


def hash_source(cell: Any) -> str:
    """Return the sha256 of a cell's kind and source, without what an editor changes on its own."""
    lines = [
        line.rstrip() for line in str(cell.get("source", "")).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ]
    text = json.dumps([cell.get("cell_type"), "\n".join(lines).rstrip("\n")])
    return hashlib.sha256(text.encode()).hexdigest()


def cell_name(cell: Any) -> str | None:
    """Return an official cell's name, or None."""
    mark = cell.get("metadata", {}).get(SECTION)
    if not isinstance(mark, dict) or mark.get("official") is not True:
        return None
    name = mark.get("name")
    return name if isinstance(name, str) and name else None
