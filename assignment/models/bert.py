"""BERTs as folders in the Hugging Face format: configuration, weights, tokenizer. The same for ours and anybody's.

Attention is computed the plain way (`eager`): the fused kernels that transformers prefers give no attentions back.
"""

from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor
from transformers import AutoTokenizer, BertForMaskedLM, BertForQuestionAnswering, PreTrainedModel
from transformers.utils import logging

from assignment.fixable import FixableError
from assignment.models.reading import Tokens

LONGEST_ANSWER = 8  # tokens
logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # weights are read within a second
MODEL_CLASSES: dict[str, Any] = {"masked": BertForMaskedLM, "answers": BertForQuestionAnswering}


@dataclass(frozen=True)
class Bert:
    """A model in evaluation mode, its weights frozen, and its tokenizer."""

    model: PreTrainedModel
    tokenizer: Any


def load_bert(folder: Path, kind: str, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float64) -> Bert:
    """Open a folder as a BERT that predicts `masked` words or `answers` questions; nothing is downloaded.

    FixableError where the folder is not one, or lacks weights of that kind.
    """
    wanted = MODEL_CLASSES[kind]
    if not (folder / "config.json").is_file():
        raise FixableError(f"{folder}: no config.json; expected a BERT in the Hugging Face format")
    try:
        model, notes = wanted.from_pretrained(
            folder, dtype=dtype, attn_implementation="eager", local_files_only=True, output_loading_info=True
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, SafetensorError) as error:
        raise FixableError(f"{folder}: {error}; expected a BERT in the Hugging Face format") from None
    if missing := sorted(notes["missing_keys"]):
        raise FixableError(f"{folder}: no weights {', '.join(missing)}; expected those of {wanted.__name__}")
    return Bert(model.to(device).eval().requires_grad_(False), tokenizer)


def save_bert(model: PreTrainedModel, folder: Path) -> None:
    """Write configuration and weights, the weights as float16; the tokenizer is written by `save_tokenizer`."""
    folder.mkdir(parents=True, exist_ok=True)
    deepcopy(model).half().save_pretrained(folder)  # type: ignore[no-untyped-call]


def find_spans(start: Tensor, end: Tensor, allowed: Tensor) -> Tensor:
    """Return the most probable span (N, 2) of at most eight pieces among the allowed ones; all arguments are (N, L)."""
    score = start.masked_fill(~allowed, -torch.inf)[:, :, None] + end.masked_fill(~allowed, -torch.inf)[:, None, :]
    length = score.shape[1]
    fits = torch.ones(length, length, dtype=torch.bool, device=score.device).triu().tril(LONGEST_ANSWER - 1)
    best = score.masked_fill(~fits, -torch.inf).flatten(1).argmax(dim=1)
    return torch.stack([best // length, best % length], dim=1)


def find_span(bert: Bert, reading: Tokens) -> tuple[int, int]:
    """Return the first and the last token, both counted in, of the answer that a reader finds in the second text."""
    device = bert.model.device
    with torch.no_grad():
        found = bert.model(reading.ids.to(device), token_type_ids=reading.segments.to(device))
    allowed = torch.tensor([[part == 1 for part in reading.part]], device=device)
    first, last = find_spans(found.start_logits, found.end_logits, allowed)[0].tolist()
    return first, last
