"""Classifiers of every kind from a `model.yaml`, and what is refused, with its place, before anything is computed."""

import os
import pickle
import py_compile
import re
import struct
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file
from torch import nn
from torchvision import models
from transformers import ViTConfig, ViTForImageClassification

from assignment.fixable import FixableError
from assignment.models.classifier import Classifier, load_classifier, save_classifier
from assignment.models.network import Network, check_fits

MEAN, STD = [0.5, 0.4, 0.3], [0.2, 0.25, 0.5]
HOMEWORK = {"kind": "homework", "weights": "cnn.safetensors", "labels": 5, "side": 64}
RESNET = {
    "kind": "torchvision",
    "name": "resnet18",
    "weights": "r.pth",
    "labels": 5,
    "side": 64,
    "mean": MEAN,
    "std": STD,
}
VIT = {"kind": "transformers", "labels": 5, "side": 32}
OWN = {"kind": "module", "file": "own.py", "class": "Own", "labels": 5, "side": 8}
SOURCE = """
import torch

class Own(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.read = torch.nn.Linear(3 * 8 * 8, 5)

    def forward(self, x):
        return self.read(x.flatten(1))
"""


def describe(folder: Path, described: dict[str, Any], **changed: Any) -> Path:
    kept = {name: value for name, value in (described | changed).items() if value is not None}
    (folder / "model.yaml").write_text(yaml.safe_dump(kept))
    return folder / "model.yaml"


def write_homework(folder: Path, **changed: Any) -> Path:
    torch.manual_seed(1)
    save_classifier(Classifier(2, labels=5, side=64), folder / "cnn.safetensors")
    return describe(folder, HOMEWORK, **changed)


def write_resnet(folder: Path, **changed: Any) -> Path:
    torch.manual_seed(1)
    torch.save(models.resnet18(num_classes=5).state_dict(), folder / "r.pth")
    return describe(folder, RESNET, **changed)


def write_vit(folder: Path, **changed: Any) -> Path:
    torch.manual_seed(1)
    size = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    vit = ViTForImageClassification(ViTConfig(image_size=32, patch_size=16, num_labels=5, **size))
    vit.save_pretrained(folder)
    colours = {"do_normalize": True, "image_mean": MEAN, "image_std": STD, "size": {"height": 32, "width": 32}}
    (folder / "preprocessor_config.json").write_text(yaml.safe_dump(colours))
    return describe(folder, VIT, **changed)


def write_own(folder: Path, source: str = SOURCE, **changed: Any) -> Path:
    (folder / "own.py").write_text(source)
    return describe(folder, OWN, **changed)


WRITERS = {"homework": write_homework, "torchvision": write_resnet, "transformers": write_vit, "module": write_own}


@pytest.mark.parametrize("kind", WRITERS)
def test_each_kind_opens_ready_to_be_explained(tmp_path: Path, kind: str) -> None:
    model = load_classifier(WRITERS[kind](tmp_path))
    assert isinstance(model, Classifier if kind == "homework" else Network)
    assert not any(part.training for part in model.modules())
    assert not any(weight.requires_grad for weight in model.parameters())
    assert {weight.dtype for weight in model.parameters()} == {torch.float64}
    x = torch.rand(2, 3, *model.size, dtype=torch.float64)
    assert model(x).shape == (2, model.labels) == (2, 5)


@pytest.mark.parametrize("kind", ["torchvision", "transformers"])
def test_normalisation_is_inside(tmp_path: Path, kind: str) -> None:
    model = load_classifier(WRITERS[kind](tmp_path))
    x = torch.rand(2, 3, *model.size, dtype=torch.float64)
    mean, std = (torch.tensor(values, dtype=torch.float64).view(3, 1, 1) for values in (MEAN, STD))
    found = model.body((x - mean) / std)
    assert torch.equal(model(x), found if kind == "torchvision" else found.logits)


def test_weights_that_are_read_are_the_files(tmp_path: Path) -> None:
    model = load_classifier(write_resnet(tmp_path), dtype=torch.float32)
    plain = models.resnet18(num_classes=5).eval()
    plain.load_state_dict(torch.load(tmp_path / "r.pth", weights_only=True))
    x = torch.rand(1, 3, 64, 64)
    normal = (x - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    torch.testing.assert_close(model(x), plain(normal))


def test_weights_are_opened_by_the_model_yaml_beside_them_and_without_one_as_the_homeworks(tmp_path: Path) -> None:
    write_resnet(tmp_path)
    assert isinstance(load_classifier(tmp_path / "r.pth"), Network)
    (tmp_path / "mini").mkdir()
    save_classifier(Classifier(2), tmp_path / "mini" / "cnn.safetensors")
    assert isinstance(load_classifier(tmp_path / "mini" / "cnn.safetensors"), Classifier)


REFUSED = [
    ("homework", {"kind": "homewrok"}, "kind: 'homewrok'; expected one of homework, module, torchvision, transformers"),
    ("homework", {"kind": ["homework"]}, "kind: ['homework']; expected one of"),
    ("homework", {"labels": 6}, "cnn.safetensors: fc.3.bias: shape (5,); expected (6,)"),
    ("homework", {"side": 128}, "cnn.safetensors: fc.0.weight: shape (16, 32); expected (16, 128)"),
    ("homework", {"side": 65}, "side: 65; expected multiples of 32: one number for a square"),
    ("homework", {"side": [64, 65]}, "side: [64, 65]; expected multiples of 32"),
    ("torchvision", {"side": [64, 64, 3]}, "side: [64, 64, 3]; expected pixels: one number for a square, or [height"),
    ("homework", {"weights": "../cnn.safetensors"}, "weights: '../cnn.safetensors'; expected"),
    ("homework", {"weights": "none.safetensors"}, "none.safetensors: No such file"),
    ("homework", {"weights": "cnn.onnx"}, "cnn.onnx: '.onnx'; expected a file of .safetensors, .pth"),
    ("homework", {"mean": MEAN}, "mean: unknown field"),
    ("torchvision", {"name": "resnet19"}, "name: 'resnet19'; expected one of alexnet, "),
    ("torchvision", {"name": "resnet34"}, "r.pth: layer1.2.bn1.bias: missing; expected shape (64,)"),
    ("torchvision", {"labels": 6}, "r.pth: fc.bias: shape (5,); expected (6,)"),
    ("torchvision", {"mean": None}, "mean: missing; expected a value"),
    ("torchvision", {"std": [0.2, 0.0, 0.2]}, "std: 1: 0.0; expected greater than 0"),
    ("transformers", {"labels": 6}, "labels: 6; expected those that the model gives, it gives (1, 5)"),
    ("transformers", {"side": 64}, "side: 64; expected a side that the model takes (Input image size"),
    ("module", {"class": "Other"}, "own.py: AttributeError: module 'course_own' has no attribute 'Other'; expected a"),
    ("module", {"class": "torch"}, "own.py: TypeError: 'module' object is not callable; expected a class 'torch'"),
    ("module", {"file": "none.py"}, "none.py: FileNotFoundError"),
    ("module", {"side": 9}, "side: 9; expected a side that the model takes (mat1 and mat2"),
]


@pytest.mark.parametrize(
    ("kind", "changed", "says"), REFUSED, ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_a_model_yaml_says_wrongly_is_named(tmp_path: Path, kind: str, changed: dict[str, Any], says: str) -> None:
    with pytest.raises(FixableError) as raised:
        load_classifier(WRITERS[kind](tmp_path, **changed))
    assert says in str(raised.value)
    assert str(tmp_path) in str(raised.value)


class Marker:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def test_pickle_in_a_pth_is_never_executed(tmp_path: Path) -> None:
    path, mark = write_resnet(tmp_path), tmp_path / "executed"
    torch.save({"conv1.weight": Marker(mark)}, tmp_path / "r.pth")
    with pytest.raises(FixableError, match=r"r\.pth: holds code \(posix\.mkdir\), which was not run"):
        load_classifier(path)
    (tmp_path / "r.pth").write_bytes(pickle.dumps(Marker(mark)))
    with pytest.raises(FixableError, match=r"r\.pth: (holds code|cannot be read)"):
        load_classifier(path)
    assert not mark.exists()


def test_pickle_in_a_folder_of_transformers_is_not_read(tmp_path: Path) -> None:
    path, mark = write_vit(tmp_path), tmp_path / "executed"
    (tmp_path / "model.safetensors").unlink()
    torch.save({"classifier.bias": Marker(mark)}, tmp_path / "pytorch_model.bin")
    with pytest.raises(FixableError, match="its weights as safetensors"):
        load_classifier(path)
    assert not mark.exists()


def test_report_of_transformers_is_not_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path, weights = write_vit(tmp_path), tmp_path / "model.safetensors"
    save_file(load_file(weights) | {"left over": torch.zeros(1)}, weights, metadata={"format": "pt"})
    capfd.readouterr()
    load_classifier(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("length", [2 << 30, 10, 200])
def test_safetensors_header_that_lies_is_a_fault(tmp_path: Path, length: int) -> None:
    path = write_homework(tmp_path)
    (tmp_path / "cnn.safetensors").write_bytes(struct.pack("<Q", length) + b'{"a": 1}' + b" " * 100)
    with pytest.raises(FixableError, match=r"cnn\.safetensors: .*expected a whole safetensors file"):
        load_classifier(path)


@pytest.mark.parametrize(
    ("held", "says"),
    [
        ({"epoch": 3, "model": {}}, r"holds \['epoch', 'model'\]; expected a state dict"),
        ([torch.zeros(1)], "holds 'list'; expected a state dict"),
        ({"conv1.weight": torch.zeros(64, 3, 7, 7, dtype=torch.int64)}, r"conv1\.weight: numbers of torch\.int64"),
        ({"conv1.weight": torch.zeros(64, 3, 7, 7), "new": torch.zeros(1)}, "new: unknown weight"),
    ],
)
def test_file_that_is_no_state_dict_of_the_model_is_refused(tmp_path: Path, held: object, says: str) -> None:
    path = write_resnet(tmp_path)
    torch.save(held, tmp_path / "r.pth")
    with pytest.raises(FixableError, match=says):
        load_classifier(path)


@pytest.mark.parametrize("kept", [0, 5, 1000])
def test_truncated_state_dict_is_named(tmp_path: Path, kept: int) -> None:
    path = write_resnet(tmp_path)
    (tmp_path / "r.pth").write_bytes((tmp_path / "r.pth").read_bytes()[:kept])
    with pytest.raises(FixableError, match=r"r\.pth: cannot be read"):
        load_classifier(path)


def test_weights_that_are_not_numbers_are_noticed(tmp_path: Path) -> None:
    path = write_own(tmp_path, weights="own.safetensors")
    save_file(
        {"read.weight": torch.full((5, 192), torch.nan), "read.bias": torch.zeros(5)}, tmp_path / "own.safetensors"
    )
    with pytest.raises(FixableError, match=r"model\.yaml: weights: the logits of a black picture are not finite"):
        load_classifier(path)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("1 / 0", r"own\.py: ZeroDivisionError"),
        ("def broken(", r"own\.py: SyntaxError"),
        (
            SOURCE + "    def train(self, mode=True):\n        return super().train(True)\n",
            "kind: stays in training mode",
        ),
        ("class Own: pass", r"own\.py: Own\(\) is a Own; expected a torch\.nn\.Module"),
        (SOURCE.replace("return self.read", "return self.read.weight, self.read"), r"labels: 5; .* it gives \(\)"),
    ],
)
def test_module_that_cannot_be_a_classifier_is_refused(tmp_path: Path, source: str, says: str) -> None:
    with pytest.raises(FixableError, match=says):
        load_classifier(write_own(tmp_path, source))


def test_file_that_is_run_is_the_one_that_was_checked_and_nothing_is_written_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = write_own(tmp_path)
    load_classifier(path)
    assert not (tmp_path / "__pycache__").exists()
    planted = py_compile.compile(str(tmp_path / "own.py"), doraise=True)
    own = (tmp_path / "own.py").stat()
    (tmp_path / "own.py").write_text(SOURCE.replace("Linear(3", "Linear(7"))  # as long, and as old, as what is planted
    os.utime(tmp_path / "own.py", ns=(own.st_atime_ns, own.st_mtime_ns))
    with pytest.raises(FixableError, match=r"model\.yaml: side: 8; expected a side that the model takes"):
        load_classifier(path)
    assert Path(planted).is_file()


def test_folder_without_what_transformers_needs_is_refused(tmp_path: Path) -> None:
    path = write_vit(tmp_path)
    (tmp_path / "preprocessor_config.json").unlink()
    with pytest.raises(FixableError, match=r"preprocessor_config\.json: No such file"):
        load_classifier(path)
    assert load_classifier(describe(tmp_path, VIT, mean=MEAN, std=STD)).labels == 5
    (tmp_path / "config.json").write_text('{"model_type": "nosuch"}')
    with pytest.raises(FixableError, match="expected an image classifier in the Hugging Face format"):
        load_classifier(path)
    (tmp_path / "config.json").unlink()
    with pytest.raises(FixableError, match=r"no config\.json"):
        load_classifier(path)


def test_pictures_and_labels_that_a_model_does_not_take_are_named_at_once() -> None:
    model = Network(nn.Flatten(), labels=3, side=8)
    check_fits(model, (2, 8, 8, 3), [0, 2], "course")
    with pytest.raises(FixableError) as raised:
        check_fits(model, (2, 8, 9, 3), [3, -1], "course")
    assert [fault.place for fault in raised.value.faults] == [
        ("course", "pictures"),
        ("course", "pictures", "0", "label"),
        ("course", "pictures", "1", "label"),
    ]


def test_example_of_the_readme_opens(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "assignment" / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(kind: .*?)```", text, re.DOTALL)
    torch.save(models.resnet18(num_classes=11).state_dict(), tmp_path / "resnet18.pth")
    (tmp_path / "model.yaml").write_text(block)
    assert load_classifier(tmp_path / "model.yaml", dtype=torch.float32).size == (224, 224)


def test_homework_takes_pictures_that_are_no_squares(tmp_path: Path) -> None:
    save_classifier(Classifier(2, labels=5, side=(64, 96)), tmp_path / "cnn.safetensors")
    (tmp_path / "model.yaml").write_text(yaml.safe_dump(HOMEWORK | {"side": [64, 96]}), encoding="utf-8")
    model = load_classifier(tmp_path / "model.yaml")
    assert model.size == (64, 96)
    assert model(torch.zeros(2, 3, 64, 96, dtype=torch.float64)).shape == (2, 5)
    with pytest.raises(FixableError, match="pictures: 96 x 64; expected 64 x 96"):
        check_fits(model, (1, 96, 64, 3), [0])
