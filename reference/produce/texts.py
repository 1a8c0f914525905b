"""Produce the canonical arrays of the texts: attention, principal components and distances of the BERTs' states."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from assignment.models.alignment import check_texts
from assignment.models.bert import Bert, find_span, load_bert
from assignment.models.heads import find_all_targets, find_chance, score_heads
from assignment.models.reading import Tokens, find_candidates, read
from assignment.models.roles import find_roles
from assignment.texts import PassageText, WordSet
from reference.attention import attention, compute_influence, predict_masked
from reference.embedding_distance import cosine_similarity, euclidean_distance, word_states
from reference.embedding_pca import embedding_pca
from reference.produce.bench import Array, Bench, Found, round_weights, to_array
from reference.reading import hidden_states


def produce_texts(bench: Bench, seeds: Sequence[int]) -> Found:
    """What is true of the texts: which token belongs to which word, which are asked about, what role each plays.

    FixableError with each word that the tokenizers of the models give no token, or a part of one.
    """
    texts, masked, distance = bench.profile.texts, _open_masked(bench), _open_embeddings(bench)
    readers = {name: _open(bench, folder, "answers") for name, folder in bench.profile.reader_folders.items()}
    check_texts(
        texts, masked.tokenizer, {name: reader.tokenizer for name, reader in readers.items()}, distance.tokenizer
    )
    readings = [read(masked.tokenizer, one.plain) for one in texts.attention]
    candidates = [list(find_candidates(masked.tokenizer, one).values()) for one in texts.attention]
    return {
        None: {
            "word": _stack([np.array(reading.word) for reading in readings], -1),
            "hidden": np.array([_find_token(r, one.hidden) for r, one in zip(readings, texts.attention, strict=True)]),
            "also": np.array([_find_token(r, one.also) for r, one in zip(readings, texts.attention, strict=True)]),
            "candidate": _stack([np.array(row) for row in candidates], -1),
            "role": _find_roles(texts.passages, [reader.tokenizer for reader in readers.values()]),
            "meaning": np.array([[meaning for _, _, meaning in words.rows] for words in texts.words]),
            "position": np.array(
                [[_find_token(read(distance.tokenizer, t), i) for t, i, _ in words.rows] for words in texts.words]
            ),
        }
    }


def _find_roles(passages: Sequence[PassageText], tokenizers: Sequence[Any]) -> Array:
    """Return the roles (passages, L), or (readers, passages, L) where the readers' tokens are not the same."""
    rows = [[find_roles(one, read(tokenizer, *one.pair)) for one in passages] for tokenizer in tokenizers]
    longest = _stack([role for row in rows for role in row], -1)
    roles = longest.reshape(len(rows), len(passages), -1)
    return roles[0] if (roles == roles[0]).all() else roles


def produce_attention(bench: Bench, seeds: Sequence[int]) -> Found:
    """Attention of all heads, what each head does, and what the masked words are predicted from."""
    bert, sentences = _open_masked(bench), bench.profile.texts.attention
    readings = [read(bert.tokenizer, one.plain) for one in sentences]
    maps = [attention(bert.model, reading) for reading in readings]
    mask, predictions, both, drops = bert.tokenizer.mask_token_id, [], [], []
    for reading, one in zip(readings, sentences, strict=True):
        hidden, also = _find_token(reading, one.hidden), reading.find_places(one.also)
        predictions.append(to_array(predict_masked(bert.model, reading, [hidden], mask)[0]))
        both.append(to_array(predict_masked(bert.model, reading, [hidden, *also], mask)[0]))
        drops.append(to_array(compute_influence(bert.model, reading, hidden, mask)))
    targets = find_all_targets(readings, sentences).values()
    return {
        None: {
            "map": _stack([to_array(one) for one in maps], np.nan),
            "prediction": np.stack(predictions),
            "prediction_also": np.stack(both),
            "drop": _stack(drops, 0.0),
            "score": np.stack([to_array(score_heads(maps, its)) for its in targets]),
            "chance": np.array([find_chance(its) for its in targets]),
        }
    }


def produce_embedding_pca(bench: Bench, seeds: Sequence[int]) -> Found:
    """Two principal components of every layer of each reader on each passage, and the answer that it gives."""
    points, shares, spans = [], [], []
    for folder in bench.profile.reader_folders.values():
        bert = _open(bench, folder, "answers")
        readings = [read(bert.tokenizer, *one.pair) for one in bench.profile.texts.passages]
        found = [embedding_pca(hidden_states(bert.model, reading)) for reading in readings]
        points.append(_stack([to_array(one.points) for one in found], np.nan))
        shares.append(np.stack([to_array(one.share) for one in found]))
        spans.append(np.array([find_span(bert, reading) for reading in readings]))
    return {None: {"points": _stack(points, np.nan), "share": _stack(shares, np.nan), "span": np.stack(spans)}}


def produce_embedding_distance(bench: Bench, seeds: Sequence[int]) -> Found:
    """Euclidean distance and cosine similarity between the states of one word in different sentences, by layer."""
    bert = _open_embeddings(bench)
    states = [_compute_states(bert, words) for words in bench.profile.texts.words]
    return {
        None: {
            "euclidean": np.stack([to_array(euclidean_distance(one)) for one in states]),
            "cosine": np.stack([to_array(cosine_similarity(one)) for one in states]),
        }
    }


def _open_masked(bench: Bench) -> Bert:
    return _open(bench, bench.profile.masked_folder, "masked")


def _open_embeddings(bench: Bench) -> Bert:
    """Return the BERT whose states of one word are compared."""
    its, masked = bench.profile.embeddings_folder, bench.profile.masked_folder
    return _open_masked(bench) if its == masked else _open(bench, its, "embeddings")


def _find_token(reading: Tokens, word: int) -> int:
    return reading.find_places(word)[0]


def _compute_states(bert: Bert, words: WordSet) -> Tensor:
    rows = words.rows
    return word_states(bert.model, [read(bert.tokenizer, text) for text, _, _ in rows], [at for _, at, _ in rows])


def _stack(arrays: Sequence[Array], hole: float) -> Array:
    """Stack arrays that differ in their tokens, filled up to the longest.

    >>> _stack([np.array([1, 2]), np.array([3])], -1).tolist()
    [[1, 2], [3, -1]]
    """
    most = np.max([array.shape for array in arrays], axis=0)
    return np.stack(
        [np.pad(a, [(0, m - n) for m, n in zip(most, a.shape, strict=True)], constant_values=hole) for a in arrays]
    )


def _open(bench: Bench, folder: Path, kind: str) -> Bert:
    """Open a BERT of the profile as the bench has it: on its device, in its precision, with its rounding."""
    bert = load_bert(folder, kind, bench.device, bench.dtype)
    round_weights(bert.model, bench.rounding)
    return bert
