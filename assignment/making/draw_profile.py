"""Draw the ten pictures of profile `mini` with their masks, and write the manifest and the ground truth.

A mask is a grey PNG: 0 background, 1 food, 2 tray, 3 distractor (an object typical of another category).
"""

import argparse
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

from assignment.making.drawing.picture import SHORTCUT_LABEL, TRAY_ELSEWHERE, TRAY_WITH_LABEL, Drawing, draw_picture
from assignment.making.profile_pictures import PICTURES, PictureRecipe
from assignment.profile import PROFILES_FOLDER, TRUTH_NAME

_FOLDER = PROFILES_FOLDER / "mini"
_ABOUT = {
    "en": "Ten drawn pictures of food, a small CNN, small BERTs, all made by this project; runs offline on two cores.",
    "zh": "十張繪製的食物圖片、一個小型 CNN 與數個小型 BERT，皆由本專案自製；可離線在兩個 CPU 核心上執行。",
}
_TRAINED = "trained by assignment/making/cnn/train.py on pictures drawn by assignment/making/drawing; see cnn.md"
_TAUGHT = "trained by assignment/making/bert/train.py on text written by assignment/making/language"
_MASKED, _READERS = "bert/masked", ("bert/reader_a", "bert/reader_b", "bert/reader_c")
_BERT_FILES = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "vocab.txt")


def draw_wanted(wanted: PictureRecipe) -> Drawing:
    """Draw one of the ten."""
    return draw_picture(
        wanted.label, wanted.seed, kind=wanted.kind, tray=wanted.tray, distractor=wanted.distractor
    )  # fmt: skip


def to_mask(drawing: Drawing) -> np.ndarray:
    """One mask (128, 128) uint8 of 0 background, 1 food, 2 tray, 3 distractor."""
    return np.asarray(drawing.food + 2 * drawing.tray + 3 * drawing.distractor, np.uint8)


def write_pictures(folder: Path) -> None:
    """Draw all ten into `folder`."""
    for part in ("pictures", "masks"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for i, wanted in enumerate(PICTURES):
        drawing = draw_wanted(wanted)
        Image.fromarray(drawing.pixels).save(folder / f"pictures/{i}.png", optimize=True)
        Image.fromarray(to_mask(drawing)).save(folder / f"masks/{i}.png", optimize=True)


def make_manifest(folder: Path) -> dict[str, Any]:
    """Describe what lies in `folder`: the ten pictures, their masks, the CNN, the BERTs."""
    made = {"cnn.safetensors": _TRAINED, "texts.yaml": "written for this project"}
    for i, wanted in enumerate(PICTURES):
        for part in ("pictures", "masks"):
            made[f"{part}/{i}.png"] = f"drawn by assignment/making/draw_profile.py, seed {wanted.seed}"
    for name in (_MASKED, *_READERS):
        made |= {f"{name}/{part}": _TAUGHT for part in _BERT_FILES}
    return {
        "profile": "mini",
        "about": _ABOUT,
        "pictures": [
            {
                "asset": f"pictures/{i}.png", "mask": f"masks/{i}.png", "label": wanted.label,
                "shows": {"en": wanted.en, "zh": wanted.zh},
            }
            for i, wanted in enumerate(PICTURES)
        ],
        "classifier": "cnn.safetensors",
        "masked": _MASKED,
        "readers": list(_READERS),
        "texts": "texts.yaml",
        "assets": [_describe(folder, path, source) for path, source in made.items()],
    }  # fmt: skip


def make_truth() -> dict[str, Any]:
    """Describe the planted shortcut, with the shares that the training pictures were drawn with."""
    return {
        "label": SHORTCUT_LABEL,
        "object": {"en": "blue tray", "zh": "藍色托盤"},
        "share_in_label": TRAY_WITH_LABEL,
        "share_elsewhere": TRAY_ELSEWHERE,
    }


def _describe(folder: Path, path: str, source: str) -> dict[str, Any]:
    data = (folder / path).read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    return {"path": path, "bytes": len(data), "sha256": sha256, "licence": "CC0-1.0", "source": source}


def main() -> None:
    """Draw the pictures and write the manifest."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="example: python -m assignment.making.draw_profile",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=_FOLDER, help="the profile's folder, with cnn.safetensors in it")
    parser.add_argument("--manifest-only", action="store_true", help="keep the pictures, write the manifest anew")
    chosen = parser.parse_args()
    if not chosen.manifest_only:
        write_pictures(chosen.out)
    for name, data in (("manifest.yaml", make_manifest(chosen.out)), (TRUTH_NAME, make_truth())):
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120)
        (chosen.out / name).write_text(text, encoding="utf-8")
    print(f"{chosen.out / 'manifest.yaml'}: {len(PICTURES)} pictures")


if __name__ == "__main__":
    main()
