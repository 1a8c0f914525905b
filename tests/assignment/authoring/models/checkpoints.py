"""The CNN of 2021 as its notebook wrote it, one long row of layers, and checkpoints of it."""

from pathlib import Path
from typing import Any

import torch
from torch import nn


class OldClassifier(nn.Module):
    """A width of 128 in 2021; here any."""

    def __init__(self, width: int = 2, labels: int = 3, side: int = 32) -> None:
        super().__init__()
        cnn: list[nn.Module] = []
        before = 3
        for after, blocks in ((width, 3), (width, 3), (2 * width, 3), (4 * width, 1), (4 * width, 1)):
            for _ in range(blocks):
                cnn += [nn.Conv2d(before, after, 3, 1, 1), nn.BatchNorm2d(after), nn.ReLU()]
                before = after
            cnn.append(nn.MaxPool2d(2, 2, 0))
        self.cnn = nn.Sequential(*cnn)
        last = 4 * width * (side // 32) ** 2
        self.fc = nn.Sequential(nn.Linear(last, 8 * width), nn.ReLU(), nn.Dropout(p=0.3), nn.Linear(8 * width, labels))

    def forward(self, x: Any) -> Any:
        return self.fc(self.cnn(x).flatten(1))


def make_old(**sizes: int) -> OldClassifier:
    """Return one whose every tensor differs from the others and whose logits differ by picture, in evaluation mode."""
    torch.manual_seed(3)
    model, side = OldClassifier(**sizes), sizes.get("side", 32)
    for name, value in model.named_parameters():
        if value.dim() == 1:
            nn.init.uniform_(value, 0.5, 1.5) if name.endswith("weight") else nn.init.uniform_(value, 0, 0.5)
    for _ in range(20):
        model(torch.rand(8, 3, side, side) * torch.rand(8, 3, 1, 1))  # running means and variances
    return model.eval()


def save_old(path: Path, **sizes: int) -> OldClassifier:
    """Write a checkpoint as the 2021 notebook's training did, and return its model."""
    model = make_old(**sizes)
    torch.save({"epoch": 7, "acc": 0.8, "model_state_dict": model.state_dict()}, path)
    return model
