"""What a report draws, as PNG data URIs: pictures, maps, LIME pieces and colour bars.

Maps are stored pixel for pixel with a palette of 256 colours and enlarged by the page (nearest neighbour), which
keeps a page of ten pictures and twelve filters below four megabytes. The colour maps are perceptual and safe for
colour-blind readers: viridis for sizes, blue - white - red for signed values, as in the notebook.
"""

import base64
import io

import numpy as np
from PIL import Image

from assignment.outputs import Array

ENLARGED = 2  # how often a picture is enlarged before the outlines of pieces are drawn
SIGNED = ((5, 48, 97), (67, 147, 195), (247, 247, 247), (214, 96, 77), (103, 0, 31))  # against ... for


def to_data_uri(image: Image.Image) -> str:
    """Return an image as a PNG data URI."""
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def draw_picture(picture: Array) -> str:
    """Draw a picture (H, W, 3) uint8."""
    return to_data_uri(Image.fromarray(np.ascontiguousarray(picture), "RGB"))


@np.errstate(all="ignore")  # a hostile array may hold numbers that overflow
def draw_map(values: Array, top: float, *, signed: bool = False) -> str:
    """Draw a map (H, W); `top` and more is the strongest colour, NaN counts as 0.

    Sizes go from 0, which is dark; signed values from -top, which is blue, through white.
    """
    share = np.clip(np.nan_to_num(values.astype(np.float64)) / (top or 1.0), -1 if signed else 0, 1)
    place = (share + 1) / 2 if signed else share
    image = Image.fromarray(np.round(place * 255).astype(np.uint8), "P")
    image.putpalette(make_palette("signed" if signed else "viridis").tobytes())
    return to_data_uri(image)


@np.errstate(all="ignore")  # a hostile array may hold numbers that overflow
def draw_colours(pixels: Array) -> str:
    """Draw a picture (3, H, W) of floats from 0 to 1, in 256 colours of its own; what is beyond is clipped."""
    clipped = np.clip(np.nan_to_num(pixels.astype(np.float64)), 0, 1).transpose(1, 2, 0)
    image = Image.fromarray(np.round(clipped * 255).astype(np.uint8), "RGB")
    return to_data_uri(_reduce(image, 256))


@np.errstate(all="ignore")  # a hostile array may hold numbers that overflow
def draw_pieces(picture: Array, segments: Array, weights: Array, top: float) -> str:
    """Draw signed weights (S,) of the pieces (H, W) over a greyed picture (H, W, 3), every piece outlined.

    A weight of `top` and more is the strongest colour; a piece without a weight keeps the grey.
    """
    share = np.append(np.clip(np.nan_to_num(weights.astype(np.float64)) / (top or 1.0), -1, 1), 0.0)
    piece = np.where((segments >= 0) & (segments < weights.size), segments, weights.size)  # theirs may be any integer
    here = np.repeat(np.repeat(share[piece], ENLARGED, 0), ENLARGED, 1)
    grey = picture.astype(np.float64) @ np.array([0.299, 0.587, 0.114])
    grey = 0.42 * 255 + 0.48 * np.repeat(np.repeat(grey, ENLARGED, 0), ENLARGED, 1)
    colour = make_palette("signed")[np.round((here + 1) / 2 * 255).astype(int)].astype(np.float64)
    strength = (0.9 * np.abs(here) ** 0.7)[..., None]
    mixed = (1 - strength) * grey[..., None] + strength * colour
    mixed[mark_outlines(segments)] *= 0.45
    return to_data_uri(_reduce(Image.fromarray(mixed.astype(np.uint8), "RGB"), 128))


def _reduce(image: Image.Image, colours: int) -> Image.Image:
    return image.quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)


def mark_outlines(segments: Array) -> Array:
    """Return the mask (ENLARGED H, ENLARGED W) of the pixels whose upper or left neighbour is of another piece."""
    large = np.repeat(np.repeat(segments, ENLARGED, 0), ENLARGED, 1)
    edge = np.zeros(large.shape, bool)
    edge[1:] |= large[1:] != large[:-1]
    edge[:, 1:] |= large[:, 1:] != large[:, :-1]
    return edge


def draw_bar(name: str) -> str:
    """Draw a colour map as a bar of 256 x 1 pixels, low values left."""
    return to_data_uri(Image.fromarray(make_palette(name)[None], "RGB"))


def make_palette(name: str) -> Array:
    """Return 256 colours (256, 3) uint8 of `signed` or of one of matplotlib's colour maps.

    >>> make_palette("signed")[[0, 255]].tolist()
    [[5, 48, 97], [103, 0, 31]]
    """
    place = np.linspace(0, 1, 256)
    if name != "signed":
        import matplotlib  # here: the command line starts without it

        return np.asarray(matplotlib.colormaps[name](place, bytes=True))[:, :3].copy()
    stops = np.linspace(0, 1, len(SIGNED))
    channels = [np.interp(place, stops, channel) for channel in np.array(SIGNED, float).T]
    return np.round(np.stack(channels, 1)).astype(np.uint8)
