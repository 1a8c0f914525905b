"""A photograph as its author sees it: read whole, turned upright, in sRGB on white, and nothing else of its file."""

import hashlib
import io
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

from assignment.fixable import Fault, FixableError, load_file

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF")
READ = "a JPEG, PNG, WebP or TIFF picture"
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".heic", ".heif")
_HEIC = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis")
_TURNS = {  # by EXIF orientation; ImageOps.exif_transpose writes the EXIF anew, and fails where that is damaged
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = (5, 6, 7, 8)  # they exchange height and width


MOST_PHOTOGRAPH = 512 * 2**20  # bytes of a photograph's file


@dataclass(frozen=True)
class Photograph:
    """An upright RGB picture of 8 bits, the digest of its file, and what was done to it that a person should know."""

    image: Image.Image
    sha256: str
    notes: tuple[str, ...]


def load_photograph(path: Path) -> Photograph:
    """Return a picture file's first picture; FixableError where it is none, broken, or larger than Pillow allows."""
    data = load_file(path, MOST_PHOTOGRAPH, READ)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a strange tag is, does not matter: none is kept
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image, notes = _read_upright(data)
    except Exception as error:  # a broken file makes Pillow raise nearly anything
        raise FixableError(Fault((str(path),), _explain(error, data))) from None
    return Photograph(image, hashlib.sha256(data).hexdigest(), notes)


def _explain(error: Exception, data: bytes) -> str:
    if isinstance(error, Image.DecompressionBombWarning | Image.DecompressionBombError):
        return f"too many pixels; expected at most {Image.MAX_IMAGE_PIXELS or 0:,}"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        return f"a HEIC picture, which is not read; expected {READ}: save it as JPEG on the phone or in its viewer"
    if isinstance(error, UnidentifiedImageError):
        return f"no picture that can be read; expected {READ}"
    return f"a broken picture ({str(error).strip() or type(error).__name__}); expected the whole file"


def _read_upright(data: bytes) -> tuple[Image.Image, tuple[str, ...]]:
    notes = []
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        orientation = _find_orientation(image)
        frames = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)  # MPO: a JPEG with previews behind it
        if _has_position(image):
            notes.append("GPS position taken out")
        image.load()
        turn = _TURNS.get(_find_orientation(image))  # none for a TIFF, which Pillow has turned by now
        plain, says = _to_srgb(image if turn is None else image.transpose(turn), image.info.get("icc_profile"))
    if orientation != 1:
        notes.append("turned on its side" if orientation in _SIDEWAYS else "turned")
    if frames > 1:
        notes.append(f"the first of {frames} pictures")
    return plain, (*notes, *says)


def _find_orientation(image: Image.Image) -> int:
    with suppress(Exception):  # damaged EXIF makes Pillow raise nearly anything, and is no reason to lose a picture
        return found if (found := image.getexif().get(ExifTags.Base.Orientation)) in _TURNS else 1
    return 1


def _has_position(image: Image.Image) -> bool:
    with suppress(Exception):
        return bool(image.getexif().get_ifd(ExifTags.IFD.GPSInfo))
    return False


def _to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, tuple[str, ...]]:
    """Return a picture of any mode as sRGB on white, and a note where its colour profile could not be followed."""
    image = _to_eight_bits(image)
    alpha = None
    if image.mode in ("P", "PA", "LA", "La", "RGBA", "RGBa", "RGBX") or "transparency" in image.info:
        whole = image.convert("RGBA")
        alpha, image = whole.getchannel("A"), whole.convert("RGB")
    notes: tuple[str, ...] = ()
    if profile is not None:
        try:
            image = _follow_profile(image, profile)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            notes = ("colour profile not understood, taken as sRGB",)
    image = image.convert("RGB")
    if alpha is not None:
        image = Image.composite(image, Image.new("RGB", image.size, "white"), alpha)
    return Image.fromarray(np.asarray(image)), notes  # an array carries no metadata along


def _follow_profile(image: Image.Image, profile: bytes) -> Image.Image:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    turned = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    if turned is None:
        raise ValueError("no picture")
    return turned


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Scale a grey picture of 16 bits: Pillow's own conversion cuts all that is brighter than 255."""
    if image.mode == "F":
        raise ValueError("its pixels are floating-point numbers, which have no known white")
    if not image.mode.startswith("I"):
        return image
    values = np.asarray(image)
    return Image.fromarray((np.clip(values, 0, 65535) // 257).astype(np.uint8))
