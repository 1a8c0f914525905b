"""A mask that an author painted: a PNG whose grey levels are the regions' numbers, or are mapped to them."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from assignment.arrays import BACKGROUND
from assignment.files.foreign import read_file
from assignment.fixable import Fault, FixableError, suggest
from assignment.outputs import Array
from assignment.profile import MOST_PICTURE


def list_regions(regions: Sequence[str]) -> dict[str, int]:
    """Return the grey level of each region's name: 0 for the background, then as the settings list them."""
    return {name: level for level, name in enumerate((BACKGROUND, *regions))}


def parse_values(texts: Sequence[str], regions: Sequence[str]) -> dict[int, int]:
    """Return the grey level of a region for each level of a file, from texts such as `255=food`.

    >>> parse_values(["255=food", "7=background"], ["food"])
    {255: 1, 7: 0}
    """
    known, found = list_regions(regions), {}
    for text in texts:
        value, _, name = text.partition("=")
        if not value.isdecimal() or int(value) > 65535:
            raise FixableError(Fault(("--values",), f"{text!r}; expected a grey level and a region, such as 255=food"))
        if name not in known:
            raise FixableError(Fault(("--values", text), f"unknown region {name!r}; expected {suggest(name, known)}"))
        found[int(value)] = known[name]
    return found


def load_levels(path: Path, regions: Sequence[str], values: Mapping[int, int]) -> Array:
    """Return (h, w) uint8, the region's number of each pixel; FixableError where the file has a level of no region."""
    levels = _read_grey(path)
    found = np.unique(levels)
    unknown = [int(value) for value in found if value > len(regions) and value not in values]
    if unknown:
        raise FixableError(Fault((str(path),), _explain([int(value) for value in found], unknown, regions)))
    table = np.arange(int(found.max()) + 1)
    for value, level in values.items():
        if value < len(table):
            table[value] = level
    return table[levels].astype(np.uint8)


def _explain(found: Sequence[int], unknown: Sequence[int], regions: Sequence[str]) -> str:
    shown = ", ".join(map(str, found[:8])) + (f", ... ({len(found)} levels)" if len(found) > 8 else "")
    meaning = ", ".join(f"{level} ({name})" for name, level in list_regions(regions).items())
    mend = f"--values {unknown[0]}={regions[0]} says what a level is" if regions else "course.yaml lists no regions"
    smooth = "; so many levels are a mask with soft edges or saved as JPEG: paint without antialiasing"
    return f"grey levels {shown}; expected {meaning}: {mend}{smooth if len(found) > 8 else ''}"


def _read_grey(path: Path) -> Array:
    """Return the grey levels (h, w) of a PNG, of one with a palette its numbers; FixableError where it has colours."""
    try:
        with Image.open(io.BytesIO(read_file(path, MOST_PICTURE)), formats=["PNG"]) as image:
            mode, levels = image.mode, np.asarray(image)
    except Image.DecompressionBombError:
        raise FixableError(Fault((str(path),), "too many pixels; expected a mask of the picture's size")) from None
    except Exception as error:  # a broken file makes Pillow raise nearly anything
        says = getattr(error, "strerror", None) or "no PNG that can be read"
        raise FixableError(Fault((str(path),), f"{says}; expected a grey PNG, a level a region")) from None
    if levels.ndim == 3:
        colours = levels[..., : 1 if mode == "LA" else 3]
        if (colours != colours[..., :1]).any():
            raise FixableError(
                Fault((str(path),), f"a picture with colours ({mode}); expected a grey PNG, a level a region")
            )
        levels = colours[..., 0]
    return levels.astype(np.int64)
