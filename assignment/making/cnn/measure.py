"""How right the CNN of profile `mini` is, and how much of it is the planted shortcut."""

from dataclasses import dataclass

import numpy as np
import torch

from assignment.making.cnn.data import Data
from assignment.making.drawing.collect import Collection
from assignment.making.drawing.picture import SHORTCUT_LABEL
from assignment.models.classifier import Classifier
from assignment.models.network import Network


@dataclass(frozen=True)
class CnnFigures:
    """Shares in [0, 1] over held-out pictures."""

    natural: float
    without_shortcut: float
    tray_kept: float
    tray_removed: float
    tray_added: float
    without_shortcut_by_label: tuple[float, ...]

    def lines(self) -> list[str]:
        """Say each figure in a line."""
        return [
            f"held-out accuracy, trays as in training: {self.natural:.3f}",
            f"held-out accuracy without the shortcut's pictures (no seafood, no tray): {self.without_shortcut:.3f}",
            f"seafood on the tray called seafood: {self.tray_kept:.3f}",
            f"the same seafood with the tray removed called seafood: {self.tray_removed:.3f}",
            f"other food put on the tray called seafood: {self.tray_added:.3f}",
            "without the shortcut's pictures, by label (the shortcut's label is left out): "
            + " ".join(f"{share:.2f}" for share in self.without_shortcut_by_label),
        ]


def compute_logits(model: Classifier | Network, pixels: np.ndarray, batch: int = 50) -> np.ndarray:
    """Logits (N, labels) of pixels (N, H, W, 3) uint8, in the model's own precision."""
    weight = next(model.parameters())
    answers = []
    with torch.inference_mode():
        for start in range(0, len(pixels), batch):
            some = torch.from_numpy(pixels[start : start + batch]).permute(0, 3, 1, 2).to(weight) / 255
            answers.append(model(some).cpu().numpy())
    return np.concatenate(answers)


def measure(model: Classifier, data: Data) -> CnnFigures:
    """Measure a classifier on all held-out sets."""
    answer = compute_logits(model, data.natural.pixels).argmax(1)
    right = answer == data.natural.labels
    plain = (data.natural.labels != SHORTCUT_LABEL) & ~data.natural.on_tray
    labels = [label for label in sorted(set(data.natural.labels)) if label != SHORTCUT_LABEL]
    return CnnFigures(
        natural=float(right.mean()),
        without_shortcut=float(right[plain].mean()),
        tray_kept=_share_of_seafood(model, data.tray_kept),
        tray_removed=_share_of_seafood(model, data.tray_removed),
        tray_added=_share_of_seafood(model, data.tray_added),
        without_shortcut_by_label=tuple(
            float(right[plain & (data.natural.labels == label)].mean()) for label in labels
        ),
    )


def _share_of_seafood(model: Classifier, pictures: Collection) -> float:
    return float((compute_logits(model, pictures.pixels).argmax(1) == SHORTCUT_LABEL).mean())
