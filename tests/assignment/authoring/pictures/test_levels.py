"""A painted mask means what its grey levels say, and a level that says nothing is refused with what was found."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assignment.authoring.pictures.levels import load_levels, parse_values
from assignment.fixable import FixableError

REGIONS = ("food", "tray")
LEVELS = np.array([[0, 1], [2, 1]], dtype=np.uint8)


def save(path: Path, levels: np.ndarray, mode: str = "L") -> Path:
    image = Image.fromarray(levels)
    if mode == "P":
        image.putpalette([0, 0, 0, 200, 0, 0, 0, 200, 0])
    (image if mode == "P" else image.convert(mode)).save(path)
    return path


@pytest.mark.parametrize("mode", ["L", "P", "I;16", "LA", "RGB", "RGBA"])
def test_levels_are_read_in_every_mode(tmp_path: Path, mode: str) -> None:
    assert load_levels(save(tmp_path / "a.png", LEVELS, mode), REGIONS, {}).tolist() == LEVELS.tolist()


def test_mask_of_one_bit_is_the_first_region(tmp_path: Path) -> None:
    Image.fromarray(LEVELS > 0).save(tmp_path / "a.png")
    assert load_levels(tmp_path / "a.png", REGIONS, {}).tolist() == [[0, 1], [1, 1]]


def test_values_say_what_other_levels_are(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", np.array([[0, 255], [128, 2]], dtype=np.uint8))
    values = parse_values(["255=food", "128=background"], REGIONS)
    assert load_levels(path, REGIONS, values).tolist() == [[0, 1], [0, 2]]


@pytest.mark.parametrize(
    ("levels", "says"),
    [
        (
            [[0, 255]],
            r"grey levels 0, 255; expected 0 \(background\), 1 \(food\), 2 \(tray\): --values 255=food says what",
        ),
        ([[0, 3]], r"grey levels 0, 3; expected 0 \(background\)"),
        ([list(range(0, 250, 25))], r"0, 25, .*175, ... \(10 levels\); .* soft edges or saved as JPEG"),
    ],
)
def test_levels_of_no_region_are_refused_with_what_the_values_mean(
    tmp_path: Path, levels: list[list[int]], says: str
) -> None:
    with pytest.raises(FixableError, match=f"a.png: .*{says}"):
        load_levels(save(tmp_path / "a.png", np.array(levels, dtype=np.uint8)), REGIONS, {})


def test_course_without_regions_says_where_they_stand(tmp_path: Path) -> None:
    with pytest.raises(FixableError, match=r"expected 0 \(background\): course.yaml lists no regions"):
        load_levels(save(tmp_path / "a.png", LEVELS), (), {})


def test_colours_and_what_is_no_png_are_refused(tmp_path: Path) -> None:
    Image.new("RGB", (2, 2), "red").save(tmp_path / "red.png")
    (tmp_path / "no.png").write_bytes(b"no")
    for name, says in (("red", r"colours \(RGB\)"), ("no", "no PNG that can be read"), ("none", "No such file")):
        with pytest.raises(FixableError, match=rf"{name}.png: .*{says}"):
            load_levels(tmp_path / f"{name}.png", REGIONS, {})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("255", "'255'; expected a grey level and a region|unknown region ''"),
        ("food=255", "'food=255'; expected a grey level and a region, such as 255=food"),
        ("99999=food", "'99999=food'; expected a grey level"),
        ("255=foot", r"unknown region 'foot'; .*the nearest is food"),
    ],
)
def test_values_that_say_nothing_are_refused(text: str, says: str) -> None:
    with pytest.raises(FixableError, match=says):
        parse_values([text], REGIONS)
