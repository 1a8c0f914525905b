"""The check of the classifier says at once what an analysis would only meet later."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torchvision.models import resnet18
from transformers import ViTConfig, ViTForImageClassification

from assignment.fixable import FixableError
from assignment.models.classifier import Classifier
from assignment.models.network import Network
from reference.check.__main__ import look
from reference.check.model import check_model
from reference.check.part import Part
from tests.flat import soften
from tests.reference.conftest import make_classifier

Made = Callable[..., Part]
TINY = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}


def list_says(part: Part) -> list[str]:
    return [": ".join((*flaw.place[1:], flaw.says)) for flaw in check_model(part).flaws]


@pytest.fixture
def wide() -> Classifier:
    return make_classifier(16)  # has the filters that the embedded course looks at


def test_model_that_fits_is_described_with_what_it_is_wrong_about(make_part: Made, wide: Classifier) -> None:
    pictures = torch.stack([soften(), soften().flip(2)])
    with torch.no_grad():
        first, second = wide(pictures).argmax(dim=1).tolist()
    section = check_model(make_part(wide, pictures, (first, (second + 1) % 11)))
    assert section.holds
    assert section.says.startswith("the homework's shape, width 16, 11 labels, 128 x 128; right about 1 of 2 pictures")
    assert section.says.endswith("(not about 1)")


def test_filters_that_the_model_does_not_have_are_named_by_layer(make_part: Made, model: Classifier) -> None:
    says = list_says(make_part(model, soften()[None], (1,)))
    assert says[0].startswith("analyses: filters: shallow: filters: [9, 15]; expected one or more of 0 to 3")
    assert [one.split(":")[2] for one in says] == [" shallow", " middle"]


def test_pictures_that_the_model_does_not_take_are_said_before_anything_is_computed(
    make_part: Made, model: Classifier
) -> None:
    says = list_says(make_part(model, soften()[None, :, :112, :112], (12,)))
    assert says == [
        "pictures: 112 x 112; expected 128 x 128, which the classifier takes",
        "pictures: 0: label: 12; expected 0 to 10, the classifier's labels",
    ]


def test_outputs_are_one_for_each_category(make_part: Made) -> None:
    torch.manual_seed(1)
    few = Classifier(16, labels=7).double().eval()
    assert list_says(make_part(few)) == ["7 outputs; expected 11, one for each category of the settings"]
    few.cnn.train()
    assert "in training mode (cnn, cnn.0" in list_says(make_part(few))[0]


def test_layer_of_another_name_is_refused_with_near_ones(make_part: Made) -> None:
    network = Network(resnet18(num_classes=11), labels=11, side=128).double().eval()
    says = list_says(make_part(network))
    assert len(says) == 3
    assert all("layer: '" in one and "; expected one of " in one and ", such as " in one for one in says)


def test_filters_of_a_vit_are_refused_once_with_the_reason(make_part: Made) -> None:
    vit = ViTForImageClassification(ViTConfig(image_size=128, patch_size=64, num_labels=11, **TINY))
    (says,) = list_says(make_part(Network(vit, labels=11, side=128).double().eval()))
    assert "its layers cannot be followed" in says
    assert says.endswith("expected a CNN of kind homework, torchvision or module")


@pytest.mark.parametrize("data", [b"", b"\x00\x00\x00\x80\x00\x00\x00\x00{}", b"PK\x03\x04 a .pth of 2021"])
def test_file_that_is_no_weights_is_named_with_the_command_that_imports_one(
    make_part: Made, tmp_path: Path, data: bytes
) -> None:
    (tmp_path / "cnn.safetensors").write_bytes(data)  # the second says that its header has 2 GiB
    section = look("model", make_part(classifier_file=tmp_path / "cnn.safetensors"))
    (flaw,) = section.flaws
    assert flaw.place == (str(tmp_path / "cnn.safetensors"),)
    assert flaw.mend == "hw9 course model --course bakery --for classifier WEIGHTS --licence L --source S --replace"


def test_pictures_that_cannot_be_read_leave_the_model_to_be_looked_at(make_part: Made, wide: Classifier) -> None:
    section = check_model(make_part(wide, labels=(1,), kind=Unreadable))
    assert section.holds
    assert section.says.endswith("; not tried on pictures")


class Unreadable(SimpleNamespace):
    """A profile whose pictures are none."""

    @property
    def pictures(self) -> object:
        raise FixableError("0.png: no picture")
