"""Mistakes in the principal components of BERT's states."""

from functools import partial

from questions.proof.mutant import as_if, make_mutant
from questions.proof.mutants.embedding_distance import PADDED
from questions.proof.rerun import Edit

_PCA = "reference/embedding_pca.py"
_READING = "reference/reading.py"
_MADE = "reference/produce/texts.py"
_mutant = partial(make_mutant, "embedding_pca")

EMBEDDING_PCA_MUTANTS = (
    _mutant(
        "not-centred",
        "the mean is not taken away before the components are found",
        as_if("the mean had not been taken away before the components were found", "求主成分之前沒有減去平均"),
        Edit(_PCA, "centred = states - states.mean(dim=1, keepdim=True)", "centred = states"),
    ),
    _mutant(
        "last-layer-only",
        "the components of the last layer serve all",
        as_if("the components of the last layer served all layers", "每一層都用了最後一層的主成分"),
        Edit(
            _PCA,
            "    loadings = loadings[:, :components]",
            "    loadings = loadings[-1:, :components].expand(len(states), -1, -1)",
        ),
    ),
    _mutant(
        "whitened",
        "every component is stretched to the same spread",
        as_if("every component had been stretched to the same spread", "每個主成分都拉成了同樣的離散程度"),
        Edit(
            _PCA,
            "points=centred @ loadings.transpose(1, 2)",
            "points=centred @ loadings.transpose(1, 2) / size[:, None, :components]",
        ),
    ),
    _mutant(
        "second-and-third",
        "the second and the third component are drawn",
        as_if("the second and the third component were drawn", "畫的是第二與第三個主成分"),
        Edit(_PCA, "    loadings = loadings[:, :components]", "    loadings = loadings[:, 1 : components + 1]"),
    ),
    _mutant(
        "share-not-squared",
        "shares of the spread in place of the variance",
        as_if("shares of the spread were taken for shares of the variance", "把標準差的比例當成了變異的比例"),
        Edit(
            _PCA,
            "size[:, :components].square() / size.square().sum(dim=1, keepdim=True)",
            "size[:, :components] / size.sum(dim=1, keepdim=True)",
        ),
    ),
    _mutant(
        "readers-exchanged",
        "the readers are taken in another order",
        as_if("the models were taken in another order", "模型的順序弄錯了"),
        Edit(
            _MADE,
            "for folder in bench.profile.reader_folders.values():",
            "for folder in reversed(bench.profile.reader_folders.values()):",
        ),
    ),
    _mutant(
        "one-text",
        "question and passage are read as one text: segments are left out",
        as_if(
            "question and passage were read as one text, without segments", "問題與短文被當成同一段文字，沒有分段標記"
        ),
        Edit(
            _READING,
            "token_type_ids=reading.segments.to(model.device)",
            "token_type_ids=0 * reading.segments.to(model.device)",
        ),
    ),
    _mutant(
        "layer-too-far",
        "the layer's index counts from 1: the embedding is left out",
        as_if("layers were counted from 1 and the embedding left out", "層從 1 開始編號，漏掉了 embedding"),
        Edit(
            _READING,
            "return torch.cat(found.hidden_states)",
            "return torch.cat((*found.hidden_states[1:], found.hidden_states[-1]))",
        ),
    ),
    _mutant(
        "answer-too-far",
        "the answer is taken one token too far to the right",
        as_if("the answer that a model gives lay one token too far to the right", "模型給的答案往右偏了一個 token"),
        Edit(
            _MADE,
            "np.array([find_span(bert, reading) for reading in readings])",
            "np.array([find_span(bert, reading) for reading in readings]) + 1",
        ),
    ),
    _mutant(
        "all-layers-at-once",
        "one pair of components is found from all layers together",
        as_if("the components had been found from all layers at once", "主成分是把所有層放在一起求的"),
        Edit(_PCA, "states - states.mean(dim=1, keepdim=True)", "states - states.mean(dim=(0, 1), keepdim=True)"),
        Edit(_PCA, "svd(centred,", "svd(centred.flatten(0, 1)[None],"),
        Edit(
            _PCA,
            "share=size[:, :components].square() / size.square().sum(dim=1, keepdim=True)",
            "share=(size[:, :components].square() / size.square().sum(dim=1, keepdim=True)).expand(len(states), -1)",
        ),
    ),
    _mutant(
        "centred-by-token",
        "the mean over the dimensions is taken away in place of the mean over the tokens",
        as_if(
            "the mean of each token had been taken away, not the mean over the tokens",
            "減去的是每個 token 自己的平均，而不是各 token 的平均",
        ),
        Edit(_PCA, "states - states.mean(dim=1, keepdim=True)", "states - states.mean(dim=2, keepdim=True)"),
    ),
    _mutant(
        "standardised",
        "every dimension is brought to the same spread first",
        as_if("every dimension had been brought to the same spread first", "先把每個維度化成了同樣的離散程度"),
        Edit(
            _PCA,
            "states - states.mean(dim=1, keepdim=True)",
            "(states - states.mean(dim=1, keepdim=True)) / states.std(dim=1, keepdim=True)",
        ),
    ),
    _mutant(
        "shares-of-two",
        "the shares of two components of what the two keep together: always 1 in all",
        as_if("the shares were of what the two components keep together", "變異的比例是以兩個主成分的總和為分母"),
        Edit(_PCA, "size.square().sum(dim=1, keepdim=True)", "size[:, :components].square().sum(dim=1, keepdim=True)"),
    ),
    _mutant(
        "passage-first",
        "the passage is given first and the question second",
        as_if("the passage had been given before the question", "短文放在了問題前面"),
        Edit(_MADE, "read(bert.tokenizer, *one.pair)", "read(bert.tokenizer, *one.pair[::-1])"),
    ),
    _mutant(
        "answer-cut",
        "the last token of the answer is taken for the first one after it",
        as_if("the answer that a model gives had lost its last token", "模型給的答案少了最後一個 token"),
        Edit(
            _MADE,
            "np.array([find_span(bert, reading) for reading in readings])",
            "np.array([find_span(bert, reading) for reading in readings]) - [0, 1]",
        ),
    ),
    _mutant(
        "last-layer-first",
        "the layers are read from the last to the first",
        as_if("the layers were read from the last to the first", "各層是從最後一層往第一層讀的"),
        Edit(_READING, "return torch.cat(found.hidden_states)", "return torch.cat(found.hidden_states[::-1])"),
    ),
    _mutant(
        "same-reader",
        "the first model is opened again for every other one",
        as_if("one model had been opened for all of them", "所有模型都開成了同一個"),
        Edit(
            _MADE,
            "for folder in bench.profile.reader_folders.values():",
            "for folder in [*bench.profile.reader_folders.values()][:1] * len(bench.profile.reader_folders):",
        ),
    ),
    _mutant(
        "padded",
        "question and passage are padded and read without an attention mask",
        as_if("the text had been padded and read without an attention mask", "文字補了 [PAD]，卻沒有用注意力遮罩"),
        *PADDED,
    ),
)
