"""What a course's settings say of each analysis: an experiment is what differs from the official run."""

from pathlib import Path

import pytest

from assignment.analyses import find_run_faults
from assignment.assignment import ASSIGNMENT_FILE, load_assignment
from assignment.fixable import FixableError


def write_settings(folder: Path, old: str, new: str) -> Path:
    text = ASSIGNMENT_FILE.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = folder / "course.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_experiment_has_what_the_official_run_has_and_it_does_not_change() -> None:
    its = load_assignment().analyses
    assert its.lime.experiments["weights_few"].hide == its.lime.official.hide
    assert (its.smoothgrad.experiments["strong"].sigma, its.smoothgrad.experiments["strong"].copies) == (0.2, 20)
    assert list(its.saliency.list_runs("map")) == ["map", "other", "probability", "loss"]
    assert its.filters.layers[9] == (4, 8, 12, 14)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "weights_few: {samples: 25}",
            "weights_few: {sampels: 25}",
            "lime: experiments: weights_few: sampels: unknown",
        ),
        ("few: {copies: 5}", "few: {copies: 0}", "smoothgrad: experiments: few: copies: 0; expected greater than 0"),
        ("few: {copies: 5}", "few: 5", "smoothgrad: experiments: few"),
        ("noise: {baseline: noise}", "noise: {baseline: pink}", "baseline 'pink'; expected one of black, blurred"),
        ("gaps: [5, 20, 50, 200]", "gaps: [5]", "gaps: expected 50 among them"),
        ("filters: [3, 5, 10, 12]", "filters: [3]", "4, 1, 4 filters; expected as many of each layer"),
        ("layer: 4,", "layer: 1,", "layers 1, 9; expected three different ones"),
        ("weights_mean: {hide: mean}", "weights_mean: {hide: 2}", "hide"),
        (
            "weights_mean: {hide: mean}",
            "segments: {hide: mean}",
            "lime: experiments: 'segments' is another",
        ),
        ("one: {copies: 1}", "kept: {copies: 1}", "smoothgrad: experiments: 'kept' is another array of smoothgrad"),
        ("plain: {multiply: false}", "gap: {multiply: false}", "'gap' is another array of integrated_gradients"),
        ("photo: {start: 6}", "reached_photo: {start: 6}", "'reached_photo' is another array of filters"),
    ],
)
def test_fault_of_an_experiment_is_named_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(FixableError) as error:
        load_assignment(write_settings(tmp_path, old, new))
    assert says in str(error.value)
    assert "course.yaml: analyses: " in str(error.value)


@pytest.mark.parametrize("name", ["label", "logits", "background"])
def test_region_may_not_be_called_like_something_else(tmp_path: Path, name: str) -> None:
    with pytest.raises(FixableError, match=f"regions: '{name}' means something else"):
        load_assignment(write_settings(tmp_path, "  tray: {en: tray", f"  {name}: {{en: tray"))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("photo: {start: 6}", "photo: {start: 10}", "filters: experiments: photo: start: picture 10; expected 0 to 9"),
        ("shown: [2, 6, 7]", "shown: [2, 16]", "filters: shown: picture 16; expected 0 to 9"),
        (
            "official: {label: truth, of: logit}", "official: {label: 11, of: logit}",
            "saliency: official: label: 11; expected 0 to 10",
        ),
        (
            "    rises: [", "    baselines: {sea: {picture: 12}, far: {file: far.png}}\n    rises: [",
            "integrated_gradients: baselines: sea: picture 12; expected 0 to 9",
        ),
        (
            "    rises: [", "    baselines: {far: {file: far.png}}\n    rises: [",
            "integrated_gradients: baselines: far: file 'far.png'; expected an asset of the manifest",
        ),
    ],
)  # fmt: skip
def test_what_a_run_names_and_the_course_has_not_is_a_fault(tmp_path: Path, old: str, new: str, says: str) -> None:
    its = load_assignment(write_settings(tmp_path, old, new)).analyses
    found = [str(fault) for fault in find_run_faults(its, pictures=10, labels=11, files=["texts.yaml"])]
    assert f"analyses: {says}" in found


def test_course_adds_baselines_of_its_own(tmp_path: Path) -> None:
    path = write_settings(
        tmp_path,
        "    rises: [black, white, blurred]\n",
        "    baselines: {sand: {color: [0.9, 0.8, 0.6]}, other: {picture: 3}}\n    rises: [black, sand, mean]\n",
    )
    assert load_assignment(path).analyses.integrated_gradients.rises == ("black", "sand", "mean")
