"""Mistakes in attention: its maps, what the heads do, what a masked word is predicted from."""

from functools import partial

from questions.proof.mutant import make_mutant
from questions.proof.rerun import Edit

_ATTENTION = "reference/attention.py"
_HEADS = "assignment/models/heads.py"
_MADE = "reference/produce/texts.py"
_mutant = partial(make_mutant, "attention")

ATTENTION_MUTANTS = (
    _mutant(
        "next-head",
        "the head's index counts from 1",
        Edit(_ATTENTION, ".softmax(dim=-1)\n\n\ndef predict", ".softmax(dim=-1).roll(1, 0)\n\n\ndef predict"),
    ),
    _mutant(
        "next-layer",
        "the layer's index counts from 1",
        Edit(
            _ATTENTION,
            "for q, k in layers]",
            "for q, k in (*layers[-1:], *layers[:-1])]",
        ),
    ),
    _mutant(
        "columns",
        "the softmax goes over the tokens that attend",
        Edit(_ATTENTION, "q.shape[-1] ** 0.5).softmax(dim=-1)", "q.shape[-1] ** 0.5).softmax(dim=-2)"),
    ),
    _mutant(
        "transposed",
        "who attends and who is attended to are exchanged",
        Edit(_ATTENTION, "q.shape[-1] ** 0.5).softmax(dim=-1)", "q.shape[-1] ** 0.5).softmax(dim=-1).transpose(1, 2)"),
    ),
    _mutant(
        "not-scaled",
        "the products are not divided by the root of their length",
        Edit(_ATTENTION, " / q.shape[-1] ** 0.5)", ")"),
    ),
    _mutant(
        "no-softmax",
        "the products themselves are shown",
        Edit(_ATTENTION, "q.shape[-1] ** 0.5).softmax(dim=-1)", "q.shape[-1] ** 0.5)"),
    ),
    _mutant(
        "mean-of-heads",
        "the heads of a layer are averaged",
        Edit(
            _ATTENTION,
            "q.shape[-1] ** 0.5).softmax(dim=-1)",
            "q.shape[-1] ** 0.5).softmax(dim=-1).mean(dim=0, keepdim=True).expand(len(q), -1, -1)",
        ),
    ),
    _mutant(
        "neighbours-exchanged",
        "the previous token and the next one are exchanged",
        Edit(
            _HEADS,
            '"previous": own.roll(-1, 1).tril(),\n        "next": own.roll(1, 1).triu()',
            '"next": own.roll(-1, 1).tril(),\n        "previous": own.roll(1, 1).triu()',
        ),
    ),
    _mutant(
        "forgets-cls",
        "the token before the asked one is hidden and read: [CLS] was forgotten",
        Edit(
            _MADE,
            "hidden, also = _find_token(reading, one.hidden),",
            "hidden, also = _find_token(reading, one.hidden) - 1,",
        ),
    ),
    _mutant(
        "hides-one-word",
        "the second word is not hidden",
        Edit(
            _MADE,
            "predict_masked(bert.model, reading, [hidden, *also], mask)",
            "predict_masked(bert.model, reading, [hidden], mask)",
        ),
    ),
    _mutant(
        "reads-the-other",
        "of two hidden words the second one's prediction is read",
        Edit(
            _MADE,
            "predict_masked(bert.model, reading, [hidden, *also], mask)",
            "predict_masked(bert.model, reading, [*also, hidden], mask)",
        ),
    ),
    _mutant(
        "asked-word-in-view",
        "the asked word itself stays in view while others are hidden",
        Edit(
            _ATTENTION,
            "predict_masked(model, reading, [place, j], mask)[0, own]",
            "predict_masked(model, reading, [j, place][:1], mask)[0, own]",
        ),
    ),
    _mutant(
        "influence-turned-round",
        "what hiding adds in place of what it takes away",
        Edit(
            _ATTENTION,
            "drop[j] = alone - predict_masked(model, reading, [place, j], mask)[0, own].log()",
            "drop[j] = predict_masked(model, reading, [place, j], mask)[0, own].log() - alone",
        ),
    ),
)
