"""Pictures and masks that a course cannot use are named with their file, and with what was expected of it."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from assignment.assignment import Bilingual, load_assignment
from assignment.authoring.check.pictures import check_masks, check_pictures
from assignment.authoring.check.section import Author, Section
from assignment.profile import Manifest, PictureEntry, Profile

SHOWS = Bilingual(en="bread", zh="麵包")
REGIONS = {"crust": SHOWS, "crumb": SHOWS}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(2):
        Image.new("RGB", (40, 24), (200, 10, 10 * number)).save(tmp_path / f"{number}.png")
        save_mask(tmp_path / f"m{number}.png", 0, 1)
    return tmp_path


def save_mask(path: Path, *levels: int, size: tuple[int, int] = (40, 24)) -> None:
    levels_there = np.resize(np.array(levels, dtype=np.uint8), size[::-1])
    Image.fromarray(levels_there).save(path)


def open_profile(folder: Path, *, masks: bool = True, label: int = 1) -> Profile:
    entries = tuple(
        PictureEntry(asset=f"{number}.png", mask=f"m{number}.png" if masks else None, label=label, shows=SHOWS)
        for number in range(2)
    )
    return Profile(folder, Manifest.model_construct(profile="x", pictures=entries, assets=()))


def look(folder: Path, **options: object) -> tuple[Section, Section]:
    own = load_assignment()
    size = own.size.model_copy(update={"height": 24, "width": 40})
    assignment = own.model_copy(update={"size": size, "regions": options.pop("regions", REGIONS)})
    profile, author = open_profile(folder, **options), Author(Path("bakery"))  # type: ignore[arg-type]
    return check_pictures(profile, assignment, author), check_masks(profile, assignment, author)


def expect_one(section: Section, says: str, mend: str) -> None:
    (flaw,) = section.flaws
    assert re.search(says, str(flaw.fault))
    assert flaw.mend.startswith(mend)


def test_pictures_that_fit_hold_whatever_their_height_and_width(folder: Path) -> None:
    pictures, masks = look(folder)
    assert (pictures.holds, masks.holds) == (True, True)
    assert pictures.says == "2 of 40 x 24, 1 categories among them"
    assert masks.notes == ("in no picture: crumb; a question about that region is a fault",)


def test_picture_of_another_size_is_named_with_both(folder: Path) -> None:
    Image.new("RGB", (24, 40)).save(folder / "1.png")
    expect_one(look(folder)[0], r"1\.png: 24 x 40 pixels; expected 40 x 24", "hw9 course pictures --course bakery")


def test_metadata_that_turn_a_picture_or_say_where_it_was_taken_are_faults(folder: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    Image.new("RGB", (40, 24)).save(folder / "1.png", exif=exif)
    says = [flaw.says for flaw in look(folder)[0].flaws]
    assert [text.split(",")[0] for text in says] == ["its metadata turn it", "its metadata say where it was taken"]


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"no picture", b"\xff\xd8\xff\xe0"])
def test_file_that_is_no_picture_is_named(folder: Path, data: bytes) -> None:
    (folder / "0.png").write_bytes(data)
    (folder / "m1.png").write_bytes(data)
    pictures, masks = look(folder)
    expect_one(pictures, r"0\.png: .*; expected a picture as a PNG file", "hw9 course pictures")
    expect_one(masks, r"m1\.png: .*; expected a grey PNG", "hw9 course masks")


def test_label_beyond_the_categories_is_said_with_its_place(folder: Path) -> None:
    section, _ = look(folder, label=11)
    assert [flaw.place[1:] for flaw in section.flaws] == [("pictures", "0", "label"), ("pictures", "1", "label")]
    assert section.flaws[0].says.startswith("11; expected 0 to 10, one of the 11 categories")


def test_mask_of_black_and_white_is_refused_with_what_the_levels_mean(folder: Path) -> None:
    save_mask(folder / "m0.png", 0, 255)
    says = r"m0\.png: grey level 255; expected 0 background, 1 crust, 2 crumb$"
    expect_one(look(folder)[1], says, "hw9 course masks --course bakery")


def test_mask_of_colours_or_of_another_size_is_refused(folder: Path) -> None:
    save_mask(folder / "m0.png", 0, 1, size=(24, 40))
    Image.new("RGB", (40, 24)).save(folder / "m1.png")
    says = [flaw.says for flaw in look(folder)[1].flaws]
    assert says == ["24 x 40 pixels; expected 40 x 24, as its picture", "of mode RGB; expected 8-bit grey (L)"]


def test_masks_are_optional_and_a_course_without_regions_needs_none(folder: Path) -> None:
    bare = look(folder, masks=False)[1]
    assert bare.holds
    assert bare.notes[0] == "no mask: picture 0, 1; a question about a region there is a fault"
    assert look(folder, masks=False, regions={})[1].notes == ()
    expect = look(folder, regions={})[1].flaws[0].says
    assert expect == "grey level 1; expected 0 background"
