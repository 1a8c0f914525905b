"""Train the homework's CNN on any folder of labelled pictures, and write weights, `model.yaml` and a card, or nothing.

A sub-folder is a category. What is written is one folder, as a course has it.
"""

import argparse
import functools
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import yaml

from assignment.assignment import Size
from assignment.fixable import Fault, FixableError
from assignment.making.cnn.labelled import Labelled, read_folder, split
from assignment.making.cnn.measure import compute_logits
from assignment.making.cnn.recipe import Recipe
from assignment.making.cnn.train import train
from assignment.models.classifier import KIND_NAME, SIDE, Classifier, load_classifier, save_classifier

WEIGHTS_NAME, CARD_NAME = "cnn.safetensors", "cnn.md"
CARD = """# A CNN of the homework's shape

Written by `python -m assignment.making.cnn.photographs`; do not edit.

- **Data.** {count} pictures of {labels} categories from the folder `{folder}`, {height} x {width} pixels: upright, the
  middle cut to that shape, resized. {held} of them were held out. sha256 of all pixels and labels: `{sha256}`.
- **Architecture.** `assignment/models/classifier.py`, {size}.
- **Training.** AdamW, one cycle; products in bfloat16, weights in float32. Pictures are mirrored, shifted and changed
  in brightness. {recipe}.
  The seed fixes which pictures are held out, and the result on one machine.
- **Licence.** That of the pictures, which this program does not know: say it in the manifest.
- **Limitations.** It was measured on pictures of the same folder. Near copies in it make the figures too good.

## Figures

- held-out accuracy: {accuracy:.3f} ({held} pictures; the most frequent category alone: {chance:.3f})
- training accuracy: {training:.3f}

| label | category | trained on | held out | held out and right |
|---|---|---|---|---|
{rows}
"""


@dataclass(frozen=True)
class Figures:
    """Shares in [0, 1]; right_by_label: of each category, how many held-out pictures are called what they are."""

    accuracy: float
    training: float
    chance: float
    right_by_label: tuple[int, ...]


def train_on_folder(folder: Path, out: Path, size: Size, recipe: Recipe, share: float) -> Figures:
    """Train on a folder and write the new folder `out`; FixableError where the pictures or `out` are not as they must.

    share: of each category, how much is held out.
    """
    if out.exists():
        raise FixableError(Fault((str(out),), "there already; expected a new folder, for the weights and their card"))
    names, pictures = read_folder(folder, size)
    used, held = split(pictures, share, recipe.seed)
    model = train(used, recipe, labels=len(names), side=(size.height, size.width))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=out.parent) as aside:
            place = Path(aside) / "model"
            place.mkdir()
            figures = _write(place, model, used, held)
            card = write_card(folder.name, names, pictures, used, held, recipe, figures)
            (place / CARD_NAME).write_text(card, encoding="utf-8")
            place.rename(out)
    except OSError as error:
        raise FixableError(Fault((str(out),), f"{error.strerror}; expected a place that can be written")) from None
    return figures


def _write(place: Path, model: Classifier, used: Labelled, held: Labelled) -> Figures:
    """Write weights and `model.yaml`, and measure what was written."""
    save_classifier(model, place / WEIGHTS_NAME)
    described = {"kind": "homework", "weights": WEIGHTS_NAME, "labels": model.labels, "side": list(model.size)}
    (place / KIND_NAME).write_text(yaml.safe_dump(described, sort_keys=False), encoding="utf-8")
    stored = load_classifier(place / KIND_NAME, dtype=torch.float32)
    right = compute_logits(stored, held.pixels).argmax(1) == held.labels
    return Figures(
        accuracy=float(right.mean()),
        training=float((compute_logits(stored, used.pixels).argmax(1) == used.labels).mean()),
        chance=float(np.bincount(held.labels).max() / len(held)),
        right_by_label=tuple(np.bincount(held.labels[right], minlength=model.labels).tolist()),
    )


def write_card(
    folder: str,
    names: tuple[str, ...],
    pictures: Labelled,
    used: Labelled,
    held: Labelled,
    recipe: Recipe,
    figures: Figures,
) -> str:
    """Return the model card."""
    counts = zip(names, np.bincount(used.labels), np.bincount(held.labels), figures.right_by_label, strict=True)
    rows = [f"| {i} | {_escape(name)} | {' | '.join(map(str, its))} |" for i, (name, *its) in enumerate(counts)]
    height, width = pictures.pixels.shape[1:3]
    unused = ("each", "held_out")  # of the drawn pictures
    settings = {name: value for name, value in asdict(recipe).items() if name not in unused}
    return CARD.format(
        count=len(pictures), labels=len(names), folder=folder, height=height, width=width, held=len(held),
        sha256=pictures.sha256, size=f"width {recipe.width}, {len(names)} labels",
        recipe=", ".join(f"{name} {value}" for name, value in settings.items()),
        accuracy=figures.accuracy, training=figures.training, chance=figures.chance,
        rows="\n".join(rows),
    )  # fmt: skip


def _escape(name: str) -> str:
    """Return a folder's name as it may stand in a table."""
    return " ".join(name.split()).replace("|", "\\|")


def main(arguments: list[str] | None = None) -> int:
    """Train, save, measure; returns 0, or 1 where something is to be mended."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="example: python -m assignment.making.cnn.photographs --folder food11 --width 32 --out models/cnn",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    number = functools.partial(_to_number, low=1, high=1024)
    parser.add_argument("--folder", type=Path, required=True, help="a sub-folder for each category, pictures in it")
    parser.add_argument("--out", type=Path, required=True, help="a new folder")
    parser.add_argument(
        "--side", type=number, nargs="+", default=[SIDE], help="one number, or height and width; multiples of 32"
    )
    parser.add_argument("--width", type=number, default=Recipe.width, help="channels of the first stack")
    parser.add_argument("--epochs", type=number, default=Recipe.epochs)
    parser.add_argument("--batch", type=number, default=Recipe.batch)
    parser.add_argument("--held-out", type=_to_share, default=0.2, help="share of each category (default: %(default)s)")
    parser.add_argument("--seed", type=number, default=Recipe.seed)
    parser.add_argument("--threads", type=number, default=Recipe.threads)
    chosen = parser.parse_args(arguments)
    if len(chosen.side) > 2 or any(side % 32 for side in chosen.side):
        parser.error(f"--side: {' '.join(map(str, chosen.side))}; expected one or two multiples of 32")
    size = Size(height=chosen.side[0], width=chosen.side[-1])
    recipe = Recipe(
        width=chosen.width, epochs=chosen.epochs, batch=chosen.batch, seed=chosen.seed, threads=chosen.threads
    )
    start = time.perf_counter()
    try:
        figures = train_on_folder(chosen.folder, chosen.out, size, recipe, chosen.held_out)
    except FixableError as error:
        print(error, file=sys.stderr)
        return 1
    says = f"held-out accuracy {figures.accuracy:.3f} (the most frequent category alone: {figures.chance:.3f})"
    print(f"{chosen.out}: {says}, {time.perf_counter() - start:.0f} s")
    return 0


def _to_number(text: str, low: int, high: int) -> int:
    number = int(text) if text.isdecimal() else 0
    if not low <= number <= high:
        raise argparse.ArgumentTypeError(f"{text}: expected a whole number from {low} to {high}")
    return number


def _to_share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError(f"{text}: expected a share between 0 and 1, such as 0.2")
    return share


if __name__ == "__main__":
    sys.exit(main())
