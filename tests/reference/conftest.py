"""A narrow classifier with random weights, whose batch norms do something, and pictures to explain."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from transformers import BertConfig, BertForMaskedLM, BertTokenizer

from assignment.course import open_course
from assignment.models.bert import Bert, load_bert
from assignment.models.classifier import Classifier, load_classifier
from reference.folded import Folded, fold


def make_classifier(width: int) -> Classifier:
    torch.manual_seed(0)
    model = Classifier(width)
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.1)
            module.momentum = 1.0  # the next pass sets the running mean and variance
    with torch.no_grad():
        model(torch.rand(4, 3, 128, 128))
    return model.double().eval()


@pytest.fixture
def model() -> Classifier:
    return make_classifier(width=4)


@pytest.fixture
def folded(model: Classifier) -> Folded:
    return fold(model)


@pytest.fixture
def pictures() -> Tensor:
    """Three pictures of soft spots, each with a range of its own."""
    coarse = torch.rand(3, 3, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    spots = nn.functional.interpolate(coarse, size=(128, 128), mode="bicubic").clamp(0, 1)
    return spots * torch.tensor([1.0, 0.8, 0.6], dtype=torch.float64).view(3, 1, 1, 1)


@pytest.fixture
def labels() -> Tensor:
    return torch.tensor([1, 8, 3])


@pytest.fixture(scope="session")
def embedded() -> tuple[Classifier, Tensor, Tensor]:
    """The trained classifier, the ten pictures and their labels, of the embedded profile."""
    profile = open_course().profile
    pictures = torch.from_numpy(profile.pictures).double().permute(0, 3, 1, 2).contiguous() / 255
    return load_classifier(profile.classifier_file), pictures, torch.from_numpy(profile.labels)


class Unchanged:
    """A block that must leave a model as it was, whether the block raises or not."""

    def __init__(self, model: Classifier) -> None:
        self.model = model

    def look(self) -> tuple[object, ...]:
        """Return all that an analysis could change."""
        tensors = [*self.model.parameters(), *self.model.buffers()]
        hooks = [len(part._forward_hooks) + len(part._backward_hooks) for part in self.model.modules()]
        modes = [part.training for part in self.model.modules()]
        flags = [(t.requires_grad, t.grad is None, t.dtype, t.stride(), t.data_ptr()) for t in tensors]
        return [t.detach().clone().flatten().tolist() for t in tensors], flags, hooks, modes, torch.is_grad_enabled()

    def __enter__(self) -> None:
        self.before = self.look()

    def __exit__(self, *error: object) -> None:
        assert self.look() == self.before


@pytest.fixture(params=["frozen", "trainable"])
def watched(request: pytest.FixtureRequest, model: Classifier) -> tuple[Classifier, Unchanged]:
    """A model in each state in which a caller may hold it, and the block that proves that it stays so."""
    model.requires_grad_(request.param != "frozen")
    return model, Unchanged(model)


TEXTS = (
    "The cats near the tree are asleep, and the cats purr.",
    "Where did the cat sleep?",
    "The cat slept under a tree.",
)
PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", ",", "?", "the", "cat", "##s", "tree", "and", "a")
LETTERS = tuple("abcdefghijklmnopqrstuvwxyz")


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a BERT of another make: 12 layers of 6 heads, random weights, and a tokenizer that splits words."""
    folder = tmp_path_factory.mktemp("foreign")
    pieces = (*PIECES, *(letter for letter in LETTERS if letter not in PIECES), *("##" + letter for letter in LETTERS))
    pieces = tuple(dict.fromkeys(pieces))
    BertTokenizer(vocab={piece: i for i, piece in enumerate(pieces)}).save_pretrained(folder)
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(pieces), hidden_size=48, num_hidden_layers=12, num_attention_heads=6, intermediate_size=96,
        initializer_range=0.3,
    )  # fmt: skip
    BertForMaskedLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def bert(foreign: Path) -> Bert:
    return load_bert(foreign, "masked")
