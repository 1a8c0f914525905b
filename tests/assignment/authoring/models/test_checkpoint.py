"""The CNN of 2021 becomes ours: by the order of its layers, with every shape, and with the same logits."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from assignment.authoring.models.checkpoint import check_same, import_homework
from assignment.fixable import FixableError
from assignment.models.classifier import Classifier
from assignment.models.weights import read_checkpoint
from tests.assignment.authoring.models.checkpoints import make_old, save_old


def rename(weights: dict[str, Tensor], old: str, new: str) -> dict[str, Tensor]:
    return {name.replace(old, new): value for name, value in weights.items()}


@pytest.mark.parametrize("sizes", [{}, {"width": 3, "labels": 11, "side": 64}])
def test_checkpoint_of_2021_gives_the_logits_it_gave(tmp_path: Path, sizes: dict[str, int]) -> None:
    old = save_old(tmp_path / "old.pth", **sizes)
    model = import_homework(read_checkpoint(tmp_path / "old.pth"), tmp_path / "old.pth")
    assert (model.width, model.labels, model.size[0]) == (
        sizes.get("width", 2),
        sizes.get("labels", 3),
        sizes.get("side", 32),
    )
    x = torch.rand(4, 3, *model.size)
    torch.testing.assert_close(model(x), old(x))


def test_pictures_of_a_course_that_are_no_squares_are_taken(tmp_path: Path) -> None:
    weights = make_old(side=64).state_dict()  # 2 x 2 maps, as of 32 x 128 pixels
    assert import_homework(weights, tmp_path, (32, 128)).size == (32, 128)
    assert import_homework(weights, tmp_path, (64, 96)).size == (64, 64)


def test_names_may_be_any_that_follow_the_layers(tmp_path: Path) -> None:
    old = make_old()
    x = torch.rand(2, 3, 32, 32)
    for weights in (
        rename(old.state_dict(), "cnn.", "features."),
        rename(old.state_dict(), "fc.", "head.dense"),
        {name: value for name, value in old.state_dict().items() if "num_batches" not in name},
    ):
        torch.testing.assert_close(import_homework(weights, tmp_path)(x), old(x))


def test_safetensors_which_sorts_names_by_letters_is_put_in_the_order_of_numbers(tmp_path: Path) -> None:
    old, path = make_old(), tmp_path / "old.safetensors"
    save_file(old.state_dict(), path)
    read = read_checkpoint(path)
    assert list(read).index("cnn.10.weight") < list(read).index("cnn.3.weight")
    x = torch.rand(2, 3, 32, 32)
    torch.testing.assert_close(import_homework(read, path)(x), old(x))


def test_names_of_several_cards_and_a_bare_state_dict_are_read(tmp_path: Path) -> None:
    old, path = make_old(), tmp_path / "old.pth"
    torch.save({f"module.{name}": value for name, value in old.state_dict().items()}, path)
    assert list(read_checkpoint(path)) == list(old.state_dict())
    torch.save(old.state_dict(), path)
    assert list(read_checkpoint(path)) == list(old.state_dict())


def test_our_own_classifier_comes_back_as_it_was(tmp_path: Path) -> None:
    torch.manual_seed(1)
    ours = Classifier(2, labels=3, side=32).eval()
    x = torch.rand(2, 3, 32, 32)
    torch.testing.assert_close(import_homework(ours.state_dict(), tmp_path)(x), ours(x))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"cnn.3.weight": torch.zeros(5, 2, 3, 3)},
            r"cnn\.3\.weight: shape \(5, 2, 3, 3\); expected \(2, 2, 3, 3\), as",
        ),
        ({"fc.3.bias": None}, r"fc\.3\.bias: missing; expected shape \(3,\), as fc\.3\.bias has"),
        ({"fc.9.scale": torch.zeros(4, 4)}, r"fc\.9\.scale: left over, shape \(4, 4\); expected no more layers"),
        ({"cnn.1.extra": torch.zeros(2)}, r"cnn\.1\.extra: left over, shape \(2,\); expected no such tensor"),
        ({"cnn.0.weight": torch.zeros(2, 3, 7, 7)}, r"kernel \(2, 3, 7, 7\); expected \(width, 3, 3, 3\)"),
        ({"fc.0.weight": torch.zeros(16, 24)}, r"linear layers \[\(16, 24\), \(3, 16\)\]; expected two, the first"),
    ],
)
def test_tensors_that_do_not_fit_are_named_with_their_shapes(
    tmp_path: Path, change: dict[str, Tensor | None], says: str
) -> None:
    changed: dict[str, Any] = make_old().state_dict() | change
    weights = {name: value for name, value in changed.items() if value is not None}
    with pytest.raises(FixableError, match=says) as raised:
        import_homework(weights, tmp_path / "old.pth")
    assert all(fault.place[0] == str(tmp_path / "old.pth") for fault in raised.value.faults)
    assert len(raised.value.faults) == 1


def test_a_model_that_gives_other_logits_than_the_old_module_is_refused(tmp_path: Path) -> None:
    layers: dict[str, dict[str, Tensor]] = {}
    for name, value in make_old().state_dict().items():
        layers.setdefault(name.rpartition(".")[0], {})[name.rpartition(".")[2]] = value
    model = import_homework(make_old().state_dict(), tmp_path)
    check_same(model, layers, tmp_path)
    norm = model.cnn[0][1]
    norm.bias.data, norm.running_mean = norm.running_mean.clone(), norm.bias.data.clone()
    with pytest.raises(FixableError, match=r"logits differ by .*; expected those of the old module"):
        check_same(model, layers, tmp_path)


@pytest.mark.parametrize(
    ("held", "says"),
    [
        ({"model": {"a": torch.zeros(1)}, "ema": {"a": torch.zeros(1)}}, r"\['model', 'ema'\], 2 of them state dicts"),
        ({"epoch": 3, "model": {}}, r"\['epoch', 'model'\], 0 of them"),
        ([torch.zeros(1)], "'list', 0 of them state dicts"),
    ],
)
def test_file_without_one_state_dict_is_refused(tmp_path: Path, held: object, says: str) -> None:
    torch.save(held, tmp_path / "old.pth")
    with pytest.raises(FixableError, match=says):
        read_checkpoint(tmp_path / "old.pth")
