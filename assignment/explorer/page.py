"""The explorer as one HTML file that needs no server and no network.

There is no Python behind it, so it holds every answer that it can give: no mask, each word, each pair of words. The
masks add up nearly: the levels of a pair (u, v) are stored as what is left, modulo 256, of

    levels[u, v] - levels[u] - levels[v] + levels[none]        and those of a word as        levels[u] - levels[none]

mostly zeros, which deflate well. `unfold` is the inverse; the page's script does the same. With 4 layers of 4 heads a
sentence of 15 words takes 0.2 MB, one of 50 words 4 MB: it has 1225 pairs.
"""

import base64
import html
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from itertools import combinations
from typing import Any

import numpy as np

from assignment.explorer.explorer import Text, load_source, to_asked
from assignment.explorer.functions import Functions, parse_functions
from assignment.explorer.look import Levels, Readout, TypedText, pack, read_text, see, to_dict
from assignment.explorer.words import name_signs
from assignment.fixable import show_text
from assignment.models.bert import Bert
from assignment.page.face import find_drawn, make_face
from assignment.page.policy import to_policy

BATCH = 32  # maskings that go through the model at once


def make_page(bert: Bert, sentences: Sequence[Text], functions: Functions | None, title: str) -> str:
    """Return the page; LookError where a sentence is empty or too long."""
    config = bert.model.config
    layers, heads = config.num_hidden_layers, config.num_attention_heads
    data = {
        "words": name_signs(bert.tokenizer),
        "functions": parse_functions(functions, layers, heads),
        "shape": {"layers": layers, "heads": heads, "vocabulary": int(config.vocab_size)},
        "sentences": [store(bert, text) for text in sentences],
    }
    return _fill(title, data)


def list_maskings(reading: TypedText) -> list[tuple[int, ...]]:
    """Return the first places of the words that the page can mask: none, each word, each pair, in this order."""
    firsts = [reading.words.index(word) for word in range(max(reading.words) + 1)]
    return [(), *((place,) for place in firsts), *combinations(firsts, 2)]


def store(bert: Bert, text: Text) -> dict[str, Any]:
    """Return all that the page knows of one text: its pieces, the folded levels and the predictions, both packed."""
    asked = to_asked(text)
    reading = read_text(bert, asked["text"], asked["second"])
    maskings = list_maskings(reading)
    seen: list[Readout] = []
    for start in range(0, len(maskings), BATCH):
        seen += see(bert, reading, maskings[start : start + BATCH])
    predictions = [[list(asdict(one).values()) for one in each.predictions] for each in seen]
    told = json.dumps(predictions, separators=(",", ":"), ensure_ascii=False).encode()
    return to_dict(reading, asked["text"], asked["second"]) | {
        "attention": pack(fold(np.stack([each.levels for each in seen]), max(reading.words) + 1)),
        "predictions": base64.b64encode(zlib.compress(told, 9)).decode("ascii"),
    }


def fold(levels: Levels, words: int) -> Levels:
    """Return levels (maskings, ...) less what is expected of them, with the masking as the last axis.

    >>> fold(np.array([[9], [9], [8], [8]], dtype=np.uint8), 2).tolist()
    [[9, 0, 255, 0]]
    """
    none, alone, pairs = levels[:1], levels[1 : 1 + words], levels[1 + words :]
    u, v = _list_pairs(words)
    return np.moveaxis(np.concatenate([none, alone - none, pairs - alone[u] - alone[v] + none]), 0, -1)


def unfold(folded: Levels, words: int) -> Levels:
    """Undo `fold`.

    >>> unfold(np.array([[9, 0, 255, 0]], dtype=np.uint8), 2).tolist()
    [[9], [9], [8], [8]]
    """
    levels = np.moveaxis(folded, -1, 0)
    none = levels[:1]
    alone = levels[1 : 1 + words] + none
    u, v = _list_pairs(words)
    return np.concatenate([none, alone, levels[1 + words :] + alone[u] + alone[v] - none])


def _list_pairs(words: int) -> tuple[list[int], list[int]]:
    pairs = list(combinations(range(words), 2))
    return [u for u, _ in pairs], [v for _, v in pairs]


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
<style>{face}</style>
</head>
<body class="hw9-page">
<header><h1>{title}</h1></header>
<main id="explorer"></main>
<script type="application/json" id="data">{data}</script>
<script type="module">{script}</script>
</body>
</html>
"""


def _fill(title: str, data: dict[str, Any]) -> str:
    style, script = load_source("explorer.css"), load_source("explorer.js") + load_source("page.js")
    stored = json.dumps(data, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
    face = make_face(find_drawn(f"{title}{stored}{script}"))
    policy = to_policy([style, face], [script], images=False)
    return PAGE.format(
        policy=policy, title=html.escape(show_text(title)), style=style, face=face, script=script, data=stored
    )
