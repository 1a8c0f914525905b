"""What was drawn on a photograph lies on the same thing in the picture, whatever was done to the photograph."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image

from assignment.authoring.draft import open_draft
from assignment.authoring.manifest import load_draft
from assignment.authoring.pictures.masks import Masked, add_masks
from assignment.authoring.pictures.pictures import add_pictures
from assignment.fixable import FixableError
from tests.assignment.authoring.pictures.photographs import (
    CORNERS,
    HEIGHT,
    RED,
    SQUARE,
    WIDTH,
    create_bakery,
    save_photograph,
    want,
)
from tests.courses import replace_text

LABELME: dict[str, Any] = {"version": "5.5", "flags": {}, "imageData": None}


def prepare(parent: Path, orientation: int = 1, name: str = "a b.png", fit: str = "crop") -> Path:
    """Return the folder of a course with one picture, the red square."""
    folder = create_bakery(parent)
    photograph = save_photograph(parent / name, orientation)
    add_pictures(open_draft(folder), [want(photograph)], replace=False, fit=fit, color="white")  # type: ignore[arg-type]
    return folder


def add(folder: Path, *files: Path, values: dict[int, int] | None = None) -> list[Masked]:
    return add_masks(open_draft(folder), files, values or {}, licence=None, source=None)


def write(path: Path, data: object) -> Path:
    text = json.dumps(data) if path.suffix == ".json" else yaml.safe_dump(data)
    path.write_text(text, encoding="utf-8")
    return path


def to_labelme(points: object = CORNERS, label: str = "food", kind: str = "polygon", **more: object) -> dict[str, Any]:
    shape = {"label": label, "points": points, "shape_type": kind, "group_id": None}
    size = {"imageHeight": HEIGHT, "imageWidth": WIDTH}
    return LABELME | {"imagePath": "../photographs/a b.png", "shapes": [shape]} | size | more


def to_coco(**annotation: object) -> dict[str, Any]:
    one = {"id": 1, "image_id": 7, "category_id": 3, "segmentation": [[c for corner in CORNERS for c in corner]]}
    return {
        "images": [{"id": 7, "file_name": "train\\a b.png", "height": HEIGHT, "width": WIDTH}],
        "annotations": [one | annotation],
        "categories": [{"id": 3, "name": "food"}],
    }


def find_red(folder: Path) -> np.ndarray:
    with Image.open(folder / "pictures/0.png") as image:
        return np.abs(np.asarray(image).astype(int) - RED).max(axis=2) < 60


def read(folder: Path, number: int = 0) -> np.ndarray:
    with Image.open(folder / f"masks/{number}.png") as image:
        assert image.mode == "L"
        return np.asarray(image)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("fit", ["crop", "pad"])
def test_polygon_lies_on_the_square_however_the_camera_was_held(tmp_path: Path, orientation: int, fit: str) -> None:
    folder = prepare(tmp_path, orientation, fit=fit)
    add(folder, write(tmp_path / "a.json", to_labelme()))
    red, mask = find_red(folder), read(folder)
    assert red.sum() > 80
    assert (mask[red] == 1).all()
    assert (mask == 1).sum() <= red.sum() + 2 * (red.sum(axis=0).max() + red.sum(axis=1).max()) + 4  # half-red pixels


def test_all_forms_give_the_same_mask(tmp_path: Path) -> None:
    masks = []
    painted = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    painted[SQUARE[1] : SQUARE[3], SQUARE[0] : SQUARE[2]] = 1
    forms = {
        "labelme.json": to_labelme(),
        "rectangle.json": to_labelme([CORNERS[0], CORNERS[2]], kind="rectangle"),
        "backwards.json": to_labelme([CORNERS[2], CORNERS[0]], kind="rectangle"),
        "coco.json": to_coco(),
        "plain.yaml": {0: [{"region": "food", "polygon": CORNERS}]},
    }
    for name, data in forms.items():
        (tmp_path / name.partition(".")[0]).mkdir()
        folder = prepare(tmp_path / name.partition(".")[0])
        add(folder, write(tmp_path / name, data))
        masks.append(read(folder))
    (tmp_path / "png").mkdir()
    folder, place = prepare(tmp_path / "png"), tmp_path / "png" / "painted"
    place.mkdir()
    Image.fromarray(painted).save(place / "a b.png")
    add(folder, place / "a b.png")
    assert masks[0].sum() == (masks[0] == 1).sum() > 80
    assert all((one == masks[0]).all() for one in [*masks, read(folder)])


@pytest.mark.parametrize("square", [(91, 37, 148, 83), (33, 1, 38, 159), (11, 61, 239, 64)])
def test_painted_and_drawn_agree_off_the_grid(tmp_path: Path, square: tuple[int, int, int, int]) -> None:
    folder = prepare(tmp_path, 6)
    left, top, right, bottom = square
    painted = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    painted[top:bottom, left:right] = 1
    (tmp_path / "painted").mkdir()
    Image.fromarray(painted).save(tmp_path / "painted" / "a b.png")
    add(folder, tmp_path / "painted" / "a b.png")
    first = read(folder)
    add(folder, write(tmp_path / "a.json", to_labelme([[left, top], [right, bottom]], kind="rectangle")))
    assert (first == read(folder)).all()
    assert first.sum() == pytest.approx(painted.sum() * (48 / HEIGHT) ** 2, rel=0.7)


def test_mask_stands_in_the_manifest_with_the_rights_of_its_picture(tmp_path: Path) -> None:
    folder = prepare(tmp_path)
    add(folder, write(tmp_path / "a.json", to_labelme()))
    data = load_draft(folder).data
    assert data["pictures"][0]["mask"] == "masks/0.png"
    asset = next(one for one in data["assets"] if one["path"] == "masks/0.png")
    assert (asset["licence"], asset["source"]) == ("CC0-1.0", "drawn on pictures/0.png: drawn")


def test_shapes_lie_on_each_other_and_background_cuts_a_hole(tmp_path: Path) -> None:
    folder = prepare(tmp_path)
    whole = [[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]]
    drawn = {0: [{"region": name, "polygon": its} for name, its in (("托盤", whole), ("Food", CORNERS))]}
    hole = [[110, 50], [130, 50], [130, 70], [110, 70]]
    drawn[0].append({"region": "background", "polygon": hole})
    add(folder, write(tmp_path / "a.yaml", drawn))
    mask = read(folder)
    assert [mask[2, 2], mask[13, 28], mask[18, 32]] == [2, 1, 0]


def test_circle_is_round(tmp_path: Path) -> None:
    folder = prepare(tmp_path)
    add(folder, write(tmp_path / "a.json", to_labelme([[120, 80], [120, 50]], kind="circle")))
    scale = 48 / HEIGHT
    assert (read(folder) == 1).sum() == pytest.approx(np.pi * (30 * scale) ** 2, rel=0.03)


def test_polygon_on_the_prepared_picture_stays_where_it_is(tmp_path: Path) -> None:
    folder = prepare(tmp_path, 6)
    corners = [[10, 5], [20, 5], [20, 9], [10, 9]]
    drawn = to_labelme(corners, imagePath="0.png", imageHeight=48, imageWidth=64)
    add(folder, write(tmp_path / "a.json", drawn))
    mask = read(folder)
    assert mask[5:9, 10:20].all()
    assert mask.sum() == 40


def test_what_goes_beyond_is_cut_and_told(tmp_path: Path) -> None:
    folder = prepare(tmp_path)
    (beyond,) = add(folder, write(tmp_path / "a.json", to_labelme([[-50, 40], [120, 40], [120, 300]])))
    assert beyond.notes == ("food: goes beyond the photograph, cut at its edge", "food: cut at the picture's edge")
    (outside,) = add(folder, write(tmp_path / "a.json", to_labelme([[0, 0], [5, 0], [5, 5]])))
    assert outside.notes[-1] == "warning: food is empty: cut off, covered, or smaller than a pixel"
    assert not read(folder).any()


def test_new_cut_of_a_picture_takes_its_mask_out(tmp_path: Path) -> None:
    folder = prepare(tmp_path)
    add(folder, write(tmp_path / "a.json", to_labelme()))
    photograph = want(tmp_path / "a b.png")
    for fit, kept in (("crop", True), ("pad", False)):
        (arrived,) = add_pictures(open_draft(folder), [photograph], replace=True, fit=fit, color="white")  # type: ignore[arg-type]
        assert (arrived.entry.mask is not None) == kept
        assert any("its mask was of another picture" in note for note in arrived.notes) != kept
    assert [one["path"] for one in load_draft(folder).data["assets"]] == ["pictures/0.png"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (to_labelme(label="foood"), r"shapes: 0: unknown region 'foood'; expected .* \(the nearest is food\)"),
        (to_labelme(kind="linestrip"), "shapes: 0: food: a linestrip; expected a polygon, a rectangle or a circle"),
        (to_labelme(kind="mask"), "shapes: 0: food: a mask; expected a polygon"),
        (to_labelme(CORNERS[:2]), "shapes: 0: food: 2 points; expected 3 or more"),
        (to_labelme([[0, 0], [1, float("nan")], [1, 1]]), "shapes: 0: points: 1: 1: nan; expected a finite number"),
        (to_labelme(imagePath="c.png"), r"picture 'c.png'; expected one of 0.png, a b.png .*: `hw9 course pictures`"),
        (to_labelme(imageWidth=160, imageHeight=240), "drawn on 160 x 240 pixels; expected 240 x 160, .*its EXIF turn"),
        (to_labelme(imageWidth=99), "drawn on 99 x 160 pixels; expected 240 x 160, the photograph as it is seen$"),
        (to_coco(segmentation={"counts": "abc"}), r"annotations: 0: segmentation: a run-length mask \(RLE\)"),
        (to_coco(segmentation=[[1, 2, 3]]), "segmentation: not pairs of numbers"),
        (to_coco(segmentation=[["a", "b"]]), "segmentation: not pairs of numbers"),
        (to_coco(segmentation=[[10**400] * 6]), "segmentation: not pairs of numbers"),
        (to_coco(segmentation=[[1, 2, 3, 4]]), "segmentation: fewer than three points"),
        (to_coco(segmentation=None), "segmentation: no polygon"),
        (to_coco(image_id=9), "annotations: 0: image_id: 9; expected the id of one of `images`"),
        (to_coco(category_id="x"), "annotations: 0: category_id: 'x'; expected the id of one of `categories`"),
        ({"shapes": 1}, "imagePath: missing"),
        ({"polygons": []}, "neither labelme's `shapes` nor COCO's `annotations`; expected labelme's JSON, COCO's JSON"),
        ([], "neither labelme's"),
    ],
)  # fmt: skip
def test_faults_of_json_name_place_value_and_what_is_wanted(tmp_path: Path, data: object, says: str) -> None:
    folder = prepare(tmp_path)
    with pytest.raises(FixableError, match=f"a.json: .*{says}"):
        add(folder, write(tmp_path / "a.json", data))
    assert not (folder / "masks").exists()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({1: []}, "1: picture 1; expected a picture of the course, 0 to 0"),
        ({0: [{"region": "food"}]}, "0: 0: polygon: missing"),
        ({0: [{"region": "food", "polygon": [[1, 2], [3, 4]]}]}, "0: 0: polygon: .*at least 3 items"),
        (
            {0: [{"region": "plate", "polygon": CORNERS}]},
            "0: 0: unknown region 'plate'; expected one of background",
        ),
        ({"a": []}, "a: .*expected a valid integer"),
        ("text", "'text'; expected a valid dictionary"),
    ],
)
def test_faults_of_yaml_name_place_value_and_what_is_wanted(tmp_path: Path, data: object, says: str) -> None:
    folder = prepare(tmp_path)
    with pytest.raises(FixableError, match=f"a.yaml: .*{says}"):
        add(folder, write(tmp_path / "a.yaml", data))


def test_every_fault_of_every_file_is_told_and_no_mask_written(tmp_path: Path) -> None:
    folder = prepare(tmp_path)
    before = (folder / "manifest.yaml").read_bytes()
    (tmp_path / "b.json").write_text("{")
    files = [write(tmp_path / "a.json", to_labelme()), tmp_path / "b.json", tmp_path / "c.svg", tmp_path / "d.json"]
    with pytest.raises(FixableError) as error:
        add(folder, *files, write(tmp_path / "e.yaml", {0: []}))
    lines = [line.removeprefix(f"{tmp_path}/").partition(";")[0] for line in str(error.value).splitlines()]
    assert lines == [
        "b.json: not JSON",
        "c.svg: of no form that is read",
        "d.json: No such file or directory",
        "a.json: a second mask of picture 0",
        "e.yaml: 0: a second mask of picture 0",
    ]
    assert (folder / "manifest.yaml").read_bytes() == before
    assert not (folder / "masks").exists()


def test_mask_before_any_picture_or_of_an_old_size_says_which_command_comes_first(tmp_path: Path) -> None:
    folder = create_bakery(tmp_path)
    drawn = write(tmp_path / "a.json", to_labelme())
    with pytest.raises(FixableError, match="no pictures; expected `hw9 course pictures` before the masks"):
        add(folder, drawn)
    add_pictures(
        open_draft(folder), [want(save_photograph(tmp_path / "a b.png"))], replace=False, fit="crop", color="white"
    )
    replace_text(folder / "course.yaml", "size: {height: 48, width: 64}", "size: {height: 32, width: 32}")
    with pytest.raises(FixableError, match=r"0.png: 64 x 48; expected 32 x 32, as course.yaml says: .* --replace"):
        add(folder, drawn)
