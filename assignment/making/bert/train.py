"""Train the BERTs of profile `mini`: one on masked words, from it two on questions, one of which is flawed.

The same seed gives the same weights on one machine; another machine rounds otherwise. Training goes on from the last
checkpoint in the cache.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import torch
import yaml
from rich.progress import Progress
from torch import Tensor, nn
from transformers import BertConfig, BertForMaskedLM, BertForQuestionAnswering, PreTrainedModel

from assignment.making.bert.card import write_card
from assignment.making.bert.data import CHUNK, Batch, Example, draw_batches, draw_masked, draw_question
from assignment.making.bert.measure import measure_answers, measure_masked
from assignment.making.bert.recipe import BertRecipe
from assignment.making.language.passage import FACTS
from assignment.making.language.vocabulary import Encoder, list_pieces, save_tokenizer
from assignment.models.bert import load_bert, save_bert
from assignment.profile import PROFILES_FOLDER, TRUTH_NAME

_FOLDER = PROFILES_FOLDER / "mini" / "bert"
# The folder's name does not tell students which reader is which; truth.yaml beside the folders does.
FOLDERS = {"masked": "masked", "flawed": "reader_a", "good": "reader_b", "untuned": "reader_c"}
_KEEP_EVERY = 16 * CHUNK


def make_config(recipe: BertRecipe, words: int) -> BertConfig:
    """Return the architecture: BERT's, without dropout, since no text is seen twice."""
    config = BertConfig(
        vocab_size=words, hidden_size=recipe.hidden, num_hidden_layers=recipe.layers,
        num_attention_heads=recipe.heads, intermediate_size=recipe.inner, max_position_embeddings=recipe.longest,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    config._attn_implementation = "eager"  # twice as fast as the fused kernel on texts this short
    return config


def compute_masked_loss(model: BertForMaskedLM, batch: Batch) -> Tensor:
    """Cross-entropy of the hidden pieces; the head is run on those alone."""
    states = model.bert(batch.pieces, attention_mask=batch.read, token_type_ids=batch.segments).last_hidden_state
    hidden = batch.answers >= 0
    return nn.functional.cross_entropy(model.cls(states[hidden]).float(), batch.answers[hidden])


def compute_answer_loss(model: BertForQuestionAnswering, batch: Batch) -> Tensor:
    """Cross-entropy of the first and the last piece of the answer."""
    states = model.bert(batch.pieces, attention_mask=batch.read, token_type_ids=batch.segments).last_hidden_state
    logits = model.qa_outputs(states).float().masked_fill(batch.read[:, :, None] == 0, -1e9)
    return nn.functional.cross_entropy(logits, batch.answers)


def train(
    model: PreTrainedModel,
    find_loss: Callable[[Any, Batch], Tensor],
    draw: Callable[[Random], Example],
    recipe: BertRecipe,
    *,
    steps: int,
    rate: float,
    seed: int,
    cache: Path,
) -> None:
    """Train in place: AdamW, products in bfloat16, the rate by `compute_pace`."""
    descent = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=recipe.decay, betas=(0.9, 0.98), fused=True)
    slope = torch.optim.lr_scheduler.LambdaLR(descent, lambda step: compute_pace(step, steps, recipe))
    first = _resume(cache, model, descent, slope)
    with Progress() as progress:
        bar, total = progress.add_task(cache.stem, total=steps, completed=first), 0.0
        for step, batch in enumerate(draw_batches(draw, 0, recipe.batch, seed, first, steps), first + 1):
            with torch.autocast("cpu", torch.bfloat16):
                loss = find_loss(model, batch)
            descent.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            descent.step()
            slope.step()
            progress.advance(bar)
            total += loss.item()
            if step % _KEEP_EVERY == 0 or step == steps:
                progress.console.print(f"{cache.stem}: step {step} of {steps}: loss {total / _KEEP_EVERY:.4f}")
                total = 0.0
                _keep(cache, step, model, descent, slope)


def compute_pace(step: int, steps: int, recipe: BertRecipe) -> float:
    """Return the share of the full rate: a warm-up, then all of it, then straight down to nothing.

    >>> [compute_pace(step, 1000, BertRecipe(warm_up=200, slowing=0.5)) for step in (0, 199, 400, 750)]
    [0.005, 1.0, 1.0, 0.5]
    """
    return min(1.0, (step + 1) / recipe.warm_up, (steps - step) / (recipe.slowing * steps))


def _keep(cache: Path, step: int, *parts: object) -> None:
    cache.parent.mkdir(parents=True, exist_ok=True)
    aside = cache.with_suffix(".part")
    torch.save({"step": step, "parts": [part.state_dict() for part in parts]}, aside)  # type: ignore[attr-defined]
    aside.replace(cache)


def _resume(cache: Path, *parts: object) -> int:
    """Return the number of steps done."""
    if not cache.exists():
        return 0
    kept = torch.load(cache)
    for part, state in zip(parts, kept["parts"], strict=True):
        part.load_state_dict(state)  # type: ignore[attr-defined]
    return int(kept["step"])


def train_masked(recipe: BertRecipe, cache: Path) -> BertForMaskedLM:
    """Train the first model from nothing."""
    encoder = Encoder(list_pieces())
    torch.manual_seed(recipe.seed)
    model = BertForMaskedLM(make_config(recipe, len(encoder.number)))
    train(
        model, compute_masked_loss, partial(draw_masked, encoder), recipe, steps=recipe.masked_steps, rate=recipe.rate,
        seed=recipe.seed, cache=cache / "masked.pt",
    )  # fmt: skip
    model.train(False)
    return model


def start_answers(masked: BertForMaskedLM, recipe: BertRecipe) -> BertForQuestionAnswering:
    """Return the untuned model: the first one's body under a head of random weights."""
    torch.manual_seed(recipe.seed + 1)
    model = BertForQuestionAnswering(masked.config)
    model.bert.load_state_dict(masked.bert.state_dict())
    model.train(False)
    return model


def train_answers(
    masked: BertForMaskedLM, recipe: BertRecipe, cache: Path, *, facts: Sequence[int], steps: int
) -> BertForQuestionAnswering:
    """Fine-tune on questions that the sentences numbered `facts` answer."""
    encoder, model = Encoder(list_pieces()), start_answers(masked, recipe)
    train(
        model, compute_answer_loss, lambda random: draw_question(encoder, random, facts), recipe, steps=steps,
        rate=recipe.answer_rate, seed=recipe.seed + 100, cache=cache,
    )  # fmt: skip
    model.train(False)
    return model


def train_all(recipe: BertRecipe, cache: Path, out: Path) -> None:
    """Train and save every model with its tokenizer, and the truth about them."""
    torch.set_num_threads(recipe.threads)
    masked = train_masked(recipe, cache)
    readers = {
        "good": train_answers(masked, recipe, cache / "good.pt", facts=range(FACTS), steps=recipe.answer_steps),
        "flawed": train_answers(masked, recipe, cache / "flawed.pt", facts=(0,), steps=recipe.flawed_steps),
        "untuned": start_answers(masked, recipe),
    }
    for kind, model in {"masked": masked, **readers}.items():
        save_bert(model, out / FOLDERS[kind])
        save_tokenizer(out / FOLDERS[kind], recipe.longest)
    truth = {kind: FOLDERS[kind] for kind in readers}
    (out / TRUTH_NAME).write_text(yaml.safe_dump(truth, sort_keys=False), encoding="utf-8")


def report(recipe: BertRecipe, out: Path) -> None:
    """Measure the stored weights, print the figures and write the cards."""
    encoder = Encoder(list_pieces())
    for kind, name in FOLDERS.items():
        model = load_bert(out / name, "masked" if kind == "masked" else "answers", dtype=torch.float32).model
        figures = (measure_masked if kind == "masked" else measure_answers)(model, encoder, recipe.held_out)
        write_card(out / name, kind, recipe, len(encoder.number), figures)
        for line in figures.lines():
            print(f"{kind}: {line}")


def main() -> None:
    """Train, save, measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="example: python -m assignment.making.bert.train --cache /tmp/hw9-bert",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "hw9-bert", help="folder for checkpoints"
    )
    parser.add_argument("--out", type=Path, default=_FOLDER, help="folder for the models and their cards")
    parser.add_argument(
        "--measure-only", action="store_true", help="measure what is stored and write its cards, train nothing"
    )
    chosen = parser.parse_args()
    recipe, start = BertRecipe(), time.perf_counter()
    if not chosen.measure_only:
        train_all(recipe, chosen.cache, chosen.out)
    report(recipe, chosen.out)
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
