"""Courses for tests: the embedded one's parts, copied from their three rooms into one folder."""

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

from assignment.assignment import ASSIGNMENT_FILE
from assignment.course import Course, open_course


def copy_course(folder: Path) -> Course:
    """Copy the embedded course into a new folder, as a course of the folder's name."""
    its = open_course()
    shutil.copytree(its.folder, folder)
    for source, name in ((its.bank, "bank"), (its.proofs, "proofs"), (its.canonical, "canonical")):
        shutil.copytree(source, folder / name)
    shutil.copy(its.notebook, folder)
    settings = its.settings.read_text(encoding="utf-8")
    (folder / "course.yaml").write_text(f"version: 1\n{settings}", encoding="utf-8")
    replace_text(folder / "manifest.yaml", f"profile: {its.name}\n", f"profile: {folder.name}\n")
    return open_course(folder)


def begin_course(folder: Path, *, categories: int = 3, side: int = 32) -> Path:
    """Write a course that is being made: settings, and a manifest that names nothing yet."""
    folder.mkdir()
    settings = yaml.safe_load(ASSIGNMENT_FILE.read_text(encoding="utf-8"))
    settings |= {"version": 1, "size": {"height": side, "width": side}}
    settings["categories"] = settings["categories"][:categories]
    (folder / "course.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    (folder / "manifest.yaml").write_text(f"profile: {folder.name}\n", encoding="utf-8")
    return folder


def change_picture(course: Course, number: int) -> Course:
    """Turn a picture of a course upside down, as a new picture with its own checksum, and open the course anew."""
    entry = course.manifest.pictures[number].asset
    path, place = course.folder / entry, course.folder / "manifest.yaml"
    with Image.open(path) as image:
        turned = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    turned.save(path)
    data = yaml.safe_load(place.read_text(encoding="utf-8"))
    asset = next(one for one in data["assets"] if one["path"] == entry)
    asset |= {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    place.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return open_course(course.folder)


def replace_text(path: Path, old: str, new: str) -> None:
    """Replace what stands in a file once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def change_settings(course: Course, **changed: Any) -> Course:
    """Change some of a course's settings, and open it anew."""
    path = course.folder / "course.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8")) | changed
    _dump(path, data)
    return open_course(course.folder)


HARBOUR_TEXTS = """
attention:
  - {text: "(Ships) wait here and [they] are loud.", candidates: [they, it]}
passages:
  - {question: "Where is the crane?", passage: "The crane is at [the quay]. The gull is not."}
  - {question: "Who sings?", passage: "A gull sleeps. [A seal] sings."}
words:
  - word: crane
    sentences:
      machine: ["The [crane] is made of steel.", "A [crane] lifts the box."]
      bird: ["The [crane] has a nest.", "A [crane] flew away."]
"""


def make_harbour(
    folder: Path, *, size: tuple[int, int] = (96, 64), put_classifier: Callable[[Path], str] | None = None
) -> Course:
    """Make a course that shares no size, number or name with the embedded one, and has a bank of three questions.

    size: height and width of its pictures. `put_classifier` writes a classifier into the folder and returns the path
    that the manifest names; without it there is a file that none can open.
    """
    shutil.copytree(open_course().folder / "bert", folder / "nets")
    for old, new in (("masked", "gaps"), ("reader_a", "left"), ("reader_b", "right"), ("reader_c", "states")):
        (folder / "nets" / old).rename(folder / "nets" / new)
    for name in ("frames", "bank"):
        (folder / name).mkdir()
    for number in range(7):
        spots = np.random.default_rng(number).integers(0, 256, (8, 8, 3), dtype=np.uint8)
        picture = Image.fromarray(spots).resize(size[::-1], Image.Resampling.BICUBIC)
        picture.save(folder / "frames" / f"{number}.png")
    (folder / "texts.yaml").write_text(HARBOUR_TEXTS, encoding="utf-8")
    classifier = (put_classifier or _put_nothing)(folder)
    _dump(folder / "manifest.yaml", _make_manifest(folder, classifier))
    _dump(folder / "course.yaml", _make_settings() | {"size": {"height": size[0], "width": size[1]}})
    for number, name in enumerate(("lime", "saliency", "attention"), start=1):
        _dump(folder / "bank" / f"{name}.yaml", [_make_question(number, name)])
    return open_course(folder)


def _put_nothing(folder: Path) -> str:
    (folder / "net.safetensors").write_bytes(b"no classifier")
    return "net.safetensors"


def _make_manifest(folder: Path, classifier: str) -> dict[str, Any]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    assets = [
        {
            "path": str(path.relative_to(folder)),
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "licence": "CC0-1.0",
            "source": "made by a test",
        }
        for path in paths
    ]
    shows = {"en": "A boat.", "zh": "一艘船。"}
    return {
        "profile": folder.name,
        "about": {"en": "Seven boats.", "zh": "七艘船。"},
        "pictures": [{"asset": f"frames/{n}.png", "label": n % 5, "shows": shows} for n in range(7)],
        "classifier": classifier,
        "masked": "nets/gaps",
        "readers": ["nets/left", "nets/right"],
        "embeddings": "nets/states",
        "texts": "texts.yaml",
        "assets": assets,
    }


def _make_settings() -> dict[str, Any]:
    settings: dict[str, Any] = yaml.safe_load(open_course().settings.read_text(encoding="utf-8"))
    del settings["notebook"]
    analyses = settings["analyses"]
    analyses["lime"] |= {"pieces": 33, "official": {"samples": 77, "hide": "mean"}, "experiments": {}}
    analyses["saliency"] |= {"official": {"label": "runner_up", "of": "loss"}, "experiments": {}}
    analyses["smoothgrad"] |= {"official": {"label": 3, "sigma": 0.07, "copies": 9}, "experiments": {}}
    layers = {"shallow": "relu", "middle": "layer2.0.relu", "deep": "layer4.1.relu"}
    filters = {name: {"layer": layer, "filters": [2, 6]} for name, layer in layers.items()}
    filters |= {"official": {"start": 5, "steps": 17}, "experiments": {}, "noises": 3, "shown": [4]}
    analyses["filters"] = filters
    analyses["integrated_gradients"] = {
        "official": {"label": "truth", "baseline": "dusk", "steps": 13},
        "baselines": {"dusk": {"color": [0.1, 0.2, 0.3]}, "pier": {"picture": 2}, "fog": {"file": "frames/1.png"}},
        "rises": ["dusk", "mean"],
        "gaps": [13],
    }
    return {
        "version": 1,
        **settings,
        "title": {"en": "Harbour watch", "zh": "港口觀察"},
        "late": {"grace_seconds": 0, "points_per_day": "0.5", "fractions": False},
        "questions": {name: {"count": 1, "points": "2.0"} for name in ("lime", "saliency", "attention")},
        "categories": [{"en": name, "zh": "船"} for name in ("Tug", "Ferry", "Canoe", "Yacht", "Barge")],
        "regions": {"hull": {"en": "hull", "zh": "船身"}, "water": {"en": "water", "zh": "水面"}},
    }


def _make_question(number: int, analysis: str) -> dict[str, Any]:
    choices = {
        letter: {
            "say": {"en": f"Boat {letter} is clearer.", "zh": f"船 {letter} 比較清楚。"},
            "claim": {"measure": "probability", "with": {"picture": place}, "above": {"picture": 5}, "margin": 0.1},
            "why": {"en": "It is.", "zh": "是的。"},
        }
        for place, letter in enumerate("abcd")
    }
    ask = {"en": f"Which boats, as {analysis} shows?", "zh": f"{analysis} 顯示哪些船？"}
    return {"id": f"{analysis}-1", "number": number, "ask": ask, "pictures": [3], "choices": choices}


def _dump(path: Path, data: Any) -> None:
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")


def find_embedded_words(text: str) -> list[str]:
    """Return what a text has of the embedded course's names, words and sizes."""
    words = dict.fromkeys(_list_embedded_words())
    return [word for word in words if re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.])", text)]


def _list_embedded_words() -> Iterator[str]:
    its, texts = open_course(), open_course().profile.texts
    named = (its.assignment.title, *its.assignment.categories, *its.assignment.regions.values(), its.manifest.about)
    yield from (text for one in named for text in (one.en, one.zh))
    yield from (its.name, "toy English", "玩具", *its.profile.reader_names, *its.assignment.regions)
    yield from (word.word for word in texts.words)
    yield from (meaning for word in texts.words for meaning in word.sentences)
    yield from ("128", "250", "11", "ten", "十張", "convolution 1", "0.02", "reader_a", "FILTERS[1]")
