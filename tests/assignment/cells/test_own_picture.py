"""A picture of the student's own: prepared like a course's, explained by the notebook's functions, refused in words."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from assignment.cells import own_picture
from assignment.cells.own_picture import HINT, NEEDED, explain_own_picture, prepare_picture, rebind
from assignment.fixable import FixableError

RED, BLUE = (200, 0, 0), (0, 0, 200)


def to_bytes(picture: Image.Image, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", **options)
    return file.getvalue()


def draw_halves(size: tuple[int, int]) -> Image.Image:
    """A picture whose left half is red and whose right half is blue."""
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (size[0] // 2, 0, *size))
    return picture


@pytest.fixture
def names() -> dict[str, Any]:
    """All names that the cell needs; the pictures tell the size."""
    return dict.fromkeys(NEEDED) | {"pictures": np.zeros((2, 12, 8, 3), np.uint8)}


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """The pictures that would be explained."""
    found: list[np.ndarray] = []
    monkeypatch.setattr(own_picture, "show_own_picture", lambda picture, names: found.append(picture) or "Tug 0.900")
    return found


def test_a_picture_is_cut_at_its_sides_and_not_squeezed() -> None:
    found = prepare_picture(to_bytes(draw_halves((300, 100))), 12, 8)
    assert (found.shape, found.dtype) == ((12, 8, 3), np.uint8)
    assert tuple(found[6, 0]) == RED
    assert tuple(found[6, -1]) == BLUE


def test_a_picture_is_turned_as_its_camera_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # what is left in the file is above
    found = prepare_picture(to_bytes(draw_halves((120, 80)), exif=exif.tobytes()), 12, 8)
    assert tuple(found[0, 4]) == RED
    assert tuple(found[-1, 4]) == BLUE


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "1", "I;16"])
def test_pictures_of_every_kind_become_three_colours(mode: str) -> None:
    picture = Image.new("L", (9, 9), 90).convert(mode) if mode != "I;16" else Image.new("I;16", (9, 9), 90)
    file = io.BytesIO()
    picture.save(file, "TIFF")
    assert prepare_picture(file.getvalue(), 4, 6).shape == (4, 6, 3)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4 my lunch", to_bytes(draw_halves((30, 30)))[:80]])
def test_what_is_no_picture_is_refused_in_both_languages(data: bytes) -> None:
    with pytest.raises(FixableError, match="expected a JPEG or PNG picture ｜ 無法讀取這張圖片"):
        prepare_picture(data, 12, 8)


def test_a_picture_too_large_to_open_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = to_bytes(draw_halves((30, 30)))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(FixableError, match="exceeds limit"):
        prepare_picture(data, 12, 8)


def test_a_file_is_read_and_the_answer_names_it(names: dict[str, Any], seen: list[Any], tmp_path: Path) -> None:
    path = tmp_path / "boat.png"
    path.write_bytes(to_bytes(draw_halves((30, 30))))
    assert explain_own_picture(str(path), names) == f"{path}: Tug 0.900"
    assert [one.shape for one in seen] == [(12, 8, 3)]


@pytest.mark.parametrize(("name", "says"), [("none.png", "No such file"), ("", "Is a directory")])
def test_a_file_that_cannot_be_read_is_said_and_stops_nothing(
    name: str, says: str, names: dict[str, Any], seen: list[Any], tmp_path: Path
) -> None:
    assert says in explain_own_picture(str(tmp_path / name), names)
    assert seen == []


def test_cells_that_were_not_run_are_named(names: dict[str, Any]) -> None:
    del names["lime"]
    assert explain_own_picture(None, names) == "Run the cells above first. 請先執行上面的儲存格。 (lime)"


def test_without_a_picture_there_is_a_hint_and_a_button_that_takes_one(
    names: dict[str, Any], seen: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr("IPython.display.display", lambda *shows, raw=False: shown.extend(shows))
    assert explain_own_picture(None, names) == HINT
    button = shown[0]
    assert seen == []
    content = to_bytes(draw_halves((30, 30)))
    told = {"name": "a.png", "type": "image/png", "size": len(content), "last_modified": datetime.now(UTC)}
    button.value = ({**told, "content": memoryview(content)},)
    assert [one.shape for one in seen] == [(12, 8, 3)]
    assert shown[-1] == {"text/plain": "a.png: Tug 0.900"}
    button.value = ({**told, "content": memoryview(b"no picture")},)
    assert "無法讀取" in shown[-1]["text/plain"]


def test_functions_run_on_the_copy_and_their_own_names_stay() -> None:
    names: dict[str, Any] = {}
    exec("x = 1\ndef one(a, b=2, *, c=3): return (a, b, c, x)\ndef two(): return one(0)\nfrom json import dumps", names)
    before = dict(names)
    copied = rebind(names, x=7)
    assert copied["two"]() == (0, 2, 3, 7)
    assert copied["dumps"] is names["dumps"]  # a library's function has names of its own
    assert names == before
    assert names["two"]() == (0, 2, 3, 1)
