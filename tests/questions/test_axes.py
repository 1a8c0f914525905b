"""What a claim may name is read from a course's files, and a region that is not there makes no claim true."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assignment.course import Course, open_course
from assignment.fixable import FixableError
from assignment.outputs import Outputs
from questions.axes import list_axes
from questions.bank import load_bank, read_bank
from questions.claim import Claim, evaluate, find_misplaced
from questions.measures.registry import MEASURES
from tests.courses import copy_course, replace_text


@pytest.fixture
def copied(tmp_path: Path) -> Course:
    return copy_course(tmp_path / "winter")


def test_axes_of_the_embedded_course_are_its_files() -> None:
    axes = list_axes(open_course())
    assert axes["reader"] == ("reader_a", "reader_b", "reader_c")
    assert axes["shared_word"] == ("apple", "bat")
    assert axes["region"] == ("food", "tray", "distractor", "background")
    assert (len(axes["picture"]), len(axes["label"]), len(axes["block"]), len(axes["depth"])) == (10, 11, 4, 5)
    assert axes["filter of layer 9"] == (4, 8, 12, 14)
    assert axes["run of lime"][0] == "weights"
    assert axes["masked"] == tuple(range(10))


def test_another_courses_experiments_may_be_claimed_and_mini_s_may_not(copied: Course) -> None:
    replace_text(copied.settings, "many: {copies: 80}", "plenty: {copies: 70}")
    course = replace(copied)  # nothing of it was read yet
    claim = {"measure": "roughness", "above": 1, "margin": 0.1}
    for name, found in (
        ("plenty", []),
        ("many", ["array 'many' of smoothgrad; expected one of map, one, few, plenty"]),
    ):
        its = Claim.model_validate(claim | {"with": {"analysis": "smoothgrad", "picture": 0, "array": name}})
        assert [says[: len(found[0]) if found else None] for says in find_misplaced(its, list_axes(course))] == found
    _, faults = read_bank(course)
    assert faults
    assert all("expected one of map, one, few, plenty" in fault.says for fault in faults)
    assert all(fault.place[0] == "bank/smoothgrad.yaml" and fault.place[3] == "claim" for fault in faults)


def test_reader_and_picture_that_a_course_has_no_more_are_named_in_its_bank(copied: Course) -> None:
    short = copied.manifest.model_copy(
        update={"pictures": copied.manifest.pictures[:9], "readers": copied.manifest.readers[:2]}
    )
    with pytest.raises(FixableError) as caught:
        load_bank(replace(copied, manifest=short))
    says = str(caught.value)
    assert "bank/embedding_pca.yaml: embedding_pca-" in says
    assert "reader 'reader_c'; expected one of reader_a, reader_b" in says
    assert "picture 9; expected 0 to 8" in says


def test_fewer_layers_of_a_bert_are_named_in_the_bank(copied: Course) -> None:
    path = copied.folder / copied.manifest.masked / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"num_hidden_layers": 2}))
    _, faults = read_bank(copied)
    assert any(fault.says == "layer 3; expected 0 to 1" and "attention" in fault.place[0] for fault in faults)


REGIONAL = {
    "lime_share": {"picture": 0},
    "lime_net": {"picture": 0},
    "lime_top_inside": {"picture": 0, "pieces": 1},
    "mass_inside": {"analysis": "saliency", "picture": 0},
    "density_inside": {"analysis": "saliency", "picture": 0},
    "area_inside": {"picture": 0},
    "brightest_inside": {"analysis": "saliency", "picture": 0, "percent": 10},
    "smoothgrad_mass_shift": {"picture": 0, "other": "few"},
    "activation_mean": {"picture": 0, "layer": 1, "filter": 3},
    "activation_zero": {"picture": 0, "layer": 1, "filter": 3},
    "attribution_sum": {"picture": 0},
}


@pytest.fixture(scope="module")
def outputs() -> Outputs:
    """Return arrays of one picture with food and no tray, with the embedded course's axes."""
    random, pixels = np.random.default_rng(0), (1, 8, 8)
    arrays: dict[tuple[str, str], np.ndarray] = {
        ("pictures", "food"): np.arange(64).reshape(pixels) < 20,
        ("pictures", "tray"): np.zeros(pixels, bool),
        ("pictures", "distractor"): np.zeros(pixels, bool),
        ("pictures", "label"): np.array([3]),
        ("pictures", "logits"): random.random((1, 11)),
        ("lime", "segments"): np.arange(64).reshape(pixels) // 16,
        ("lime", "weights"): random.random((1, 11, 4)),
        ("filters", "shallow"): random.random((1, 4, 8, 8)),
    }
    maps = [("saliency", "map"), ("smoothgrad", "map"), ("smoothgrad", "few"), ("integrated_gradients", "map")]
    axes = {**list_axes(open_course()), "picture": range(1), "masked": (0,)}
    return Outputs(arrays | {name: random.random(pixels) for name in maps}, axes)


def test_every_measure_of_a_region_is_tried() -> None:
    assert set(REGIONAL) == {name for name, measure in MEASURES.items() if "region" in measure.__annotations__}


@pytest.mark.parametrize("measure", REGIONAL)
def test_a_region_without_a_pixel_and_a_picture_without_a_mask_are_faults(measure: str, outputs: Outputs) -> None:
    def claim(region: str) -> Claim:
        given = {"measure": measure, "with": REGIONAL[measure] | {"region": region}, "above": -9, "margin": 0.1}
        return Claim.model_validate(given)

    assert evaluate(claim("food"), outputs).holds
    with pytest.raises(FixableError, match="picture 0 has no tray; expected a region that has a pixel there"):
        evaluate(claim("tray"), outputs)
    bare = {**outputs.axes, "picture": range(3), "masked": (1, 2)}
    with pytest.raises(FixableError, match="picture 0 has no mask; expected one of 1, 2"):
        evaluate(claim("food"), Outputs(outputs.arrays, bare))
    assert list(find_misplaced(claim("food"), bare)) == ["picture 0 has no mask; expected one of 1, 2"]
    (says,) = find_misplaced(claim("background"), {**bare, "masked": ()})
    assert says == "picture 0 has no mask; expected a course whose pictures have masks"
