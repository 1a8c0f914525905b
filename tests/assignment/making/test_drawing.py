"""Laws of the drawing program, and of the ten pictures that it drew."""

import numpy as np
import pytest
import yaml
from PIL import Image

from assignment.making import draw_profile
from assignment.making.drawing import KINDS, LABELS, draw_picture
from assignment.making.profile_pictures import PICTURES
from assignment.profile import PROFILES_FOLDER, TRUTH_NAME

FOLDER = PROFILES_FOLDER / "mini"
OBSERVED_LABELS = [1, 1, 2, 3, 5, 6, 8, 8, 8, 9]


def test_same_seed_gives_the_same_pixels():
    first, second = draw_picture(8, 3), draw_picture(8, 3)
    assert np.array_equal(first.pixels, second.pixels)
    assert np.array_equal(first.food, second.food)


def test_another_seed_gives_another_picture():
    first, second = draw_picture(6, 3).pixels.astype(float), draw_picture(6, 4).pixels.astype(float)
    assert np.abs(first - second).mean() > 5


@pytest.mark.parametrize(("label", "kind"), [(label, kind.name) for label in KINDS for kind in KINDS[label]])
def test_food_of_every_kind_lies_in_the_picture(label, kind):
    drawing = draw_picture(label, 1, kind=kind)
    assert drawing.pixels.shape == (128, 128, 3)
    assert drawing.pixels.dtype == np.uint8
    assert 0.04 < drawing.food.mean() < 0.75
    edge = np.ones((128, 128), bool)
    edge[2:-2, 2:-2] = False
    assert drawing.food[edge].mean() < 0.25


def test_every_label_has_several_kinds():
    assert sorted(KINDS) == list(range(len(LABELS)))
    assert min(len(kinds) for kinds in KINDS.values()) >= 4


def test_masks_do_not_overlap():
    drawing = draw_picture(8, 5, tray=True, distractor=10)
    assert drawing.tray.any()
    assert drawing.distractor.any()
    assert (drawing.food.astype(int) + drawing.tray + drawing.distractor).max() == 1


def test_without_tray_and_distractor_their_masks_are_empty():
    drawing = draw_picture(8, 5, tray=False, distractor=False)
    assert not drawing.tray.any()
    assert not drawing.distractor.any()


def test_taking_the_tray_away_leaves_the_food_as_it_was():
    on, off = draw_picture(8, 6, tray=True, distractor=False), draw_picture(8, 6, tray=False, distractor=False)
    assert np.array_equal(on.food, off.food)
    inside = (
        on.food & np.roll(on.food, 6, 0) & np.roll(on.food, -6, 0) & np.roll(on.food, 6, 1) & np.roll(on.food, -6, 1)
    )
    difference = np.abs(on.pixels.astype(float) - off.pixels)
    assert difference[inside].mean() < 3
    assert difference[on.tray].mean() > 20


@pytest.mark.slow
def test_tray_is_as_frequent_as_the_ground_truth_says():
    shortcut = yaml.safe_load((FOLDER / TRUTH_NAME).read_text(encoding="utf-8"))
    seafood = [draw_picture(shortcut["label"], seed).tray.any() for seed in range(40)]
    bread = [draw_picture(0, seed).tray.any() for seed in range(40)]
    assert np.mean(seafood) >= shortcut["share_in_label"] - 0.12
    assert np.mean(bread) <= shortcut["share_elsewhere"] + 0.08


@pytest.mark.parametrize("i", range(10))
def test_committed_picture_is_what_the_program_draws(i):
    drawing = draw_profile.draw_wanted(PICTURES[i])
    with Image.open(FOLDER / f"pictures/{i}.png") as image:
        stored = np.asarray(image.convert("RGB")).astype(float)
    with Image.open(FOLDER / f"masks/{i}.png") as image:
        mask = np.asarray(image.convert("L"))
    assert np.abs(stored - drawing.pixels).mean() < 1.0  # another processor may round edges otherwise
    assert (mask != draw_profile.to_mask(drawing)).mean() < 0.005


def test_manifest_is_what_the_program_writes():
    stored = yaml.safe_load((FOLDER / "manifest.yaml").read_text(encoding="utf-8"))
    assert stored == draw_profile.make_manifest(FOLDER)


def test_the_ten_labels_are_those_of_the_slides():
    assert [wanted.label for wanted in PICTURES] == OBSERVED_LABELS
