"""Mistakes in attention: its maps, what the heads do, what a masked word is predicted from."""

from functools import partial

from questions.proof.mutant import as_if, make_mutant
from questions.proof.mutants.embedding_distance import PADDED
from questions.proof.rerun import Edit

_ATTENTION = "reference/attention.py"
_HEADS = "assignment/models/heads.py"
_MADE = "reference/produce/texts.py"
_BERT = "assignment/models/bert.py"
_TOKENS = "assignment/models/reading.py"
_HIDDEN = "ids[0, list(places)] = mask"
_STACKED = "torch.stack([_attend(q[0], k[0]) for q, k in layers])"
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
    _mutant(
        "last-layer-everywhere",
        "every layer is the last one",
        as_if("every layer were the last one", "每一層都取了最後一層"),
        Edit(_ATTENTION, "for q, k in layers]", "for q, k in layers[-1:] * len(layers)]"),
    ),
    _mutant(
        "root-of-the-whole",
        "the products are divided by the root of the state's dimension in place of the head's",
        as_if(
            "the products were divided by the root of the whole dimension of all heads",
            "內積除以的是所有頭總維度的平方根",
        ),
        Edit(_ATTENTION, " / q.shape[-1] ** 0.5)", " / (len(q) * q.shape[-1]) ** 0.5)"),
    ),
    _mutant(
        "separators-left-out",
        "attention to [CLS] and [SEP] is left out, and the rest brought to 1",
        as_if("attention to [CLS] and [SEP] were left out", "去掉了給 [CLS] 與 [SEP] 的注意力"),
        Edit(
            _ATTENTION,
            f"return {_STACKED}",
            f"kept = {_STACKED} * (torch.tensor(reading.part) >= 0)\n    return kept / kept.sum(dim=-1, keepdim=True)",
        ),
    ),
    _mutant(
        "without-separators",
        "the sentence is read without [CLS] and [SEP]: add_special_tokens=False",
        as_if("the sentence had been read without [CLS] and [SEP]", "讀入句子時沒有加 [CLS] 與 [SEP]"),
        Edit(_TOKENS, "mapping=True, verbose=False", "mapping=True, verbose=False, add_special_tokens=False"),
    ),
    _mutant(
        "padded",
        "sentences are padded and read without an attention mask",
        as_if("sentences had been padded and read without an attention mask", "句子補了 [PAD]，卻沒有用注意力遮罩"),
        *PADDED,
        Edit(_ATTENTION, _STACKED, f"{_STACKED}[..., : len(reading), : len(reading)]"),
    ),
    _mutant(
        "token-after",
        "the token after the asked one is hidden and read",
        as_if("the token after the word were hidden", "遮住的是該詞的後一個 token"),
        Edit(
            _MADE,
            "hidden, also = _find_token(reading, one.hidden),",
            "hidden, also = _find_token(reading, one.hidden) + 1,",
        ),
    ),
    _mutant(
        "nothing-hidden",
        "the word is predicted in full view: [MASK] was not put in its place",
        as_if("no word were hidden behind [MASK]", "沒有用 [MASK] 遮住任何詞"),
        Edit(_ATTENTION, _HIDDEN, "ids[0, list(places)] += 0"),
    ),
    _mutant(
        "logits",
        "logits are read in place of probabilities",
        as_if("logits were read, not probabilities", "讀的是 logit，而不是機率"),
        Edit(_ATTENTION, "logits[0, list(places)].softmax(dim=-1)", "logits[0, list(places)]"),
    ),
    _mutant(
        "weights-not-loaded",
        "the model has the weights that it was made with: the trained ones were not loaded",
        as_if("the trained weights had not been loaded", "沒有載入訓練好的權重"),
        Edit(
            _BERT,
            "    bert = Bert(model.to(device)",
            '    torch.manual_seed(0)\n    model.apply(lambda part: getattr(part, "reset_parameters", int)())\n'
            "    bert = Bert(model.to(device)",
        ),
    ),
)
