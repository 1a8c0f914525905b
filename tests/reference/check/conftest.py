"""Parts of made-up courses: any pictures, the embedded course's settings, a classifier or BERTs of a folder."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from assignment.assignment import ASSIGNMENT_FILE, load_assignment
from assignment.authoring.check.section import Author
from reference.check.part import Part


@pytest.fixture
def make_part(tmp_path: Path) -> Callable[..., Part]:
    """Return what makes a Part of a classifier, pictures (N, 3, H, W) and labels."""

    def make(
        model: Any = None,
        pictures: Tensor | None = None,
        labels: tuple[int, ...] = (),
        tell: Any = None,
        kind: Any = SimpleNamespace,
        **places: Any,
    ) -> Part:
        manifest = SimpleNamespace(classifier="cnn.safetensors", pictures=labels)
        its: dict[str, Any] = {"folder": tmp_path, "manifest": manifest, **places}
        if pictures is not None:
            its["pictures"] = (pictures * 255).round().byte().permute(0, 2, 3, 1).numpy()
            its["labels"] = torch.tensor(labels).numpy()
        told = tell or (lambda done, total: None)
        part = Part(kind(**its), load_assignment(), ASSIGNMENT_FILE, Author(Path("bakery")), told)
        if model is not None:
            part.__dict__["model"] = model
        return part

    return make
