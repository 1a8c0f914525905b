"""The walk-through of assignment/authoring/README.md, typed as it stands there: a course from photographs to bundle."""

import json
import re
import shlex
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from torchvision import models

from assignment.course import ROOMS, VARIABLE
from assignment.profile import PROFILES_FOLDER
from grader.commands.main import main
from tests.assignment.authoring.pictures.photographs import CORNERS, HEIGHT, WIDTH, save_photograph
from tests.courses import replace_text

GUIDE = ROOMS / "assignment" / "authoring" / "README.md"
FAULTS = ("course check", "questions check")  # say what is still missing, and that one question is too few
SLOW = ("questions stability", "questions mutate", "demo", "course check --time")
PHOTOGRAPHS = ("a.jpg", "b.jpg")
SETTINGS = {  # what an author changes for a first try: a small model, and little of everything
    "{height: 128, width: 128}": "{height: 32, width: 32}",
    "layer: 1,": "layer: layer1.0.bn1,",
    "layer: 4,": "layer: layer2.0.bn1,",
    "layer: 9,": "layer: layer4.0.bn1,",
    "pieces: 60": "pieces: 12",
    "samples: 250": "samples: 20",
    "samples: 25}": "samples: 10}",
    "copies: 20": "copies: 2",
    "steps: 100": "steps: 2",
    "noises: 100": "noises: 2",
    "steps: 50}": "steps: 5}",
    "steps: 5}\n      plain": "steps: 2}\n      plain",
    "gaps: [5, 20, 50, 200]": "gaps: [2, 5]",
}


def read_lines() -> list[str]:
    """Return the lines of the walk-through: commands, and what is edited in between as comments."""
    found = re.search(r"```sh\n(hw9 course new .*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1].replace("\\\n", " ").splitlines()


def prepare(place: Path) -> None:
    """Lay out what an author has: photographs with a list, what was drawn on them, and models."""
    for folder in ("photographs", "drawn", "berts"):
        (place / folder).mkdir()
    said = "{file: %s, label: Bread, shows: {en: A square., zh: 方塊。}, licence: CC0-1.0, source: drawn}"
    for number, name in enumerate(PHOTOGRAPHS):
        save_photograph(place / "photographs" / name, 6 if number else 1, gps=True)
        shape = {"label": "object", "points": CORNERS, "shape_type": "polygon"}
        drawn = {"shapes": [shape], "imagePath": f"../photographs/{name}", "imageHeight": HEIGHT, "imageWidth": WIDTH}
        (place / "drawn" / f"{name}.json").write_text(json.dumps(drawn))
    listed = "\n".join(f"- {said % name}" for name in PHOTOGRAPHS)
    (place / "photographs" / "pictures.yaml").write_text(listed, encoding="utf-8")
    torch.manual_seed(3)
    torch.save(models.resnet18(num_classes=2).state_dict(), place / "resnet18.pth")
    for name, its in (("masked", "masked"), ("reader", "reader_a")):
        shutil.copytree(PROFILES_FOLDER / "mini" / "bert" / its, place / "berts" / name)


def edit_settings(course: Path) -> None:
    for old, new in SETTINGS.items():
        replace_text(course / "course.yaml", old, new)


EDITS: dict[str, Callable[[Path], None]] = {
    "# edit bakery/course.yaml": edit_settings,
    "# edit bakery/texts.yaml": lambda course: None,  # its own examples are read by the models of mini
    "# write bakery/bank/": lambda course: None,  # nor is its example question changed
}


def run_lines(course: Path, monkeypatch: pytest.MonkeyPatch, *, every: bool) -> Iterator[tuple[str, int]]:
    """Do what each line says, in the folder that the course is in; yield each command of hw9 and its exit code."""
    for line in read_lines():
        words = shlex.split(line, comments=True)
        if not words:
            (edit,) = (edit for says, edit in EDITS.items() if line.startswith(says))
            edit(course)
        elif words[0] == "export":
            assert words[1] == f"{VARIABLE}={course.name}"
            monkeypatch.setenv(VARIABLE, course.name)
        elif every or not " ".join(words[1:]).startswith(SLOW):
            yield " ".join(words[1:]), main([found for word in words[1:] for found in spread(word)])


def spread(word: str) -> list[str]:
    """Return the files that a pattern means, as a shell does it; another word as it is."""
    return sorted(map(str, Path().glob(word))) if "*" in word else [word]


@pytest.mark.nightly
@pytest.mark.sandbox
@pytest.mark.parametrize("every", [False, True], ids=["commands", "with rehearsal and proofs"])
def test_walkthrough_makes_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: bool) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)
    prepare(tmp_path)
    codes = dict(run_lines(tmp_path / "bakery", monkeypatch, every=every))
    assert {words for words, code in codes.items() if code} <= {one for one in codes if one.startswith(FAULTS)}
    assert max(codes.values()) <= 1
    with zipfile.ZipFile(tmp_path / "dist" / "hw9-student.zip") as archive:
        names = archive.namelist()
    assert "homework.ipynb" in names
    assert {f"assignment/profiles/bakery/pictures/{number}.png" for number in range(2)} <= set(names)
    for made in ("bakery/masks.png", "dist/explorer.html", "dist/handout/handout.html"):
        assert (tmp_path / made).stat().st_size > 1000, made
