"""How a photograph became a picture of the course: cut to the course's shape, then resized. Kept for its masks.

A point (x, y) of the upright photograph, in pixels from its upper left corner, lands at

    ((x - left) * W / width,  (y - top) * H / height)

of the picture (W, H), where (left, top, width, height) is the box that was cut out. A box goes beyond the photograph
where it was padded.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import yaml
from PIL import Image, ImageColor
from pydantic import Field, PositiveInt

from assignment.assignment import Size
from assignment.fixable import load_yaml, parse_as
from assignment.outputs import Array
from assignment.records import Record

PREPARATION_NAME = "pictures/preparation.yaml"
HEAD = "# How the pictures were cut out of the photographs, for their masks. Only `hw9 course pictures` writes it.\n"
Fit = Literal["crop", "pad"]


class Preparation(Record):
    """Of one picture: its photograph's file, height and width upright, and the box (left, top, width, height)."""

    file: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    photograph: Size
    box: tuple[int, int, PositiveInt, PositiveInt]
    picture: Size

    @property
    def enlarged(self) -> float:
        """How many times larger the picture is than what was cut out; below 1: it was reduced."""
        _, _, width, height = self.box
        return max(self.picture.width / width, self.picture.height / height)

    def move(self, points: Array) -> Array:
        """Return where points (P, 2), x before y, of the upright photograph lie in the picture, in float64."""
        left, top, width, height = self.box
        scale = np.array([self.picture.width / width, self.picture.height / height])
        return np.asarray((np.asarray(points, dtype=np.float64) - [left, top]) * scale)

    def move_levels(self, levels: Array) -> Array:
        """Return grey levels (h, w) of the upright photograph as the picture has them: the nearest, 0 beyond it."""
        left, top, width, height = self.box
        rows = np.floor(top + (np.arange(self.picture.height) + 0.5) * height / self.picture.height).astype(int)
        columns = np.floor(left + (np.arange(self.picture.width) + 0.5) * width / self.picture.width).astype(int)
        inside = ((rows >= 0) & (rows < levels.shape[0]))[:, None] & (columns >= 0) & (columns < levels.shape[1])
        found = levels[np.clip(rows, 0, levels.shape[0] - 1)[:, None], np.clip(columns, 0, levels.shape[1] - 1)]
        return np.where(inside, found, 0)


def find_box(height: int, width: int, size: Size, fit: Fit) -> tuple[int, int, int, int]:
    """Return the box (left, top, width, height) in the middle of a photograph that has the shape of `size`.

    crop: the largest inside it; pad: the smallest around it.

    >>> find_box(300, 400, Size(height=128, width=128), "crop"), find_box(300, 400, Size(height=128, width=128), "pad")
    ((50, 0, 300, 300), (0, -50, 400, 400))
    """
    wide = width * size.height > height * size.width  # wider than the course's shape
    if wide == (fit == "crop"):
        its = max(1, round(height * size.width / size.height)), height
    else:
        its = width, max(1, round(width * size.height / size.width))
    return (width - its[0]) // 2, (height - its[1]) // 2, *its


def cut_picture(image: Image.Image, preparation: Preparation, color: str = "white") -> Image.Image:
    """Return an upright RGB photograph as a picture: padded with a colour, cut, and resized with antialiasing."""
    from torchvision.transforms.v2 import functional  # here: it takes seconds

    left, top, width, height = preparation.box
    around = [max(0, -left), max(0, -top), max(0, left + width - image.width), max(0, top + height - image.height)]
    whole = functional.to_image(image)
    if any(around):
        whole = functional.pad(whole, around, fill=[float(level) for level in ImageColor.getrgb(color)[:3]])
    size = [preparation.picture.height, preparation.picture.width]
    cut = functional.resized_crop(whole, top + around[1], left + around[0], height, width, size, antialias=True)
    return Image.fromarray(cut.permute(1, 2, 0).numpy())


def load_preparations(folder: Path, assets: Sequence[str]) -> dict[int, Preparation]:
    """Return how the pictures with these assets were prepared, by number; FixableError with each fault of the file.

    A picture under another name than its number's came in by hand: nothing is known of it.
    """
    path = folder / PREPARATION_NAME
    if not path.exists():
        return {}
    data = load_yaml(path)
    known = parse_as(_Preparations, data, str(path)).pictures
    return {number: known[number] for number, its in enumerate(assets) if number in known and its == name_asset(number)}


def name_asset(number: int) -> str:
    """Return the path of a picture in its course."""
    return f"pictures/{number}.png"


def dump_preparations(preparations: Mapping[int, Preparation]) -> bytes:
    """Return the file of these preparations."""
    data = _Preparations(pictures=dict(sorted(preparations.items()))).model_dump()
    return (HEAD + yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)).encode()


class _Preparations(Record):
    pictures: dict[int, Preparation]
