"""Train the CNN of profile `mini` and measure how much it leans on the planted shortcut.

The same seed gives the same weights on one machine with the same thread count; another machine rounds otherwise.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from rich.progress import Progress
from torch import Tensor, nn

from assignment.making.cnn.card import write_card
from assignment.making.cnn.data import Data, draw_data
from assignment.making.cnn.labelled import Labelled
from assignment.making.cnn.measure import CnnFigures, measure
from assignment.making.cnn.recipe import Recipe
from assignment.models.classifier import CATEGORIES, SIDE, Classifier, load_homework, save_classifier
from assignment.models.network import Side
from assignment.profile import PROFILES_FOLDER

_FOLDER = PROFILES_FOLDER / "mini"


def train(pictures: Labelled, recipe: Recipe, *, labels: int = CATEGORIES, side: Side = SIDE) -> Classifier:
    """Train a classifier from nothing: AdamW, one cycle of the learning rate, products in bfloat16."""
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(recipe.threads)
    torch.use_deterministic_algorithms(True)
    order = np.random.default_rng(recipe.seed)
    model, batch = Classifier(recipe.width, labels=labels, side=side), min(recipe.batch, len(pictures))
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    steps = recipe.epochs * (len(pictures) // batch)
    descent = torch.optim.AdamW(model.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    cycle = torch.optim.lr_scheduler.OneCycleLR(descent, recipe.rate, total_steps=steps, pct_start=0.25)
    with Progress() as progress:
        bar = progress.add_task("training", total=steps)
        for epoch in range(recipe.epochs):
            losses = []
            rows = order.permutation(len(pictures))[: len(pictures) // batch * batch]
            for chosen in rows.reshape(-1, batch):
                losses.append(_step(model, descent, pictures.where(chosen), order))
                cycle.step()
                progress.advance(bar)
            progress.console.print(f"epoch {epoch + 1} of {recipe.epochs}: loss {np.mean(losses):.4f}")
    return model.eval()


def _step(model: Classifier, descent: torch.optim.Optimizer, batch: Labelled, order: np.random.Generator) -> float:
    pictures, labels = _vary(batch.pixels, order), torch.from_numpy(batch.labels)
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(pictures)
    loss = nn.functional.cross_entropy(logits.float(), labels)
    descent.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    descent.step()
    return float(loss.detach())


def _vary(pixels: np.ndarray, order: np.random.Generator) -> Tensor:
    """Mirror the batch, shift each picture by up to a sixteenth of it, and change its brightness a little."""
    pictures = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
    if order.uniform() < 0.5:
        pictures = pictures.flip(3)
    height, width = pictures.shape[2:]
    far = min(height, width) // 16
    padded = nn.functional.pad(pictures, (far, far, far, far), mode="reflect")
    moves = order.integers(0, 2 * far + 1, (len(pixels), 2))
    pictures = torch.stack([p[:, y : y + height, x : x + width] for p, (y, x) in zip(padded, moves, strict=True)])
    bright = torch.from_numpy(order.uniform(0.85, 1.15, (len(pixels), 1, 1, 1))).float()
    return (pictures * bright).clamp(0, 1).contiguous(memory_format=torch.channels_last)


def main() -> None:
    """Draw, train, save, measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="example: python -m assignment.making.cnn.train --cache /tmp/hw9-cnn",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "hw9-cnn", help="folder for pictures"
    )
    parser.add_argument("--out", type=Path, default=_FOLDER, help="folder for cnn.safetensors and cnn.md")
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    parser.add_argument(
        "--measure-only", action="store_true", help="measure what is stored and write its card, train nothing"
    )
    chosen = parser.parse_args()
    recipe, start = Recipe(epochs=chosen.epochs), time.perf_counter()
    data = draw_data(chosen.cache, recipe.each, recipe.held_out)
    chosen.out.mkdir(parents=True, exist_ok=True)
    weights = chosen.out / "cnn.safetensors"
    if not chosen.measure_only:
        save_classifier(train(Labelled(data.train.pixels, data.train.labels), recipe), weights)
    figures = report(data, weights)
    print(f"{time.perf_counter() - start:.0f} s")
    write_card(chosen.out / "cnn.md", recipe, figures)


def report(data: Data, weights: Path) -> CnnFigures:
    """Measure the stored weights and print the figures."""
    figures = measure(load_homework(weights, dtype=torch.float32), data)
    for line in figures.lines():
        print(line)
    return figures


if __name__ == "__main__":
    main()
