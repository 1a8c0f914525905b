"""What a report draws of the texts, as PNG data URIs: matrices in tiles, and points of principal components by layer.

Tiles are stored in a pixel or a few a number and enlarged by the page, as maps are. Points have shapes as well as
colours, the notebook's (`assignment/cells/palette.py`). What is drawn may be a student's: any number, however large,
and holes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from assignment.arrays import ANSWER, OTHER, QUESTION, SUPPORT
from assignment.cells.palette import ROLE_COLOURS
from assignment.outputs import Array
from grader.report.pictures.drawings import make_palette, to_data_uri

SIDE = 240  # pixels of one layer's points, which the page shows at less
GAP = 12  # between layers
CELL = 4  # pixels of a number in a matrix whose rows are grouped
RADIUS = 6.0
WHITE, INK = 255, (17, 17, 17)

Box = tuple[float, float, float, float]


@np.errstate(all="ignore")  # a hostile array may hold numbers that overflow
def draw_tiles(values: Array, low: float, high: float, *, gap: int = 1) -> str:
    """Draw matrices (rows, columns, H, W) as tiles, `gap` white pixels apart; from `low`, which is dark, to `high`.

    Holes (NaN) are white.
    """
    rows, columns, height, width = values.shape
    share = np.clip((values.astype(np.float64) - low) / ((high - low) or 1.0), 0, 1)
    place = np.where(np.isnan(share), WHITE, np.round(np.nan_to_num(share) * (WHITE - 1))).astype(np.uint8)
    tiled = np.full((rows, height + gap, columns, width + gap), WHITE, np.uint8)
    tiled[:, :height, :, :width] = place.transpose(0, 2, 1, 3)
    image = Image.fromarray(tiled.reshape(rows * (height + gap), -1)[:-gap, :-gap].copy(), "P")
    image.putpalette(np.vstack([make_palette("viridis")[:WHITE], [[WHITE] * 3]]).astype(np.uint8).tobytes())
    return to_data_uri(image)


def part_groups(values: Array, cuts: Sequence[int]) -> Array:
    """Return matrices (..., N, N) with CELL pixels a number and a hole, one pixel wide, before each of `cuts`."""
    large = np.repeat(np.repeat(values.astype(np.float64), CELL, axis=-2), CELL, axis=-1)
    where = [CELL * cut for cut in cuts]
    return np.insert(np.insert(large, where, np.nan, axis=-2), where, np.nan, axis=-1)


def _draw_square(draw: ImageDraw.ImageDraw, box: Box, colour: str) -> None:
    draw.rectangle(box, fill=colour)


def _draw_disc(draw: ImageDraw.ImageDraw, box: Box, colour: str) -> None:
    draw.ellipse(box, fill=colour)


def _draw_triangle(draw: ImageDraw.ImageDraw, box: Box, colour: str) -> None:
    draw.polygon([(box[0], box[3]), (box[2], box[3]), ((box[0] + box[2]) / 2, box[1])], fill=colour)


def _draw_cross(draw: ImageDraw.ImageDraw, box: Box, colour: str) -> None:
    draw.line(box, fill=colour, width=2)
    draw.line((box[0], box[3], box[2], box[1]), fill=colour, width=2)


@dataclass(frozen=True)
class RoleMark:
    """How the tokens of one role are drawn; `sign` is the same mark as a letter, for a legend."""

    sign: str
    colour: str
    draw: Callable[[ImageDraw.ImageDraw, Box, str], None]
    size: float = 1.0


ROLE_MARKS: Mapping[int, RoleMark] = {  # in the order of drawing: the last one lies on top
    OTHER: RoleMark("\u25cf", ROLE_COLOURS[OTHER], _draw_disc, 0.7),
    -1: RoleMark("\u2715", "#6E6E6E", _draw_cross, 0.8),
    SUPPORT: RoleMark("\u25cf", ROLE_COLOURS[SUPPORT], _draw_disc),
    QUESTION: RoleMark("\u25a0", ROLE_COLOURS[QUESTION], _draw_square),
    ANSWER: RoleMark("\u25b2", ROLE_COLOURS[ANSWER], _draw_triangle, 1.25),
}


@np.errstate(all="ignore")  # a hostile array may hold numbers that overflow
def draw_points(points: Array, frame: Array, roles: Array, ringed: Array) -> str:
    """Draw points (layers, L, 2) as one square a layer, side by side, each scaled to the points of `frame` (as large).

    roles (L,): what a point is drawn as, one of ROLE_MARKS; ringed (L,) bool. Both components have one scale; what lies
    beyond the frame is drawn on its edge, and a hole (NaN) not at all.
    """
    layers = len(points)
    image = Image.new("RGB", (layers * SIDE + (layers - 1) * GAP, SIDE), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    for layer, (its, ours) in enumerate(zip(points, frame, strict=True)):
        left = layer * (SIDE + GAP)
        draw.rectangle((left, 0, left + SIDE - 1, SIDE - 1), outline=(200, 200, 200))
        _draw_layer(draw, to_pixels(its, ours) + np.array([left, 0]), roles, ringed)
    return to_data_uri(image.quantize(16, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE))


def _draw_layer(draw: ImageDraw.ImageDraw, pixels: Array, roles: Array, ringed: Array) -> None:
    for role, mark in ROLE_MARKS.items():
        for x, y in pixels[(roles == role) & np.isfinite(pixels).all(axis=1)]:
            size = RADIUS * mark.size
            mark.draw(draw, (x - size, y - size, x + size, y + size), mark.colour)
    for x, y in pixels[ringed & np.isfinite(pixels).all(axis=1)]:
        size = 1.9 * RADIUS
        draw.ellipse((x - size, y - size, x + size, y + size), outline=INK, width=2)


def to_pixels(points: Array, frame: Array) -> Array:
    """Return where points (L, 2) lie in a square of SIDE pixels that shows all of `frame` (L, 2), its middle midway.

    >>> to_pixels(np.array([[0.0, 1.0], [9.0, 0.0]]), np.array([[-1.0, 1.0], [1.0, -1.0]])).tolist()
    [[120.0, 14.0], [226.0, 120.0]]
    """
    ours = frame.astype(np.float64)
    low, high = np.nanmin(ours, axis=0), np.nanmax(ours, axis=0)
    half = np.max(high - low) / 2 or 1.0
    share = np.clip((points.astype(np.float64) - (low + high) / 2) / half, -1, 1)
    edge = 2 * RADIUS + 2
    return np.asarray(SIDE / 2 + share * np.array([1, -1]) * (SIDE / 2 - edge))
