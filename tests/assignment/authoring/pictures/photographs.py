"""Photographs for tests, drawn: a red square on blue, stored as a camera stores it, however it was held."""

import importlib
import io
from datetime import date
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image

from assignment.assignment import Bilingual
from assignment.authoring.pictures.picture_list import Wanted
from assignment.authoring.skeleton import Beginning, create_course
from tests.courses import replace_text

importlib.import_module("torchvision.transforms.v2.functional")  # it takes seconds, which are no test's own
RED, BLUE = (220, 30, 20), (20, 40, 200)
WIDTH, HEIGHT = 240, 160  # of the photograph as it is seen
SQUARE = (90, 40, 150, 80)  # left, top, right, bottom
CORNERS = [[90, 40], [150, 40], [150, 80], [90, 80]]
TITLE = Bilingual(en="Bread: its $like", zh="麵包「之類」")
_STORED = {  # EXIF orientation -> what makes the stored pixels of the seen ones
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def draw_photograph(mode: str = "RGB") -> Image.Image:
    """Return the photograph as it is seen."""
    image = Image.new("RGB", (WIDTH, HEIGHT), BLUE)
    image.paste(RED, SQUARE)
    return image.convert(mode)


def save_photograph(path: Path, orientation: int = 1, *, gps: bool = False, **how: Any) -> Path:
    """Save it as a camera that was held in this orientation does, with a position where wanted."""
    image, exif = draw_photograph(), Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "Camera of somebody"
    if gps:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (25.0, 2.0, 24.0), 3: "E", 4: (121.0, 32.0, 10.0)})
    stored = image.transpose(_STORED[orientation]) if orientation in _STORED else image
    stored.save(path, exif=exif, **how)
    return path


def to_bytes(image: Image.Image, form: str, **how: Any) -> bytes:
    """Return an image as the bytes of a file."""
    stream = io.BytesIO()
    image.save(stream, form, **how)
    return stream.getvalue()


def create_bakery(parent: Path) -> Path:
    """Make a course of pictures 48 high and 64 wide, with the regions food and tray; return its folder."""
    folder = parent / "bakery"
    create_course(folder, Beginning(TITLE, date(2027, 1, 2)))
    settings = folder / "course.yaml"
    replace_text(settings, "size: {height: 128, width: 128}", "size: {height: 48, width: 64}")
    regions = "  food: {en: food, zh: 食物}\n  tray: {en: tray, zh: 托盤}\n"
    replace_text(settings, "  object: {en: object, zh: 物體}\n", regions)
    return folder


def want(file: Path, label: int | None = 0) -> Wanted:
    """Return a photograph with all that must be said of it."""
    shows = Bilingual(en="A square.", zh="一個方塊。")
    return Wanted(file, (str(file),), label=label, shows=shows, licence="CC0-1.0", source="drawn")
