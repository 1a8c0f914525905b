"""A BERT of random weights that is small enough to run in every test."""

from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertForMaskedLM, BertTokenizer

from assignment.models.bert import Bert, load_bert

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
WORDS = (".", ",", "?", "the", "cat", "dog", "##s", "tree", "near", "sat", "slept", "and", "a", "old", "saw", "who")
LETTERS = tuple("imgsrcxonealt1()=")


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a BERT of 3 layers and 2 heads that reads 64 pieces; its attention is far from even."""
    folder = tmp_path_factory.mktemp("tiny")
    pieces = tuple(dict.fromkeys((*SPECIAL, *WORDS, *LETTERS, *("##" + letter for letter in LETTERS))))
    BertTokenizer(vocab={piece: i for i, piece in enumerate(pieces)}).save_pretrained(folder)
    torch.manual_seed(5)
    config = BertConfig(
        vocab_size=len(pieces), hidden_size=16, num_hidden_layers=3, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=64, initializer_range=0.5,
    )  # fmt: skip
    BertForMaskedLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny(tiny_folder: Path) -> Bert:
    return load_bert(tiny_folder, "masked")
