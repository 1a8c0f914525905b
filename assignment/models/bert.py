"""BERTs as folders in the Hugging Face format: configuration, weights, tokenizer. The same for ours and anybody's.

Which class a folder is opened with, the library knows by its type; a type that it has no such class for is refused.
Attention is computed the plain way (`eager`): the fused kernels that transformers prefers give no attentions back.
"""

from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import (
    MODEL_FOR_MASKED_LM_MAPPING,
    MODEL_FOR_QUESTION_ANSWERING_MAPPING,
    MODEL_MAPPING,
    AutoConfig,
    AutoTokenizer,
    PreTrainedModel,
)

from assignment.fixable import FixableError
from assignment.models.quiet import silence
from assignment.models.reading import Tokens

LONGEST_ANSWER = 8  # tokens
KINDS: dict[str, tuple[Any, str]] = {  # the library's class for each type of configuration, and what it is for
    "masked": (MODEL_FOR_MASKED_LM_MAPPING, "predicts masked words"),
    "answers": (MODEL_FOR_QUESTION_ANSWERING_MAPPING, "answers questions"),
    "embeddings": (MODEL_MAPPING, "reads"),
}
_UNUSED = "pooler."  # what some bodies make of their last states; we read the states
_EXPECTED = "expected a BERT in the Hugging Face format"


@dataclass(frozen=True)
class Bert:
    """A model in evaluation mode, its weights frozen, and its tokenizer."""

    model: PreTrainedModel
    tokenizer: Any


def load_bert(folder: Path, kind: str, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float64) -> Bert:
    """Open a folder as a BERT that predicts `masked` words, `answers` questions or gives `embeddings`, offline.

    FixableError where the folder is not one, lacks weights of that kind, or is of a type that has no such model.
    """
    if not (folder / "config.json").is_file():
        raise FixableError(f"{folder}: no config.json; {_EXPECTED}")
    here = {"local_files_only": True, "trust_remote_code": False}
    try:
        with silence():
            wanted = _find_class(folder, AutoConfig.from_pretrained(folder, **here), kind)
            model, notes = wanted.from_pretrained(
                folder, dtype=dtype, attn_implementation="eager", local_files_only=True, output_loading_info=True
            )
            tokenizer = AutoTokenizer.from_pretrained(folder, **here)
    except FixableError:
        raise
    except Exception as error:  # whatever the library makes of a folder that is none, or damaged
        raise FixableError(f"{folder}: {' '.join(str(error).split())[:300]}; {_EXPECTED}") from None
    if missing := sorted(key for key in notes["missing_keys"] if not key.startswith(_UNUSED)):
        raise FixableError(f"{folder}: no weights {', '.join(missing)}; expected those of {wanted.__name__}")
    bert = Bert(model.to(device).eval().requires_grad_(False), _fit(tokenizer, model))
    if misfit := _find_misfit(bert, kind):
        raise FixableError(f"{folder}: {misfit}")
    return bert


def _find_class(folder: Path, config: Any, kind: str) -> Any:
    classes, does = KINDS[kind]
    if type(config) not in classes or config.is_encoder_decoder:
        raise FixableError(
            f"{folder}: config.json: a model of type {config.model_type!r} is none that {does} here; "
            "expected BERT or one of its kind, such as RoBERTa, DistilBERT, ALBERT"
        )
    found = classes[type(config)]
    return found[0] if isinstance(found, tuple) else found


def count_positions(model: nn.Module) -> int | None:
    """Return how many tokens a model can read at once; None where it has no table of places.

    Some, such as RoBERTa, count places from behind the one that pads.
    """
    for name, part in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(part, nn.Embedding):
            return part.num_embeddings - (0 if part.padding_idx is None else part.padding_idx + 1)
    return None


def _fit(tokenizer: Any, model: PreTrainedModel) -> Any:
    """Return the tokenizer with the model's own limit, and without segments where the model tells none apart."""
    tokenizer.model_max_length = min(tokenizer.model_max_length, count_positions(model) or tokenizer.model_max_length)
    if getattr(model.config, "type_vocab_size", 1) < 2:
        tokenizer.model_input_names = [name for name in tokenizer.model_input_names if name != "token_type_ids"]
    return tokenizer


def _find_misfit(bert: Bert, kind: str) -> str | None:
    """Return what keeps a model and its tokenizer from serving, or None; a word is read to see."""
    model, tokenizer, config = bert.model, bert.tokenizer, bert.model.config
    if not tokenizer.is_fast:
        return f"a {type(tokenizer).__name__}, which tells no characters; expected a fast tokenizer (tokenizer.json)"
    if len(tokenizer) > config.vocab_size:
        return f"a tokenizer of {len(tokenizer)} tokens for a model of {config.vocab_size}; expected the model's own"
    if kind == "masked" and tokenizer.mask_token_id is None:
        return "a tokenizer without a token that masks; expected one"
    with torch.no_grad(), silence():
        word = tokenizer("a", return_tensors="pt").to(model.device)
        found = model(**word, output_attentions=True, output_hidden_states=True)
    shapes = {tuple(heads.shape[:2]) for heads in found.get("attentions") or [torch.zeros(0, 0)]}
    counts = len(found.get("attentions") or ()), len(found.get("hidden_states") or ()) - 1
    if set(counts) != {config.num_hidden_layers} or shapes != {(1, config.num_attention_heads)}:
        return (
            f"a model of type {config.model_type!r}, which does not give attention and states of each of its "
            f"{config.num_hidden_layers} layers; expected BERT or one of its kind"
        )
    if kind == "answers" and found.get("start_logits") is None:
        return f"a model of type {config.model_type!r}, which gives no first and last token; expected BERT or its kind"
    return None


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
