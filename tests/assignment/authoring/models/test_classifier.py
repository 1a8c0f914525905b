"""Classifiers of every kind brought into a course: opened before anything changes, or refused with what is wrong."""

import os
import struct
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from PIL import Image
from torchvision import models
from transformers import ViTConfig, ViTForImageClassification

from assignment.authoring.manifest import edit_manifest, load_draft
from assignment.authoring.models.classifier import Found, guess_kind, import_classifier
from assignment.authoring.models.trial import try_classifier
from assignment.fixable import FixableError
from assignment.models.classifier import load_classifier
from tests.assignment.authoring.models.checkpoints import save_old

RIGHTS = {"licence": "CC0-1.0", "source": "made for a test"}
COLOURS = {"mean": (0.5, 0.4, 0.3), "std": (0.2, 0.25, 0.5)}
OWN = """
import torch

class Own(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.read = torch.nn.Linear(3 * {side} * {side}, {labels})

    def forward(self, x):
        return self.read(x.flatten(1))
"""


def find_old(place: Path, **sizes: int) -> Found:
    save_old(place / "checkpoint.pth", **sizes)
    return Found(place / "checkpoint.pth", "homework")


def find_squeezenet(place: Path, labels: int = 3) -> Found:
    torch.save(models.squeezenet1_1(num_classes=labels).state_dict(), place / "s.pth")
    return Found(place / "s.pth", "torchvision", "squeezenet1_1", **COLOURS)


def find_vit(place: Path, *, side: int = 32, labels: int = 3, pickled: bool = False) -> Found:
    size = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    vit = ViTForImageClassification(ViTConfig(image_size=side, patch_size=16, num_labels=labels, **size))
    vit.save_pretrained(place / "vit")
    if pickled:
        (place / "vit" / "model.safetensors").unlink()
        torch.save(vit.state_dict(), place / "vit" / "pytorch_model.bin")
    (place / "vit" / "notes.txt").write_text("not needed")
    return Found(place / "vit", "transformers", **COLOURS)


def find_own(place: Path, *, side: int = 32, labels: int = 3) -> Found:
    (place / "own net.py").write_text(OWN.format(side=side, labels=labels))
    weights = {"read.weight": torch.rand(labels, 3 * side * side), "read.bias": torch.rand(labels)}
    torch.save(weights, place / "own.pt")
    return Found(place / "own net.py", "module", "Own", place / "own.pt")


FINDERS: dict[str, Any] = {
    "homework": find_old,
    "torchvision": find_squeezenet,
    "transformers": find_vit,
    "module": find_own,
}


def list_files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", FINDERS)
def test_each_kind_becomes_the_courses_classifier(folder: Path, tmp_path: Path, kind: str) -> None:
    found = FINDERS[kind](tmp_path)
    place = import_classifier(folder, "cnn", found, **RIGHTS)
    model = load_classifier(place, dtype=torch.float32)
    assert (model.size, model.labels) == ((32, 32), 3)
    draft = load_draft(folder)
    assert draft.data["classifier"] == "models/cnn/model.yaml"
    inside = {f"models/cnn/{path.name}" for path in place.parent.iterdir()}
    assert {one["path"] for one in draft.data["assets"]} == inside
    assert {one["licence"] for one in draft.data["assets"]} == {"CC0-1.0"}
    assert {Path(path).suffix for path in inside} <= {".yaml", ".safetensors", ".json", ".py"}  # no pickle, no notes
    assert not [path for path in (folder / "models").iterdir() if path.name != "cnn"]
    closed = [path.name for path in place.parent.iterdir() if path.stat().st_mode & 0o444 != 0o444]
    assert closed == []  # safetensors writes for the owner alone; the sandbox runs as somebody else


def test_python_file_leaves_no_compiled_one_in_the_course(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    place = import_classifier(folder, "net", find_own(tmp_path), **RIGHTS)
    assert {path.name for path in place.parent.iterdir()} == {"model.yaml", "own_net.py", "weights.safetensors"}


def test_model_that_stays_in_training_mode_is_refused(folder: Path, tmp_path: Path) -> None:
    found = find_own(tmp_path)
    found.path.write_text(
        found.path.read_text() + "    def train(self, mode=True):\n        return super().train(True)\n"
    )
    before = list_files(folder)
    with pytest.raises(FixableError, match=r"own net\.py: kind: stays in training mode after eval\(\)"):
        import_classifier(folder, "net", found, **RIGHTS)
    assert list_files(folder) == before


def test_course_that_cannot_be_written_is_told_with_its_place(folder: Path, tmp_path: Path) -> None:
    (folder / "models").write_text("a file where a folder should be")
    with pytest.raises(FixableError, match=r"bakery/models.*: .*; expected a folder that can be written"):
        import_classifier(folder, "cnn", find_old(tmp_path), **RIGHTS)


def test_what_a_killed_import_left_is_cleared_by_the_next(folder: Path, tmp_path: Path) -> None:
    left = folder / "models" / ".cnn.new"
    left.mkdir(parents=True)
    (left / "half.safetensors").write_bytes(b"half")
    place = import_classifier(folder, "cnn", find_old(tmp_path), **RIGHTS)
    assert {path.name for path in place.parent.iterdir()} == {"model.yaml", "weights.safetensors"}
    assert not left.exists()


def test_kind_is_guessed_from_what_there_is(tmp_path: Path) -> None:
    kinds = [guess_kind(tmp_path / name, body) for name, body in (("a.pth", None), ("a.pth", "vgg16"), ("a.py", None))]
    assert kinds == ["homework", "torchvision", "module"]
    assert guess_kind(tmp_path, None) == "transformers"


def test_normalisation_goes_into_the_model(folder: Path, tmp_path: Path) -> None:
    place = import_classifier(folder, "cnn", find_squeezenet(tmp_path), **RIGHTS)
    model, plain = load_classifier(place, dtype=torch.float32), models.squeezenet1_1(num_classes=3).eval()
    plain.load_state_dict(torch.load(tmp_path / "s.pth", weights_only=True))
    x = torch.rand(1, 3, 32, 32)
    mean, std = (torch.tensor(COLOURS[name]).view(3, 1, 1) for name in ("mean", "std"))
    torch.testing.assert_close(model(x), plain((x - mean) / std))


def test_pickled_weights_of_a_folder_are_stored_as_safetensors(folder: Path, tmp_path: Path) -> None:
    place = import_classifier(folder, "vit", find_vit(tmp_path, pickled=True), **RIGHTS)
    assert (place.parent / "model.safetensors").is_file()
    assert not (place.parent / "pytorch_model.bin").exists()


REFUSED = [
    ("homework", {"labels": 5}, r"checkpoint\.pth: gives 5 outputs; expected 3, one for each category in course\.yaml"),
    ("homework", {"side": 64}, r"checkpoint\.pth: takes 64 x 64; expected 32 x 32, the size in course\.yaml"),
    ("torchvision", {"labels": 7}, r"s\.pth: gives 7 outputs; expected 3, one for each category"),
    ("transformers", {"labels": 7}, r"vit: 3; .* it gives \(1, 7\); course\.yaml has 3 categories"),
    ("transformers", {"side": 224}, r"vit: takes 224 x 224; expected 32 x 32, the size in course\.yaml"),
    ("module", {"labels": 2}, r"own net\.py: 3; .* it gives \(1, 2\)"),
    ("module", {"side": 64}, r"own net\.py: takes 64 x 64; expected 32 x 32"),
]


@pytest.mark.parametrize(("kind", "sizes", "says"), REFUSED)
def test_model_of_another_size_or_number_of_outputs_is_refused_at_once(
    folder: Path, tmp_path: Path, kind: str, sizes: dict[str, int], says: str
) -> None:
    before = list_files(folder)
    with pytest.raises(FixableError, match=says):
        import_classifier(folder, "cnn", FINDERS[kind](tmp_path, **sizes), **RIGHTS)
    assert list_files(folder) == before


class Marker:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("name", ["checkpoint.pth", "vit/pytorch_model.bin"])
def test_pickle_with_more_than_weights_is_refused_and_never_run(folder: Path, tmp_path: Path, name: str) -> None:
    found = find_old(tmp_path) if name == "checkpoint.pth" else find_vit(tmp_path, pickled=True)
    torch.save({"weight": torch.zeros(1), "more": Marker(tmp_path / "executed")}, tmp_path / name)
    before = list_files(folder)
    with pytest.raises(FixableError, match=rf"{name}: holds code \(posix\.mkdir\), which was not run"):
        import_classifier(folder, "cnn", found, **RIGHTS)
    assert not (tmp_path / "executed").exists()
    assert list_files(folder) == before


def test_safetensors_header_of_two_gigabytes_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "big.safetensors").write_bytes(struct.pack("<Q", 2 << 30) + b'{"a": 1}' + b" " * 100)
    with pytest.raises(FixableError, match=r"big\.safetensors: .*expected a whole safetensors file"):
        import_classifier(folder, "cnn", Found(tmp_path / "big.safetensors", "homework"), **RIGHTS)


def test_second_classifier_is_taken_only_in_place_of_the_first(folder: Path, tmp_path: Path) -> None:
    found = find_old(tmp_path)
    import_classifier(folder, "cnn", found, **RIGHTS)
    before = list_files(folder)
    with pytest.raises(FixableError, match=r"classifier: 'models/cnn/model\.yaml' already; expected --replace"):
        import_classifier(folder, "other", found, **RIGHTS)
    assert list_files(folder) == before
    import_classifier(folder, "other", found, replace=True, **RIGHTS)
    draft = load_draft(folder)
    assert draft.data["classifier"] == "models/other/model.yaml"
    assert all(one["path"].startswith("models/other/") for one in draft.data["assets"])
    import_classifier(folder, "other", find_own(tmp_path), replace=True, **RIGHTS)
    assert {path.name for path in (folder / "models" / "other").iterdir()} == {
        *("model.yaml", "own_net.py", "weights.safetensors"),
    }


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (Found(Path("s.pth"), "torchvision", "squeezenet1_2", **COLOURS), "--name: 'squeezenet1_2'; expected one of"),
        (Found(Path("s.pth"), "torchvision", "squeezenet1_1"), "--mean: missing; expected three numbers"),
        (Found(Path("own.py"), "module"), "--class: missing; expected the name of the class"),
        (Found(Path("s.pth"), "onnx"), "--kind: 'onnx'; expected one of homework, module"),
        (Found(Path("none.pth"), "homework"), "none.pth: No such file"),
    ],
)
def test_what_a_kind_needs_and_was_not_said_is_asked_for(folder: Path, tmp_path: Path, found: Found, says: str) -> None:
    find_squeezenet(tmp_path)
    here = Found(**{**vars(found), "path": tmp_path / found.path})
    with pytest.raises(FixableError, match=says):
        import_classifier(folder, "cnn", here, **RIGHTS)


def test_course_whose_pictures_are_no_squares_has_classifiers_too(folder: Path, tmp_path: Path) -> None:
    settings = yaml.safe_load((folder / "course.yaml").read_text(encoding="utf-8"))
    (folder / "course.yaml").write_text(yaml.safe_dump(settings | {"size": {"height": 32, "width": 48}}))
    with pytest.raises(
        FixableError, match=r"checkpoint\.pth: takes 32 x 32; expected 32 x 48, the size in course\.yaml"
    ):
        import_classifier(folder, "cnn", find_old(tmp_path), **RIGHTS)
    place = import_classifier(folder, "cnn", find_squeezenet(tmp_path), **RIGHTS)
    assert load_classifier(place, dtype=torch.float32).size == (32, 48)


def add_pictures(folder: Path, labels: list[int], side: int = 32) -> None:
    entries = []
    for number, label in enumerate(labels):
        Image.new("RGB", (side, side), (200 * (number % 2), 90, 30)).save(folder / f"{number}.png")
        entries.append({"asset": f"{number}.png", "label": label, "shows": {"en": "A bun.", "zh": "麵包。"}})
    with edit_manifest(folder) as draft:
        draft.data["pictures"] = entries
        draft.put([f"{number}.png" for number in range(len(labels))], **RIGHTS)


def test_trial_counts_the_pictures_that_a_classifier_gets_right(folder: Path, tmp_path: Path) -> None:
    place = import_classifier(folder, "cnn", find_old(tmp_path), **RIGHTS)
    assert try_classifier(folder, place) is None
    add_pictures(folder, [0, 0])
    model = load_classifier(place, dtype=torch.float32)
    planes = [torch.tensor([200 * n, 90, 30]).view(1, 3, 1, 1).expand(1, 3, 32, 32) / 255 for n in (0, 1)]
    best = [int(model(one).argmax()) for one in planes]
    add_pictures(folder, [best[0], (best[1] + 1) % 3])
    tried = try_classifier(folder, place)
    assert tried is not None
    assert (tried.right, tried.wrong) == (1, {1: best[1]})
    assert 0 < tried.seconds < 60
    assert tried.mib is None or 10 < tried.mib < 100_000


def test_pictures_and_labels_that_do_not_fit_are_named_at_the_trial(folder: Path, tmp_path: Path) -> None:
    place = import_classifier(folder, "cnn", find_old(tmp_path), **RIGHTS)
    add_pictures(folder, [0, 3])
    with pytest.raises(FixableError, match=r"manifest\.yaml: pictures: 1: label: 3; expected 0 to 2"):
        try_classifier(folder, place)
    add_pictures(folder, [0], side=40)
    with pytest.raises(FixableError, match=r"0\.png: pictures: 40 x 40; expected 32 x 32"):
        try_classifier(folder, place)
    (folder / "0.png").write_bytes(b"no picture")
    with pytest.raises(FixableError, match=r"0\.png: cannot identify image"):
        try_classifier(folder, place)
