"""Untrained BERTs of four types, each of three layers with two heads, and the folders that they are opened from."""

from pathlib import Path

import torch
from transformers import (
    AlbertConfig,
    AutoModel,
    AutoModelForMaskedLM,
    AutoModelForQuestionAnswering,
    BertConfig,
    DistilBertConfig,
    PreTrainedConfig,
    RobertaConfig,
)

from tests.assignment.models.tiny_tokenizers import TOKENIZERS

SIZES = {"hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 32}
CONFIGS: dict[str, tuple[type[PreTrainedConfig], dict[str, object], str]] = {  # class, arguments, tokenizer
    "bert": (BertConfig, {**SIZES, "max_position_embeddings": 64}, "wordpiece"),
    "roberta": (RobertaConfig, {**SIZES, "max_position_embeddings": 66, "type_vocab_size": 1}, "bpe"),
    "distilbert": (
        DistilBertConfig,
        {"dim": 16, "n_layers": 3, "n_heads": 2, "hidden_dim": 32, "max_position_embeddings": 64},
        "wordpiece",
    ),
    "albert": (AlbertConfig, {**SIZES, "embedding_size": 8, "max_position_embeddings": 64}, "unigram"),
}
CLASSES = {"masked": AutoModelForMaskedLM, "answers": AutoModelForQuestionAnswering, "embeddings": AutoModel}


def save_tiny(folder: Path, name: str, kind: str, *, tokenizer: str = "", layers: int = 3) -> Path:
    """Write an untrained model of a type and a kind into a folder, with the tokenizer that its type comes with."""
    config, arguments, usual = CONFIGS[name]
    words = TOKENIZERS[tokenizer or usual]()
    words.save_pretrained(folder)
    torch.manual_seed(7)
    settings = config(vocab_size=len(words), initializer_range=0.5, **arguments)
    settings.num_hidden_layers = layers
    CLASSES[kind].from_config(settings).save_pretrained(folder)
    return folder
