"""The canonical maps note which pixels rounding alone decides, and nothing where there are none."""

from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from assignment.course import open_course
from assignment.outputs import load_group, save_group
from questions.canonical import load_canonical
from reference.produce.bench import Bench
from reference.produce.integrated_gradients import integrate_few
from reference.produce.maps import note_undetermined, produce_saliency
from reference.produce.smoothgrad import smooth_once
from tests.flat import FLAT

CPU = torch.device("cpu")
SETTINGS = open_course().assignment


def open_flat(*names: str, dtype: torch.dtype = torch.float64) -> Bench:
    """Return a bench with mini's classifier, its first picture, and flat ones."""
    mini = open_course().profile
    flat = [(FLAT[name].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8) for name in names]
    pictures = np.stack([mini.pictures[0], *flat])
    labels = np.full(len(pictures), mini.labels[0])
    profile: Any = SimpleNamespace(
        pictures=pictures, labels=labels, classifier_file=mini.classifier_file, folder=mini.folder
    )
    return Bench(profile, SETTINGS, CPU, dtype)


@pytest.mark.slow
def test_saliency_is_stored_with_what_is_undetermined(tmp_path: Path) -> None:
    (arrays,) = produce_saliency(open_flat("half white"), (1,)).values()
    stored = load_group(save_group(tmp_path, "saliency", arrays, official=False))
    where = stored["undetermined"]
    assert (where.dtype, where.shape) == (np.bool_, stored["map"].shape)
    assert not where[0].any()
    assert where[1, :60].mean() > 0.9


@pytest.mark.slow
def test_noise_and_steps_leave_a_photograph_determined_and_a_constant_picture_not() -> None:
    bench = open_flat("box on white", "white")
    its = SETTINGS.analyses
    once = partial(smooth_once, bench.model, its.smoothgrad.official.sigma)
    smooth = note_undetermined(bench, "smoothgrad", its.smoothgrad.official, once)["undetermined"]
    assert [bool(one.any()) for one in smooth] == [False, False, True]
    few = partial(integrate_few, bench, its.integrated_gradients)
    steps = note_undetermined(bench, "integrated_gradients", its.integrated_gradients.official, few)["undetermined"]
    assert [bool(one.any()) for one in steps] == [False, True, True]


def test_where_everything_is_determined_nothing_is_noted() -> None:
    bench = open_flat()
    once = partial(smooth_once, bench.model, 0.02)
    assert note_undetermined(bench, "smoothgrad", SETTINGS.analyses.smoothgrad.official, once) == {}
    assert not [name for name in load_canonical(open_course(), 1) if name[1] == "undetermined"]


def test_float32_notes_nothing() -> None:
    bench, official = open_flat("white", dtype=torch.float32), SETTINGS.analyses.saliency.official
    assert note_undetermined(bench, "saliency", official, lambda picture, label: picture[:, 0]) == {}
