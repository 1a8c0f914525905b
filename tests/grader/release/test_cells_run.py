"""The cells of another course's notebook, run from top to bottom: what the official ones save is the reference's."""

import contextlib
import io
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
import yaml
from matplotlib.figure import Figure
from PIL import Image
from torch import nn
from torchvision import models

from assignment.agreement.comparisons import COMPARISONS, Comparison
from assignment.cells import figures, scratch
from assignment.cells.own_picture import HINT, explain_own_picture
from assignment.course import Course
from assignment.models.classifier import load_classifier
from grader.release.notebook import build_notebook
from questions.bank import load_bank
from reference.filters import ascend, find_maps
from reference.integrated_gradients import integrated_gradients
from reference.produce.bench import find_runner_up
from reference.saliency import saliency
from reference.smoothgrad import smoothgrad
from tests.courses import change_settings, make_harbour

pytestmark = pytest.mark.slow  # a notebook is run whole
SIDE, LABELS = 64, 5
LAYERS = {"shallow": "relu", "middle": "layer2.0.relu", "deep": "layer4.1.relu"}
TODO, DONE = "    # TODO", "    return a @ b / (a.norm() * b.norm())"


@dataclass(frozen=True)
class Ran:
    """What running a notebook left: its folder, its global names, and what it printed."""

    folder: Path
    names: dict[str, Any]
    said: str


def forget_course() -> None:
    """Let the cells' modules look the course up again; a notebook's process has one course."""
    figures._list_categories.cache_clear()
    scratch.list_regions.cache_clear()


def put_resnet(folder: Path) -> str:
    """Write a resnet18 of seeded random weights, its norms set by noise, so that probabilities are not 0 and 1."""
    torch.manual_seed(4)
    body = models.resnet18(num_classes=LABELS)
    for part in body.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.momentum = 1.0  # the next pass sets the running mean and variance
    with torch.no_grad():
        body(torch.randn(16, 3, SIDE, SIDE))
        body.fc.weight /= body.eval()(torch.randn(16, 3, SIDE, SIDE)).abs().max()
    (folder / "net").mkdir()
    torch.save(body.state_dict(), folder / "net" / "weights.pth")
    described = {"kind": "torchvision", "name": "resnet18", "weights": "weights.pth", "labels": LABELS, "side": SIDE}
    described |= {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
    (folder / "net" / "model.yaml").write_text(yaml.safe_dump(described))
    return "net/model.yaml"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("courses") / "harbour"
    made = make_harbour(folder, size=(SIDE, SIDE), put_classifier=put_resnet)
    analyses = made.assignment.analyses.model_dump(mode="json", exclude_none=True)
    analyses["lime"]["official"]["samples"] = 9  # LIME is slow, and not what is looked at
    return change_settings(made, analyses=analyses)


@pytest.fixture(scope="module")
def cells(course: Course) -> list[tuple[str, str]]:
    """Return the name, empty where it is not official, and the source of each code cell."""
    every = json.loads(build_notebook(load_bank(course), course))["cells"]
    code = [cell for cell in every if cell["cell_type"] == "code"]
    return [(cell["metadata"].get("hw9", {}).get("name", ""), cell["source"].replace(TODO, DONE)) for cell in code]


@pytest.fixture(scope="module")
def ran(course: Course, cells: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Run every cell in a folder of its own."""
    folder, before = tmp_path_factory.mktemp("work"), Path.cwd()
    with pytest.MonkeyPatch.context() as patch, mpl.rc_context():
        patch.setenv("HW9_COURSE", str(course.folder))
        patch.setenv("HW9_DEVICE", "cpu")
        forget_course()
        mpl.use("Agg")
        os.chdir(folder)
        names: dict[str, Any] = {"__name__": "__main__"}
        try:
            with contextlib.redirect_stdout(io.StringIO()) as said:
                for name, source in cells:
                    exec(compile(source, name or "cell", "exec"), names)  # our own notebook
                    plt.close("all")
        finally:
            os.chdir(before)
            forget_course()
    return Ran(folder, names, said.getvalue())


@pytest.fixture(scope="module")
def expected(course: Course) -> dict[tuple[str, str], Any]:
    """What the reference computes of the course's official runs, in float64."""
    its, model = course.assignment.analyses, load_classifier(course.profile.classifier_file)
    pictures = (torch.from_numpy(course.profile.pictures).double() / 255).permute(0, 3, 1, 2).contiguous()
    labels, states = torch.from_numpy(course.profile.labels), [1000 + index for index in range(len(pictures))]
    with torch.no_grad():
        logits = model(pictures)
    sigma, copies = its.smoothgrad.official.sigma, its.smoothgrad.official.copies
    third = torch.full_like(labels, 3)
    smooth = smoothgrad(model, pictures, third, sigma=sigma, copies=(copies,), random_states=states)
    dusk = torch.tensor([0.1, 0.2, 0.3], dtype=torch.float64).view(1, 3, 1, 1).expand_as(pictures)
    attributed = integrated_gradients(model, pictures, labels, baseline=dusk, steps=13)
    start = pictures[[5, 5]]
    ascents = [ascend(model, start, layer=layer, filters=(2, 6), steps=17) for layer in LAYERS.values()]
    maps = {name: find_maps(model, pictures, layer=layer, filters=(2, 6)) for name, layer in LAYERS.items()}
    found = {
        ("pictures", "label"): labels,
        ("pictures", "logits"): logits,
        ("saliency", "map"): saliency(model, pictures, find_runner_up(logits, labels), of="loss"),
        ("smoothgrad", "map"): smooth.map[0],
        ("integrated_gradients", "map"): attributed.attribution.sum(dim=1),
        **{("filters", name): its for name, its in maps.items()},
        ("filters", "ascent"): torch.stack([one.pictures for one in ascents]),
        ("filters", "reached"): torch.stack([one.reached for one in ascents]),
    }
    return {name: tensor.numpy() for name, tensor in found.items()}


GROUPS = ("pictures", "saliency", "smoothgrad", "filters", "integrated_gradients")


@pytest.mark.parametrize(
    "comparison",
    [pytest.param(one, id=f"{one.group}-{one.array}-{i}") for i, one in enumerate(COMPARISONS) if one.group in GROUPS],
)
def test_official_cells_save_what_the_reference_computes(
    comparison: Comparison, ran: Ran, expected: dict[tuple[str, str], Any]
) -> None:
    with np.load(ran.folder / "outputs" / f"{comparison.group}.npz") as saved:
        theirs = saved[comparison.array]
    ours = expected[comparison.group, comparison.array]
    assert theirs.shape == ours.shape
    figures_ = comparison.compute(theirs, ours, expected["pictures", "label"])
    assert (figures_ <= comparison.limit if comparison.at_most else figures_ >= comparison.limit).all(), figures_


def save_photograph(path: Path) -> None:
    """Save a photograph that lies on its side, as a telephone does."""
    spots = np.random.default_rng(9).integers(0, 256, (6, 9, 3), dtype=np.uint8)
    picture = Image.fromarray(spots).resize((150, 100), Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    picture.save(path, exif=exif)


def find_heading(drawn: Figure) -> str:
    """Return the heading of a figure, which must not be cut off at its sides."""
    drawn.canvas.draw()
    place = drawn.texts[0].get_window_extent()
    assert place.x0 >= 0, drawn.get_suptitle()
    assert place.x1 <= drawn.bbox.x1, drawn.get_suptitle()
    return drawn.get_suptitle()


def test_own_picture_is_drawn_by_the_notebooks_functions_and_nothing_else_changes(
    ran: Ran, course: Course, tmp_path: Path
) -> None:
    names, outputs = ran.names, {path: path.read_bytes() for path in (ran.folder / "outputs").iterdir()}
    before, kept = dict(names), names["inputs"].clone()
    assert HINT.splitlines()[0] in ran.said
    save_photograph(tmp_path / "lunch.jpg")
    with pytest.MonkeyPatch.context() as patch, mpl.rc_context():
        mpl.use("Agg")
        patch.setenv("HW9_COURSE", str(course.folder))
        patch.setattr(plt, "show", lambda: None)
        figures.set_style()
        forget_course()
        said = explain_own_picture(str(tmp_path / "lunch.jpg"), names)
        drawn = [find_heading(plt.figure(number)) for number in plt.get_fignums()]
        plt.close("all")
    forget_course()
    assert re.search(r"lunch\.jpg: (Tug|Ferry|Canoe|Yacht|Barge) 船 0\.\d{3}$", said)
    for analysis in ("LIME", "own picture", "積分梯度", "activation maps"):
        assert any(analysis in one for one in drawn), drawn
    assert names.keys() == before.keys()
    assert all(names[name] is before[name] for name in before)
    assert torch.equal(names["inputs"], kept)
    assert {path: path.read_bytes() for path in (ran.folder / "outputs").iterdir()} == outputs
