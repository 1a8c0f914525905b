"""A classifier tried on a course's pictures: how many it gets right, and what one gradient takes."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from assignment.authoring.manifest import load_draft
from assignment.fixable import parse_as
from assignment.models.classifier import load_classifier
from assignment.models.network import check_fits
from assignment.profile import MANIFEST_NAME, PictureEntry, read_image

_RESET, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")  # Linux


@dataclass(frozen=True)
class Trial:
    """right: of how many pictures the label has the largest logit; wrong: the others' numbers, with the label they got.

    seconds, mib: of one gradient of one picture in float32; mib is the most that the program held, None where the
    system does not tell.
    """

    right: int
    wrong: dict[int, int]
    seconds: float
    mib: int | None


def try_classifier(folder: Path, place: Path) -> Trial | None:
    """Return how a classifier does on a course's pictures; None where it has none yet.

    FixableError where a picture cannot be read, or is not of the size or of a label that the classifier has.
    """
    manifest = str(folder / MANIFEST_NAME)
    data = load_draft(folder).data["pictures"]
    entries = [parse_as(PictureEntry, one, manifest, "pictures", str(number)) for number, one in enumerate(data)]
    if not entries:
        return None
    model, labels = load_classifier(place, dtype=torch.float32), [one.label for one in entries]
    pictures = [read_image(folder / one.asset) for one in entries]
    for one, picture in zip(entries, pictures, strict=True):
        check_fits(model, (1, *picture.shape), [], str(folder / one.asset))
    check_fits(model, (1, *model.size, 3), labels, manifest)
    planes = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2) / 255
    seconds, mib = _measure_gradient(model, planes[:1])
    with torch.no_grad():
        best = [int(model(one[None]).argmax()) for one in planes]
    wrong = {number: got for number, (got, label) in enumerate(zip(best, labels, strict=True)) if got != label}
    return Trial(len(labels) - len(wrong), wrong, seconds, mib)


def _measure_gradient(model: Any, picture: torch.Tensor) -> tuple[float, int | None]:
    tracked = _RESET.exists()
    if tracked:
        _RESET.write_text("5")  # the peak counts from here
    start = time.perf_counter()
    x = picture.clone().requires_grad_()
    torch.autograd.grad(model(x).max(), x)
    seconds = time.perf_counter() - start
    if not tracked:
        return seconds, None
    peak = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
    return seconds, int(peak.split()[1]) // 1024
