"""What was drawn on photographs: labelme's JSON, COCO's JSON, and plain YAML, read as outlines with a region's name.

Points are (x, y) in pixels from the upper left corner of the photograph as it is seen, its EXIF turn made: that is what
labelme shows and stores. The plain form has pictures by their numbers:

    0:
      - region: food
        polygon: [[10, 12], [200.5, 14], [190, 180]]
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, NonNegativeInt

from assignment.assignment import Size
from assignment.fixable import Fault, FixableError, check_all, load_file, load_yaml, parse_as
from assignment.outputs import Array

Point = tuple[FiniteFloat, FiniteFloat]
Polygon = Annotated[list[Point], Field(min_length=3)]
CORNERS = 72  # of the polygon that stands for a circle
FORMS = "labelme's JSON, COCO's JSON, YAML (picture number -> list of {region, polygon}) or a grey PNG"


MOST_OUTLINES = 64 * 2**20  # bytes of a file of outlines


@dataclass(frozen=True)
class Outline:
    """One polygon of a region; points (P, 2) float64."""

    place: tuple[str, ...]
    region: str
    points: Array


@dataclass(frozen=True)
class Drawing:
    """The outlines of one picture, the last on top: of a photograph by its file's name, or of a picture by number."""

    place: tuple[str, ...]
    picture: str | int
    size: Size | None  # of what was drawn on, where the file says it
    outlines: tuple[Outline, ...]


class _Foreign(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class _Shape(_Foreign):
    label: str
    shape_type: str = "polygon"
    points: list[Point] = []


class _Labelme(_Foreign):
    image: str = Field(alias="imagePath")
    height: int | None = Field(None, alias="imageHeight")
    width: int | None = Field(None, alias="imageWidth")
    shapes: list[_Shape]


class _CocoImage(_Foreign):
    id: int | str
    file_name: str
    height: int | None = None
    width: int | None = None


class _CocoCategory(_Foreign):
    id: int | str
    name: str


class _CocoAnnotation(_Foreign):
    image_id: int | str
    category_id: int | str
    segmentation: Any = None


class _Coco(_Foreign):
    images: list[_CocoImage]
    annotations: list[_CocoAnnotation]
    categories: list[_CocoCategory]


class _Plain(_Foreign):
    model_config = ConfigDict(extra="forbid")
    region: str
    polygon: Polygon


class _Plains(BaseModel):
    pictures: dict[NonNegativeInt, list[_Plain]]


def load_drawings(path: Path) -> list[Drawing]:
    """Return what was drawn, as the file holds it; FixableError with each fault where it is none of the forms."""
    if path.suffix.lower() in (".yaml", ".yml"):
        return _read_plain(load_yaml(path), str(path))
    data = _load_json(path)
    if isinstance(data, dict) and "shapes" in data:
        return [_read_labelme(parse_as(_Labelme, data, str(path)), str(path))]
    if isinstance(data, dict) and "annotations" in data:
        return _read_coco(parse_as(_Coco, data, str(path)), str(path))
    raise FixableError(Fault((str(path),), f"neither labelme's `shapes` nor COCO's `annotations`; expected {FORMS}"))


def _load_json(path: Path) -> object:
    try:
        return json.loads(load_file(path, MOST_OUTLINES, FORMS))
    except (ValueError, RecursionError):
        raise FixableError(Fault((str(path),), f"not JSON; expected {FORMS}")) from None


def _read_plain(data: object, place: str) -> list[Drawing]:
    try:
        pictures = parse_as(_Plains, {"pictures": data}).pictures
    except FixableError as error:  # the field is ours, not the file's
        faults = [Fault((place, *fault.place[1:]), fault.says) for fault in error.faults]
        raise FixableError(*faults) from None
    return [
        Drawing((place, str(number)), number, None, _to_outlines(its, (place, str(number))))
        for number, its in pictures.items()
    ]


def _to_outlines(shapes: Iterable[_Plain], place: tuple[str, ...]) -> tuple[Outline, ...]:
    return tuple(
        Outline((*place, str(number)), one.region, np.array(one.polygon, dtype=np.float64))
        for number, one in enumerate(shapes)
    )


def _read_labelme(data: _Labelme, place: str) -> Drawing:
    outlines, faults = [], []
    for number, shape in enumerate(data.shapes):
        where = (place, "shapes", str(number))
        try:
            outlines.append(Outline(where, shape.label, _find_corners(shape)))
        except ValueError as error:
            faults.append(Fault((*where, shape.label), str(error)))
    check_all(faults)
    name = PureWindowsPath(data.image).name  # it knows both kinds of slashes
    return Drawing((place,), name, _to_size(data.height, data.width), tuple(outlines))


def _find_corners(shape: _Shape) -> Array:
    """Return the corners (P, 2) of a shape; ValueError where it has no area to fill."""
    points = np.array(shape.points, dtype=np.float64).reshape(-1, 2)
    needed = {"polygon": 3, "rectangle": 2, "circle": 2}.get(shape.shape_type)
    if needed is None:
        raise ValueError(f"a {shape.shape_type}; expected a polygon, a rectangle or a circle")
    if len(points) < needed or (needed == 2 and len(points) > 2):
        raise ValueError(f"{len(points)} points; expected {needed}{' or more' if needed == 3 else ''}")
    if shape.shape_type == "polygon":
        return points
    if shape.shape_type == "rectangle":
        (left, top), (right, bottom) = points
        return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    turns = np.linspace(0, 2 * math.pi, CORNERS, endpoint=False)
    rim = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    return np.asarray(points[0] + rim * np.linalg.norm(points[1] - points[0]))


def _read_coco(data: _Coco, place: str) -> list[Drawing]:
    names = {one.id: one.name for one in data.categories}
    drawn: dict[int | str, list[Outline]] = {one.id: [] for one in data.images}
    faults = []
    for number, one in enumerate(data.annotations):
        where = (place, "annotations", str(number))
        if one.image_id not in drawn:
            faults.append(Fault((*where, "image_id"), f"{one.image_id!r}; expected the id of one of `images`"))
        elif one.category_id not in names:
            faults.append(
                Fault((*where, "category_id"), f"{one.category_id!r}; expected the id of one of `categories`")
            )
        else:
            try:
                polygons = _read_segmentation(one.segmentation)
            except ValueError as error:
                faults.append(Fault((*where, "segmentation"), str(error)))
                continue
            drawn[one.image_id] += (Outline(where, names[one.category_id], its) for its in polygons)
    check_all(faults)
    return [
        Drawing(
            (place, one.file_name), PureWindowsPath(one.file_name).name, _to_size(one.height, one.width), tuple(its)
        )
        for one, its in zip(data.images, drawn.values(), strict=True)
    ]


def _read_segmentation(segmentation: Any) -> Iterable[Array]:
    """Return the polygons (P, 2) of COCO's [[x, y, x, y, ...], ...]; ValueError for anything else."""
    if isinstance(segmentation, dict):
        raise ValueError(
            "a run-length mask (RLE); expected polygons: export it as polygons, or each mask as a grey PNG"
        )
    if not isinstance(segmentation, list) or not segmentation:
        raise ValueError("no polygon; expected [[x, y, x, y, ...], ...]")
    try:
        found = [np.array(one, dtype=np.float64).reshape(-1, 2) for one in segmentation]
    except (ValueError, TypeError, OverflowError):
        raise ValueError("not pairs of numbers; expected [[x, y, x, y, ...], ...]") from None
    if any(len(one) < 3 or not np.isfinite(one).all() for one in found):
        raise ValueError("fewer than three points, or no numbers; expected [[x, y, x, y, ...], ...]")
    return found


def _to_size(height: int | None, width: int | None) -> Size | None:
    return Size(height=height, width=width) if height and width and height > 0 and width > 0 else None
