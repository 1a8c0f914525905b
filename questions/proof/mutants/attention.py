"""Mistakes in attention: its maps, what the heads do, what a masked word is predicted from."""

from functools import partial

from questions.proof.mutant import as_if, make_mutant
from questions.proof.rerun import Edit

_ATTENTION = "reference/attention.py"
_HEADS = "assignment/models/heads.py"
_MADE = "reference/produce/texts.py"
_mutant = partial(make_mutant, "attention")

ATTENTION_MUTANTS = (
    _mutant(
        "next-head",
        "the head's index counts from 1",
        as_if("heads were counted from 1", "頭從 1 開始編號"),
        Edit(_ATTENTION, ".softmax(dim=-1)\n\n\ndef predict", ".softmax(dim=-1).roll(1, 0)\n\n\ndef predict"),
    ),
    _mutant(
        "next-layer",
        "the layer's index counts from 1",
        as_if("layers were counted from 1", "層從 1 開始編號"),
        Edit(
            _ATTENTION,
            "for q, k in layers]",
            "for q, k in (*layers[-1:], *layers[:-1])]",
        ),
    ),
    _mutant(
        "columns",
        "the softmax goes over the tokens that attend",
        as_if(
            "the softmax went over the tokens that attend, not over those attended to",
            "softmax 沿著看的 token 計算，而不是沿著被看的 token",
        ),
        Edit(_ATTENTION, "q.shape[-1] ** 0.5).softmax(dim=-1)", "q.shape[-1] ** 0.5).softmax(dim=-2)"),
    ),
    _mutant(
        "transposed",
        "who attends and who is attended to are exchanged",
        as_if("who attends and who is attended to had been exchanged", "看的 token 與被看的 token 對調了"),
        Edit(_ATTENTION, "q.shape[-1] ** 0.5).softmax(dim=-1)", "q.shape[-1] ** 0.5).softmax(dim=-1).transpose(1, 2)"),
    ),
    _mutant(
        "not-scaled",
        "the products are not divided by the root of their length",
        as_if("the products were not divided by the root of the dimension", "內積沒有除以維度的平方根"),
        Edit(_ATTENTION, " / q.shape[-1] ** 0.5)", ")"),
    ),
    _mutant(
        "no-softmax",
        "the products themselves are shown",
        as_if("the products were shown without a softmax", "直接畫出內積，沒有經過 softmax"),
        Edit(_ATTENTION, "q.shape[-1] ** 0.5).softmax(dim=-1)", "q.shape[-1] ** 0.5)"),
    ),
    _mutant(
        "mean-of-heads",
        "the heads of a layer are averaged",
        as_if("the heads of a layer had been averaged", "同一層的頭被平均了"),
        Edit(
            _ATTENTION,
            "q.shape[-1] ** 0.5).softmax(dim=-1)",
            "q.shape[-1] ** 0.5).softmax(dim=-1).mean(dim=0, keepdim=True).expand(len(q), -1, -1)",
        ),
    ),
    _mutant(
        "neighbours-exchanged",
        "the previous token and the next one are exchanged",
        as_if("the previous and the next token had been exchanged", "前一個與後一個 token 對調了"),
        Edit(
            _HEADS,
            '"previous": own.roll(-1, 1).tril(),\n        "next": own.roll(1, 1).triu()',
            '"next": own.roll(-1, 1).tril(),\n        "previous": own.roll(1, 1).triu()',
        ),
    ),
    _mutant(
        "forgets-cls",
        "the token before the asked one is hidden and read: [CLS] was forgotten",
        as_if(
            "the token before the word were hidden, because [CLS] was not counted",
            "因為沒有算 [CLS]，遮住的是該詞的前一個 token",
        ),
        Edit(
            _MADE,
            "hidden, also = _find_token(reading, one.hidden),",
            "hidden, also = _find_token(reading, one.hidden) - 1,",
        ),
    ),
    _mutant(
        "hides-one-word",
        "the second word is not hidden",
        as_if("only one of the two words were hidden", "兩個詞只遮住了一個"),
        Edit(
            _MADE,
            "predict_masked(bert.model, reading, [hidden, *also], mask)",
            "predict_masked(bert.model, reading, [hidden], mask)",
        ),
    ),
    _mutant(
        "reads-the-other",
        "of two hidden words the second one's prediction is read",
        as_if("the prediction were read at the other hidden word", "預測是從另一個遮住的詞讀出來的"),
        Edit(
            _MADE,
            "predict_masked(bert.model, reading, [hidden, *also], mask)",
            "predict_masked(bert.model, reading, [*also, hidden], mask)",
        ),
    ),
    _mutant(
        "asked-word-in-view",
        "the asked word itself stays in view while others are hidden",
        as_if("the word to be predicted stayed in view while others were hidden", "遮住別的詞時，要預測的詞仍然看得到"),
        Edit(
            _ATTENTION,
            "predict_masked(model, reading, [place, j], mask)[0, own]",
            "predict_masked(model, reading, [j, place][:1], mask)[0, own]",
        ),
    ),
    _mutant(
        "influence-turned-round",
        "what hiding adds in place of what it takes away",
        as_if("what hiding a word takes away were counted as what it adds", "遮住一個詞所減少的被當成了所增加的"),
        Edit(
            _ATTENTION,
            "drop[j] = alone - predict_masked(model, reading, [place, j], mask)[0, own].log()",
            "drop[j] = predict_masked(model, reading, [place, j], mask)[0, own].log() - alone",
        ),
    ),
)
