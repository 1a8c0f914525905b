"""Colours and grain: what every part of a picture is painted with."""

from functools import cache

import numpy as np
import skia

Colour = tuple[float, float, float]  # red, green, blue in [0, 1]

WHITE: Colour = (1.0, 1.0, 1.0)
BLACK: Colour = (0.0, 0.0, 0.0)
_TILE = 256


def rgb(code: str) -> Colour:
    """Read a colour from six hexadecimal digits.

    >>> rgb("ff0033")
    (1.0, 0.0, 0.2)
    """
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Blend two colours; `share` of the second.

    >>> mix((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), 0.25)
    (0.25, 0.25, 0.25)
    """
    red, green, blue = ((1 - share) * a + share * b for a, b in zip(first, second, strict=True))
    return red, green, blue


def lighter(colour: Colour, share: float) -> Colour:
    """Move a colour towards white."""
    return mix(colour, WHITE, share)


def darker(colour: Colour, share: float) -> Colour:
    """Move a colour towards a warm black, as a shadow on food does."""
    return mix(colour, (0.10, 0.04, 0.02), share)


def to_skia(colour: Colour, alpha: float = 1.0) -> int:
    """Pack a colour for skia, clipped to its range."""
    red, green, blue = (round(255 * min(1.0, max(0.0, part))) for part in colour)
    return int(skia.Color(red, green, blue, round(255 * min(1.0, max(0.0, alpha)))))


@cache
def draw_grain(roughness: float) -> skia.Image:
    """A seamless tile of dark and light cloudy grain; each finer octave keeps the share `roughness` in (0, 1)."""
    rng = np.random.default_rng(7)
    height = np.zeros((_TILE, _TILE))
    for octave, cells in enumerate((8, 16, 32, 64, 128)):
        knots = rng.normal(size=(cells, cells))
        height += roughness**octave * _enlarge(knots)
    height /= np.abs(height).max()
    tile = np.zeros((_TILE, _TILE, 4), np.uint8)
    tile[..., :3] = np.where(height > 0, 255, 0)[..., None]
    tile[..., 3] = np.round(255 * np.abs(height))
    return skia.Image.fromarray(tile, colorType=skia.kRGBA_8888_ColorType)


def _enlarge(knots: np.ndarray) -> np.ndarray:
    """Stretch a square of knots over the tile, linearly and without a seam."""
    cells = len(knots)
    place = np.arange(_TILE) * cells / _TILE
    low = place.astype(int)
    part = place - low
    rows = knots[low] * (1 - part)[:, None] + knots[(low + 1) % cells] * part[:, None]
    return np.asarray(rows[:, low] * (1 - part) + rows[:, (low + 1) % cells] * part)
