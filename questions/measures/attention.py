"""Measures of attention: where a head looks, what it does on all sentences, and what a hidden word is predicted from.

Sentences, layers and heads are numbered from 0, words as the notebook prints them (a full stop counts as a word).
"""

import math
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from assignment import arrays
from assignment.outputs import Outputs
from questions.measures import quantity
from questions.measures.arguments import Axis, Floats, Tried, as_floats

SCORED_FUNCTIONS = (*arrays.FUNCTIONS, *arrays.LINKS)  # the axis `function`

Text = Annotated[int, Field(ge=0), Axis("text")]
BlockLayer = Annotated[int, Field(ge=0), Axis("block")]
Head = Annotated[int, Field(ge=0), Axis("head")]
Candidate = Annotated[int, Field(ge=0), Axis("candidate")]
Number = Annotated[int, Field(ge=0), Axis("word of sentence {text}")]
Share = Annotated[float, Field(ge=0, le=1), Tried(0.25, 0.5, 0.75)]
Function = Literal["previous", "next", "itself", "same_word", "separator", "punctuation", "coreference", "agreement"]
Hidden = Literal["prediction", "prediction_also"]  # the word alone, or with the word that it goes with


def find_tokens(outputs: Outputs, text: int, word: int) -> list[int]:
    """Return the tokens of a word of a sentence; ValueError where it has no such word.

    >>> find_tokens(_example(), 0, 1)
    [2, 3]
    """
    found = np.flatnonzero(outputs["texts", "word"][text] == word).tolist()
    if not found:
        last = int(outputs["texts", "word"][text].max())
        raise ValueError(f"word {word} of sentence {text}; expected 0 to {last}")
    return found


def attention_share(
    outputs: Outputs, *, text: Text, layer: BlockLayer, head: Head, word: Number, to: Number
) -> quantity.Share:
    """Return which share (0 to 1) of a word's attention a head gives to another word, the mean over its tokens.

    >>> attention_share(_example(), text=0, layer=0, head=0, word=0, to=1)
    0.75
    """
    heat = _take_map(outputs, text, layer, head)
    rows = heat[find_tokens(outputs, text, word)]
    return float(rows[:, find_tokens(outputs, text, to)].sum(axis=1).mean())


def attention_largest(outputs: Outputs, *, text: Text, layer: BlockLayer, head: Head, word: Number) -> quantity.Share:
    """Return the largest share (0 to 1) that a head gives to one token, the mean over a word's tokens.

    >>> attention_largest(_example(), text=0, layer=0, head=0, word=0)
    0.5
    """
    return float(np.nanmax(_take_map(outputs, text, layer, head)[find_tokens(outputs, text, word)], axis=1).mean())


def head_gain(outputs: Outputs, *, layer: BlockLayer, head: Head, function: Function) -> quantity.Times:
    """Return how many times as much attention a head gives to a function's targets as an even head would.

    >>> head_gain(_example(), layer=0, head=1, function="next")
    4.0
    """
    number = SCORED_FUNCTIONS.index(function)
    return float(outputs["attention", "score"][number, layer, head]) / float(outputs["attention", "chance"][number])


def best_score(outputs: Outputs, *, function: Function, layer: BlockLayer | None = None) -> quantity.Share:
    """Return the largest score of a function over all heads, or over those of one layer.

    >>> best_score(_example(), function="next")
    0.5
    """
    scores = as_floats(outputs["attention", "score"][SCORED_FUNCTIONS.index(function)])
    return float((scores if layer is None else scores[layer]).max())


def heads_above(outputs: Outputs, *, share: Share) -> quantity.Heads:
    """Return how many heads give more than a share of their attention to the targets of at least one function.

    >>> heads_above(_example(), share=0.25), heads_above(_example(), share=0.5)
    (1.0, 0.0)
    """
    return float((outputs["attention", "score"].max(axis=0) > share).sum())


def word_probability(
    outputs: Outputs, *, text: Text, candidate: Candidate = 0, array: Hidden = "prediction"
) -> quantity.Probability:
    """Return the probability of a candidate for the hidden word; candidate 0 is the word that was hidden.

    >>> word_probability(_example(), text=0), word_probability(_example(), text=0, array="prediction_also")
    (0.75, 0.25)
    """
    number = int(outputs["texts", "candidate"][text, candidate])
    if number < 0:
        raise ValueError(f"candidate {candidate} of sentence {text}; expected one that texts.yaml names")
    return float(outputs["attention", array][text, number])


def probability_left(outputs: Outputs, *, text: Text, word: Number) -> quantity.Probability:
    """Return the probability that the hidden word keeps where another word, of one token, is hidden too.

    >>> round(probability_left(_example(), text=0, word=0), 3)  # 0.75 exp(-0.5)
    0.455
    """
    tokens = find_tokens(outputs, text, word)
    if int(outputs["texts", "hidden"][text]) in tokens:
        raise ValueError(f"word {word} of sentence {text} is the hidden one; expected another")
    if len(tokens) > 1:  # `drop` hides one token, the notebook all of a word's
        raise ValueError(f"word {word} of sentence {text} has {len(tokens)} tokens; expected a word of one")
    return word_probability(outputs, text=text) * math.exp(-float(outputs["attention", "drop"][text, tokens[0]]))


def _take_map(outputs: Outputs, text: int, layer: int, head: int) -> Floats:
    return as_floats(outputs["attention", "map"][text, layer, head])


def _example() -> Outputs:
    """Return one sentence of two words, the second of two tokens, and two heads, for the doctests."""
    heat = np.array([[0.5, 0.0, 0.0, 0.5], [0.25, 0.0, 0.25, 0.5], [0.25, 0.25, 0.25, 0.25], [1.0, 0.0, 0.0, 0.0]])
    score = np.zeros((len(SCORED_FUNCTIONS), 1, 2))
    score[SCORED_FUNCTIONS.index("next"), 0, 1] = 0.5
    return Outputs(
        {
            ("texts", "word"): np.array([[-1, 0, 1, 1]]),
            ("texts", "candidate"): np.array([[2, 0, -1]]),
            ("texts", "hidden"): np.array([2]),
            ("attention", "map"): np.stack([heat, heat.T])[None, None],
            ("attention", "score"): score,
            ("attention", "chance"): np.full(len(SCORED_FUNCTIONS), 0.125),
            ("attention", "prediction"): np.array([[0.125, 0.125, 0.75]]),
            ("attention", "prediction_also"): np.array([[0.5, 0.25, 0.25]]),
            ("attention", "drop"): np.array([[0.0, 0.5, 1.5, 0.0]]),
        }
    )
