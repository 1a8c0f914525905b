"""Any photograph is read as a person sees it, and nothing of its file is left but the colours."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from assignment.authoring.pictures.photograph import load_photograph
from assignment.fixable import FixableError
from tests.assignment.authoring.pictures.photographs import (
    BLUE,
    RED,
    SQUARE,
    draw_photograph,
    save_photograph,
    to_bytes,
)

UPRIGHT = np.asarray(draw_photograph())


def load(path: Path, data: bytes) -> np.ndarray:
    path.write_bytes(data)
    return np.asarray(load_photograph(path).image)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["png", "tiff", "webp", "jpg"])
def test_all_eight_turns_give_the_same_upright_picture(tmp_path: Path, orientation: int, form: str) -> None:
    how = {"webp": {"lossless": True}, "jpg": {"quality": 95, "subsampling": 0}}.get(form, {})
    found = np.asarray(load_photograph(save_photograph(tmp_path / f"a.{form}", orientation, **how)).image)
    assert found.shape == UPRIGHT.shape
    assert np.abs(found.astype(int) - UPRIGHT).mean() < (1 if form == "jpg" else 1e-9)


def test_position_and_turn_are_told(tmp_path: Path) -> None:
    notes = load_photograph(save_photograph(tmp_path / "a.jpg", 6, gps=True)).notes
    assert notes == ("GPS position taken out", "turned on its side")
    assert load_photograph(save_photograph(tmp_path / "b.jpg", 1)).notes == ()


def test_orientation_that_is_none_leaves_the_picture(tmp_path: Path) -> None:
    photograph = load_photograph(save_photograph(tmp_path / "a.png", 42))
    assert (np.asarray(photograph.image) == UPRIGHT).all()
    assert photograph.notes == ()


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "RGBA", "LA", "1"])
def test_every_mode_becomes_rgb_of_the_same_colours(tmp_path: Path, mode: str) -> None:
    form = "TIFF" if mode == "CMYK" else "PNG"
    found = load(tmp_path / "a", to_bytes(draw_photograph(mode), form))
    assert found.shape == UPRIGHT.shape
    assert (found == np.asarray(draw_photograph(mode).convert("RGB"))).all()


def test_sixteen_bits_are_scaled_and_not_cut(tmp_path: Path) -> None:
    levels = np.array([[0, 257 * 10], [257 * 100, 65535]], dtype=np.uint16)
    for form in ("PNG", "TIFF"):
        assert load(tmp_path / "a", to_bytes(Image.fromarray(levels), form))[..., 0].tolist() == [[0, 10], [100, 255]]


def test_transparent_parts_are_white(tmp_path: Path) -> None:
    image = draw_photograph("RGBA")
    image.putalpha(Image.new("L", image.size, 0))
    image.paste((*RED, 255), SQUARE)
    found = load(tmp_path / "a", to_bytes(image, "PNG"))
    assert found[0, 0].tolist() == [255, 255, 255]
    assert found[60, 120].tolist() == list(RED)


def test_transparent_colour_of_a_palette_is_white(tmp_path: Path) -> None:
    image = draw_photograph("RGB").quantize(2)
    blue = int(np.asarray(image)[0, 0])
    assert load(tmp_path / "a", to_bytes(image, "PNG", transparency=blue))[0, 0].tolist() == [255, 255, 255]


def swap_red_and_green(profile: bytes) -> bytes:
    """Return an RGB profile whose red and green light are the other's: its table of tags has them exchanged."""
    return profile.replace(b"rXYZ", b"?", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"?", b"gXYZ", 1)


def test_colours_of_a_profile_become_srgb(tmp_path: Path) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    as_it_is = load(tmp_path / "a", to_bytes(draw_photograph(), "PNG", icc_profile=srgb))
    assert np.abs(as_it_is.astype(int) - UPRIGHT).max() <= 1
    swapped = load(tmp_path / "b", to_bytes(draw_photograph(), "PNG", icc_profile=swap_red_and_green(srgb)))
    assert np.abs(swapped.astype(int) - UPRIGHT[..., [1, 0, 2]]).max() <= 2


def test_damaged_exif_does_not_cost_the_picture(tmp_path: Path) -> None:
    data = save_photograph(tmp_path / "a.jpg", 6, gps=True).read_bytes()
    chance, start = np.random.default_rng(3), data.index(b"Exif") + 6
    length = int.from_bytes(data[start - 8 : start - 6], "big") - 8
    for _ in range(150):
        damaged = bytearray(data)
        for place in chance.integers(0, length, 4):
            damaged[start + place] = chance.integers(256)
        found = load(tmp_path / "b.jpg", bytes(damaged))
        assert sorted(found.shape) == sorted(UPRIGHT.shape)  # the damage may turn it


def test_profile_that_is_none_is_told_and_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(to_bytes(draw_photograph(), "PNG", icc_profile=b"nonsense"))
    photograph = load_photograph(tmp_path / "a.png")
    assert photograph.notes == ("colour profile not understood, taken as sRGB",)
    assert np.asarray(photograph.image)[0, 0].tolist() == list(BLUE)


def test_first_of_several_pictures_is_taken_and_told(tmp_path: Path) -> None:
    other = Image.new("RGB", (50, 50))
    (tmp_path / "a.tif").write_bytes(to_bytes(draw_photograph(), "TIFF", save_all=True, append_images=[other]))
    photograph = load_photograph(tmp_path / "a.tif")
    assert (np.asarray(photograph.image) == UPRIGHT).all()
    assert photograph.notes == ("the first of 2 pictures",)


def write_bomb() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no picture that can be read; expected a JPEG, PNG, WebP or TIFF picture"),
        (b"GIF89a" + bytes(50), "no picture that can be read"),
        (b"\0\0\0\x18ftypheic" + bytes(50), "a HEIC picture, which is not read; expected a JPEG"),
        (to_bytes(draw_photograph(), "JPEG")[:600], "a broken picture .*; expected the whole file"),
        (to_bytes(draw_photograph(), "PNG")[:200], "a broken picture .*; expected the whole file"),
        (to_bytes(draw_photograph(), "TIFF")[:2000], "a broken picture|no picture that can be read"),
        (write_bomb(), "too many pixels; expected at most 89,478,485"),
        (to_bytes(draw_photograph().convert("F"), "TIFF"), "floating-point numbers, which have no known white"),
    ],
)
def test_what_is_no_whole_picture_is_refused_with_its_name(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "my picture.jpg").write_bytes(data)
    with pytest.raises(FixableError, match=f"my picture.jpg: .*({says})"):
        load_photograph(tmp_path / "my picture.jpg")


def test_missing_photograph_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(FixableError, match=r"none.jpg: No such file or directory; expected a JPEG"):
        load_photograph(tmp_path / "none.jpg")
