"""Photographs become pictures of the course's size without a trace of their files, all of them or none."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assignment.assignment import Size
from assignment.authoring.draft import open_draft
from assignment.authoring.manifest import edit_manifest, load_draft
from assignment.authoring.pictures.picture_list import Wanted
from assignment.authoring.pictures.pictures import Arrived, add_pictures, list_photographs
from assignment.authoring.pictures.preparation import find_box, load_preparations
from assignment.fixable import FixableError
from tests.assignment.authoring.pictures.photographs import (
    BLUE,
    RED,
    create_bakery,
    draw_photograph,
    save_photograph,
    to_bytes,
    want,
)


def add(folder: Path, *wanted: Wanted, replace: bool = False, fit: str = "crop", color: str = "white") -> list[Arrived]:
    return add_pictures(open_draft(folder), wanted, replace=replace, fit=fit, color=color)  # type: ignore[arg-type]


def read(folder: Path, number: int) -> np.ndarray:
    with Image.open(folder / f"pictures/{number}.png") as image:
        return np.asarray(image)


def list_files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_pictures_have_the_courses_size_and_stand_in_the_manifest(tmp_path: Path) -> None:
    folder = create_bakery(tmp_path)
    photographs = [want(save_photograph(tmp_path / f"b {n}.jpg", 6), label=n) for n in range(2)]
    add(folder, *photographs)
    data = load_draft(folder).data
    assert [(one["asset"], one["label"]) for one in data["pictures"]] == [("pictures/0.png", 0), ("pictures/1.png", 1)]
    for number, asset in enumerate(data["assets"]):
        written = (folder / asset["path"]).read_bytes()
        assert (asset["bytes"], asset["sha256"]) == (len(written), hashlib.sha256(written).hexdigest())
        assert read(folder, number).shape == (48, 64, 3)


def test_nothing_of_the_file_is_left_in_the_written_bytes(tmp_path: Path) -> None:
    folder = create_bakery(tmp_path)
    add(folder, want(save_photograph(tmp_path / "a.jpg", 8, gps=True, comment=b"at home", dpi=(72, 72))))
    written = (folder / "pictures/0.png").read_bytes()
    kinds = {written[at + 4 : at + 8] for at in find_chunks(written)}
    assert kinds == {b"IHDR", b"IDAT", b"IEND"}
    assert not [word for word in (b"Camera", b"home", b"Exif", b"GPS") if word in written]


def find_chunks(data: bytes) -> list[int]:
    places, at = [], 8
    while at < len(data):
        places.append(at)
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return places


def test_crop_takes_the_middle_and_pad_keeps_all(tmp_path: Path) -> None:
    folder, wide = create_bakery(tmp_path), tmp_path / "wide.png"
    image = Image.new("RGB", (400, 100), BLUE)
    image.paste(RED, (0, 0, 100, 100))
    image.save(wide)
    (cropped,) = add(folder, want(wide))
    assert np.abs(read(folder, 0) - np.array(BLUE)).max() <= 1
    assert cropped.notes == ("67% cut off",)
    (padded,) = add(folder, want(wide), replace=True, fit="pad", color="#00ff00")
    picture = read(folder, 0)
    assert picture[0, 32].tolist() == [0, 255, 0]
    assert picture[24, 4].tolist() == list(RED)
    assert padded.notes == ("padded from 400 x 100 to 400 x 300",)


@pytest.mark.parametrize(("height", "width"), [(3000, 4001), (1, 900), (900, 1), (48, 64), (7, 5)])
@pytest.mark.parametrize("fit", ["crop", "pad"])
def test_box_has_the_courses_shape_to_within_a_pixel_and_the_photographs_middle(
    height: int, width: int, fit: str
) -> None:
    left, top, wide, high = find_box(height, width, Size(height=48, width=64), fit)  # type: ignore[arg-type]
    assert abs(wide * 48 - high * 64) <= 64
    assert abs(2 * left + wide - width) <= 1
    assert abs(2 * top + high - height) <= 1
    inside = left >= 0 and top >= 0 and left + wide <= width and top + high <= height
    assert inside if fit == "crop" else left <= 0 and top <= 0


def test_reducing_averages_and_leaves_no_pattern(tmp_path: Path) -> None:
    folder = create_bakery(tmp_path)
    stripes = np.zeros((480, 640, 3), dtype=np.uint8)
    stripes[:, ::2] = 255
    Image.fromarray(stripes).save(tmp_path / "a.png")
    add(folder, want(tmp_path / "a.png"))
    assert np.abs(read(folder, 0).astype(int) - 127).max() <= 5


def test_small_photograph_is_enlarged_with_a_warning(tmp_path: Path) -> None:
    folder = create_bakery(tmp_path)
    draw_photograph().resize((32, 24)).save(tmp_path / "a.png")
    (arrived,) = add(folder, want(tmp_path / "a.png"))
    assert arrived.notes == ("warning: enlarged 2.0 times, so it is blurred",)


def test_every_fault_of_every_photograph_is_told_and_nothing_written(tmp_path: Path) -> None:
    folder = create_bakery(tmp_path)
    before = list_files(folder)
    (tmp_path / "no.jpg").write_bytes(b"no")
    (tmp_path / "cut.jpg").write_bytes(to_bytes(draw_photograph(), "JPEG")[:500])
    good, bare = (save_photograph(tmp_path / name) for name in ("good.jpg", "bare.jpg"))
    said = Wanted(bare, (str(bare),))
    with pytest.raises(FixableError) as error:
        add(folder, want(good), want(tmp_path / "no.jpg"), want(tmp_path / "cut.jpg"), said)
    lines = str(error.value).splitlines()
    assert [line.removeprefix(f"{tmp_path}/").partition(";")[0] for line in lines] == [
        "no.jpg: no picture that can be read",
        "cut.jpg: a broken picture (Truncated File Read)",
        "bare.jpg: label, shows, licence, source: missing",
    ]
    assert list_files(folder) == before


def test_photograph_that_is_there_takes_its_place_again_only_when_asked(tmp_path: Path) -> None:
    folder = create_bakery(tmp_path)
    first, second = (save_photograph(tmp_path / name) for name in ("a.png", "b.png"))
    add(folder, want(first), want(second))
    with pytest.raises(FixableError, match=r"a.png: is picture 0 already; expected another photograph, or --replace"):
        add(folder, want(first))
    Image.new("RGB", (64, 48), RED).save(first)
    add(folder, Wanted(first, (str(first),), label=1), replace=True)
    entries = load_draft(folder).data["pictures"]
    assert [(one["label"], one["shows"]["en"]) for one in entries] == [(1, "A square."), (0, "A square.")]
    assert read(folder, 0)[0, 0].tolist() == list(RED)
    assert [its.file for its in load_preparations(folder, list_assets(folder)).values()] == ["a.png", "b.png"]


def list_assets(folder: Path) -> list[str]:
    return [one["asset"] for one in load_draft(folder).data["pictures"]]


def test_picture_that_was_taken_out_by_hand_does_not_lend_its_number_to_another(tmp_path: Path) -> None:
    folder = create_bakery(tmp_path)
    first, second = (save_photograph(tmp_path / name) for name in ("a.png", "b.png"))
    add(folder, want(first), want(second))
    with edit_manifest(folder) as draft:
        del draft.data["pictures"][0]
    assert load_preparations(folder, list_assets(folder)) == {}
    before = list_files(folder)
    with pytest.raises(
        FixableError, match=r"pictures/1.png: is of picture 0 and of picture 1; expected .* their order"
    ):
        add(folder, want(first))
    assert list_files(folder) == before


def test_picture_without_its_asset_is_a_fault_of_the_manifest(tmp_path: Path) -> None:
    folder = create_bakery(tmp_path)
    add(folder, want(save_photograph(tmp_path / "a.png")))
    with edit_manifest(folder) as draft:
        draft.drop("pictures/0.png")
    with pytest.raises(FixableError, match=r"manifest.yaml: assets: no entry for 'pictures/0.png'; expected one"):
        open_draft(folder)


def test_two_photographs_of_one_name_are_refused(tmp_path: Path) -> None:
    folder = create_bakery(tmp_path)
    (tmp_path / "x").mkdir()
    files = [save_photograph(place / "a.png") for place in (tmp_path, tmp_path / "x")]
    with pytest.raises(FixableError, match=r"x/a.png: a second a.png; expected each photograph once"):
        add(folder, *map(want, files))


def test_folder_that_cannot_be_written_is_an_error_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = create_bakery(tmp_path)
    photograph = want(save_photograph(tmp_path / "a.png"))
    (folder / "pictures").write_text("in the way")
    before = list_files(folder)
    with pytest.raises(FixableError, match=r"bakery/pictures: File exists; expected a place that can be written"):
        add(folder, photograph)
    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    with pytest.raises(FixableError, match=r"bakery: Read-only file system; expected a place that can be written"):
        add(folder, photograph)
    assert list_files(folder) == before


def refuse(*, prefix: str, dir: Path) -> str:  # noqa: A002
    raise OSError(30, "Read-only file system", str(dir / f"{prefix}x"))


def test_photographs_of_a_folder_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("img10.JPG", "img9.jpg", ".hidden.jpg", "notes.txt", "b.png"):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in list_photographs(tmp_path)] == ["b.png", "img9.jpg", "img10.JPG"]
