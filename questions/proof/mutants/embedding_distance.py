"""Mistakes in the distances between the states of a word."""

from functools import partial

from questions.proof.mutant import as_if, make_mutant
from questions.proof.rerun import Edit

_DISTANCE = "reference/embedding_distance.py"
_READING = "reference/reading.py"
_EUCLIDEAN = 'return torch.cdist(states, states, compute_mode="donot_use_mm_for_euclid_dist")'
_READ = "return torch.cat(found.hidden_states)"
_mutant = partial(make_mutant, "embedding_distance")

_GIVEN = "reading.ids.to(model.device), token_type_ids=reading.segments.to(model.device), output_hidden_states=True"
PADDED = (  # read with ten tokens that pad and without an attention mask, then cut to its own length
    Edit(
        _READING,
        "    with torch.no_grad():\n        found",
        "    ids, segments = (torch.nn.functional.pad(one, (0, 10)) for one in (reading.ids, reading.segments))\n"
        "    with torch.no_grad():\n        found",
    ),
    Edit(_READING, _GIVEN, "ids.to(model.device), token_type_ids=segments.to(model.device), output_hidden_states=True"),
    Edit(_READING, _READ, "return torch.cat(found.hidden_states)[:, : len(reading)]"),
)

EMBEDDING_DISTANCE_MUTANTS = (
    _mutant(
        "cosine-as-distance",
        "one minus the cosine where the similarity belongs",
        as_if("1 minus the cosine were shown as the cosine similarity", "把 1 減去餘弦當成了餘弦相似度"),
        Edit(
            _DISTANCE,
            "return directions @ directions.transpose(1, 2)",
            "return 1 - directions @ directions.transpose(1, 2)",
        ),
    ),
    _mutant(
        "dot-product",
        "the states are not brought to length 1",
        as_if(
            "the states had not been brought to the same length before the cosine",
            "計算餘弦之前，狀態沒有先化成同樣的長度",
        ),
        Edit(_DISTANCE, "directions = states / states.norm(dim=-1, keepdim=True)", "directions = states"),
    ),
    _mutant(
        "squared",
        "the square of the distance",
        as_if("the distance had been squared", "距離被平方了"),
        Edit(
            _DISTANCE,
            'compute_mode="donot_use_mm_for_euclid_dist")\n\n\ndef cosine',
            'compute_mode="donot_use_mm_for_euclid_dist").square()\n\n\ndef cosine',
        ),
    ),
    _mutant(
        "forgets-cls",
        "the token before the word is read: [CLS] was forgotten",
        as_if(
            "the token before the word were read, because [CLS] was not counted",
            "因為沒有算 [CLS]，讀的是該詞的前一個 token",
        ),
        Edit(
            _READING,
            "return states[:, list(places)].mean(dim=1)",
            "return states[:, [place - 1 for place in places]].mean(dim=1)",
        ),
    ),
    _mutant(
        "reads-cls",
        "the state of [CLS] in place of the word's",
        as_if("the state of [CLS] were read, not that of the word", "讀的是 [CLS] 的狀態，而不是該詞的狀態"),
        Edit(_READING, "return states[:, list(places)].mean(dim=1)", "return states[:, [0]].mean(dim=1)"),
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
        "last-layer-first",
        "the layers are read from the last to the first",
        as_if("the layers were read from the last to the first", "各層是從最後一層往第一層讀的"),
        Edit(_READING, "return torch.cat(found.hidden_states)", "return torch.cat(found.hidden_states[::-1])"),
    ),
    _mutant(
        "last-layer-everywhere",
        "every layer is the last one",
        as_if("every layer were the last one", "每一層都取了最後一層"),
        Edit(
            _READING,
            "return torch.cat(found.hidden_states)",
            "return torch.cat(found.hidden_states[-1:] * len(found.hidden_states))",
        ),
    ),
    _mutant(
        "centred",
        "the mean of the states is taken away first",
        as_if("the mean of the states had been taken away first", "先減去了狀態的平均"),
        Edit(
            _DISTANCE,
            "    return torch.stack(found, dim=1)",
            "    return torch.stack(found, dim=1) - torch.stack(found, dim=1).mean(dim=1, keepdim=True)",
        ),
    ),
    _mutant(
        "similarity-as-distance",
        "a similarity is handed to what expects a distance, as in 2021",
        as_if("a similarity stood where the distance belongs", "該放距離的地方放了相似度"),
        Edit(_DISTANCE, _EUCLIDEAN, "return cosine_similarity(states)"),
    ),
    _mutant(
        "unwritten",
        "the function is left as it was found and gives zeros: a flat figure and no error, as in 2021",
        as_if("the distance had not been written yet and were 0 everywhere", "距離還沒有寫，處處都是 0"),
        Edit(_DISTANCE, _EUCLIDEAN, "return torch.zeros_like(states @ states.transpose(1, 2))"),
    ),
    _mutant(
        "length-one",
        "the states are brought to length 1 before the Euclidean distance",
        as_if(
            "the states had been brought to the same length before the distance", "計算距離之前，狀態先化成了同樣的長度"
        ),
        Edit(
            _DISTANCE,
            "torch.cdist(states, states,",
            "torch.cdist(*2 * [states / states.norm(dim=-1, keepdim=True)],",
        ),
    ),
    _mutant(
        "wrong-axis",
        "the length is taken over the sentences in place of the dimensions",
        as_if("the length of a state were taken along the sentences", "狀態的長度是沿著句子算的"),
        Edit(_DISTANCE, "states.norm(dim=-1, keepdim=True)", "states.norm(dim=1, keepdim=True).clamp(min=1e-12)"),
    ),
    _mutant(
        "whole-sentence",
        "the mean of all tokens, [CLS] and [SEP] among them, in place of the word's",
        as_if("the mean of the whole sentence were read, not the word", "讀的是整個句子的平均，而不是該詞"),
        Edit(_READING, "return states[:, list(places)].mean(dim=1)", "return states.mean(dim=1)"),
    ),
    _mutant(
        "token-after",
        "the token after the word is read",
        as_if("the token after the word were read", "讀的是該詞的後一個 token"),
        Edit(
            _READING,
            "return states[:, list(places)].mean(dim=1)",
            "return states[:, [place + 1 for place in places]].mean(dim=1)",
        ),
    ),
    _mutant(
        "sum-of-four",
        "the sum of the last four layers for every layer, as tutorials make word vectors",
        as_if("every layer were the sum of the last four", "每一層都是最後四層的總和"),
        Edit(
            _READING,
            _READ,
            "states = torch.cat(found.hidden_states)\n    "
            "return states[-4:].sum(dim=0, keepdim=True).expand(len(states), -1, -1)",
        ),
    ),
    _mutant(
        "padded",
        "sentences are padded and read without an attention mask",
        as_if("sentences had been padded and read without an attention mask", "句子補了 [PAD]，卻沒有用注意力遮罩"),
        *PADDED,
    ),
)
