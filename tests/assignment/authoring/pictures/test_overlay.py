"""The sheet shows each region's outline where the region is, and every letter of what is said of a picture."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

from assignment.authoring.draft import open_draft
from assignment.authoring.pictures.masks import add_masks
from assignment.authoring.pictures.overlay import COLOURS, draw_sheet
from assignment.authoring.pictures.pictures import add_pictures
from assignment.fixable import FixableError
from tests.assignment.authoring.pictures.photographs import CORNERS, create_bakery, save_photograph, want


def draw(folder: Path) -> np.ndarray:
    with Image.open(io.BytesIO(draw_sheet(open_draft(folder)))) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def count(sheet: np.ndarray, colour: str) -> int:
    return int((np.abs(sheet - ImageColor.getrgb(colour)).max(axis=2) < 12).sum())


@pytest.mark.slow
def test_only_pictures_with_a_mask_have_outlines(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    folder = create_bakery(tmp_path)
    photographs = [want(save_photograph(tmp_path / f"{name}.png")) for name in "abcde"]
    add_pictures(open_draft(folder), photographs, replace=False, fit="crop", color="white")
    bare = draw(folder)
    drawn = tmp_path / "a.yaml"
    drawn.write_text(f"0: [{{region: food, polygon: {CORNERS}}}]\n4: [{{region: tray, polygon: {CORNERS}}}]\n")
    add_masks(open_draft(folder), [drawn], {}, licence=None, source=None)
    sheet = draw(folder)
    half = sheet.shape[0] // 2
    upper, lower = slice(0, half), slice(half, None)
    for colour, its, other in ((COLOURS[0], upper, lower), (COLOURS[1], lower, upper)):
        assert count(sheet[its], colour) - count(bare[its], colour) > 100
        assert abs(count(sheet[other], colour) - count(bare[other], colour)) < 50
    assert not [one for one in recwarn if "Glyph" in str(one.message)]


def test_sheet_without_pictures_or_with_a_lost_one_says_so(tmp_path: Path) -> None:
    folder = create_bakery(tmp_path)
    with pytest.raises(FixableError, match="no pictures; expected `hw9 course pictures` first"):
        draw(folder)
    photograph = want(save_photograph(tmp_path / "a.png"))
    add_pictures(open_draft(folder), [photograph], replace=False, fit="crop", color="white")
    (folder / "pictures" / "0.png").unlink()
    with pytest.raises(FixableError, match=r"0\.png: .*No such file or directory.*; expected a picture as a PNG file"):
        draw(folder)
