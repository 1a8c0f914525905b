"""The homework's CNN learns any folder of labelled pictures, and a folder that is not one is told where."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from assignment.assignment import Size
from assignment.fixable import FixableError
from assignment.making.cnn.labelled import Labelled, list_categories, read_folder, read_picture, split
from assignment.making.cnn.photographs import main
from assignment.making.drawing.picture import draw_picture
from assignment.models.classifier import Classifier, load_classifier

SQUARE = Size(height=32, width=32)


def write_picture(path: Path, image: Image.Image | None = None, **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    (image or Image.new("RGB", (40, 40), "red")).save(path, **options)
    return path


def make_folder(place: Path, **counts: int) -> Path:
    """Make sub-folders with so many red pictures each."""
    for name, count in counts.items():
        (place / name).mkdir(parents=True)
        for number in range(count):
            write_picture(place / name / f"{number}.png")
    return place


def list_faults(folder: Path) -> list[str]:
    with pytest.raises(FixableError) as caught:
        read_folder(folder, SQUARE)
    return [str(fault).replace(f"{folder}/", "").replace(str(folder), "the folder") for fault in caught.value.faults]


@pytest.mark.slow
def test_small_cnn_learns_drawn_pictures_from_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels, each = {"8 seafood": 8, "9 soup": 9, "10 fruit": 10}, 32
    for name, label in labels.items():
        for seed in range(each):
            write_picture(tmp_path / "food" / name / f"{seed}.jpg", Image.fromarray(draw_picture(label, seed).pixels))
    out, before = tmp_path / "models" / "cnn", torch.are_deterministic_algorithms_enabled()
    words = ["--folder", str(tmp_path / "food"), "--out", str(out), "--side", "32", "--width", "8"]
    words += ["--batch", "12", "--threads", "1"]
    try:
        assert main([*words, "--epochs", "30"]) == 0
    finally:
        torch.use_deterministic_algorithms(before)
    assert sorted(path.name for path in out.iterdir()) == ["cnn.md", "cnn.safetensors", "model.yaml"]
    model = load_classifier(out / "model.yaml", dtype=torch.float32)
    assert isinstance(model, Classifier)
    assert (model.width, model.labels, model.size) == (8, 3, (32, 32))
    card = (out / "cnn.md").read_text(encoding="utf-8")
    accuracy = float(re.findall(r"held-out accuracy: (\S+) \(18 pictures", card)[0])
    assert accuracy >= 0.6  # by chance 1/3: of 18 guesses, 11 or more are right once in 70
    assert "| 2 | 10 fruit | 26 | 6 |" in card
    assert "seed 9" in card
    assert "32 x 32" in card
    assert f"held-out accuracy {accuracy:.3f}" in capsys.readouterr().out
    assert main([*words, "--epochs", "1"]) == 1  # never over another model
    assert "cnn: there already; expected a new folder" in capsys.readouterr().err


def test_categories_are_in_the_order_of_their_numbers_or_of_the_alphabet(tmp_path: Path) -> None:
    numbered = make_folder(tmp_path / "a", **{"10_soup": 0, "2_rice": 0, "0_bread": 0, ".cache": 0})
    assert list_categories(numbered) == ["0_bread", "2_rice", "10_soup"]
    assert list_categories(make_folder(tmp_path / "b", **{"10": 0, "rice": 0, "Bread": 0})) == ["10", "Bread", "rice"]


def test_two_categories_of_one_number_are_told(tmp_path: Path) -> None:
    with pytest.raises(FixableError, match=r"'01 soup': its number is another's too"):
        list_categories(make_folder(tmp_path, **{"1 rice": 0, "01 soup": 0, "2": 0}))


def test_folders_that_are_none_are_told_with_what_is_expected(tmp_path: Path) -> None:
    assert list_faults(tmp_path / "nowhere") == ["the folder: No such file or directory; expected a folder of pictures"]
    flat = make_folder(tmp_path / "flat", bread=2)
    says = "expected two or more, each a category with its pictures"
    assert list_faults(flat / "bread") == [f"the folder: 0 sub-folders; {says}"]
    assert list_faults(flat) == [f"the folder: 1 sub-folders; {says}"]
    few = make_folder(tmp_path / "few", bread=2, egg=0, rice=1)
    (few / "egg" / ".hidden").write_bytes(b"")
    says = "pictures; expected two or more, for training and to hold out"
    assert list_faults(few) == [f"egg: 0 {says}", f"rice: 1 {says}"]


def test_every_file_that_is_no_picture_is_told_at_once(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "food", bread=2, egg=2)
    (folder / "bread" / "notes.txt").write_text("not a picture")
    whole = io.BytesIO()
    Image.new("RGB", (40, 40)).save(whole, "PNG")
    (folder / "egg" / "deep").mkdir()
    (folder / "egg" / "deep" / "half.png").write_bytes(whole.getvalue()[:60])
    faults = list_faults(folder)
    assert len(faults) == 2
    assert faults[0].startswith("bread/notes.txt: no picture that can be read; expected a JPEG")
    assert faults[1].startswith("egg/deep/half.png: ")


def test_pictures_of_any_mode_and_turn_are_read_upright_as_rgb(tmp_path: Path) -> None:
    grey = write_picture(tmp_path / "grey.png", Image.new("L", (64, 64), 100))
    assert (read_picture(grey, SQUARE) == 100).all()
    clear = write_picture(tmp_path / "clear.png", Image.new("RGBA", (64, 64), (0, 0, 0, 0)))
    assert (read_picture(clear, SQUARE) == 255).all()
    inks = write_picture(tmp_path / "inks.jpg", Image.new("CMYK", (64, 64), (0, 0, 0, 0)))
    assert (read_picture(inks, SQUARE) >= 250).all()
    upright = Image.fromarray(np.repeat(np.array([[[255] * 3, [0] * 3]], np.uint8), 2, axis=0)).resize((64, 64), 0)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise: the left half comes to the top
    turned = read_picture(write_picture(tmp_path / "turned.png", upright, exif=exif), SQUARE)
    assert turned[:12].min() > 200
    assert turned[20:].max() < 50


def test_held_out_pictures_are_of_every_category_and_none_is_trained_on() -> None:
    labels = np.repeat([0, 1, 2], [10, 2, 40])
    pictures = Labelled(np.arange(len(labels))[:, None, None, None], labels)
    used, held = split(pictures, 0.2, seed=1)
    assert np.bincount(held.labels).tolist() == [2, 1, 8]
    assert sorted([*used.pixels.ravel(), *held.pixels.ravel()]) == list(range(len(labels)))
    assert (split(pictures, 0.2, seed=1)[1].pixels == held.pixels).all()
    assert not (split(pictures, 0.2, seed=2)[1].pixels == held.pixels).all()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--side", "100"], "100; expected one or two multiples of 32"),
        (["--held-out", "1"], "1: expected a share between 0 and 1"),
        (["--width", "0"], "0: expected a whole number from 1 to 1024"),
    ],
)
def test_settings_that_cannot_be_are_told(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--folder", "in", "--out", "out", *words])
    assert says in capsys.readouterr().err


def test_failed_training_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "food", bread=1, egg=2)
    assert main(["--folder", str(folder), "--out", str(tmp_path / "new" / "cnn")]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["food"]
