"""Mistakes in what is asked of BERT: attention, principal components of its states, distances between them."""

from questions.proof.mutant import Mutant
from questions.proof.rerun import Edit

_ATTENTION, _TEXTS, _READING = "reference/attention.py", "reference/produce/texts.py", "reference/reading.py"
_PCA, _DISTANCE, _HEADS = "reference/embedding_pca.py", "reference/embedding_distance.py", "assignment/models/heads.py"


def _attention(name: str, mistake: str, *edits: Edit, equivalent: str | None = None) -> Mutant:
    return Mutant(f"attention-{name}", ("attention",), mistake, edits, equivalent)


def _pca(name: str, mistake: str, *edits: Edit, equivalent: str | None = None) -> Mutant:
    return Mutant(f"embedding_pca-{name}", ("embedding_pca",), mistake, edits, equivalent)


def _distance(name: str, mistake: str, *edits: Edit, equivalent: str | None = None) -> Mutant:
    return Mutant(f"embedding_distance-{name}", ("embedding_distance",), mistake, edits, equivalent)


LANGUAGE_MUTANTS = (
    _attention(
        "next-head", "the head's index counts from 1",
        Edit(_ATTENTION, ".softmax(dim=-1)\n\n\ndef predict", ".softmax(dim=-1).roll(1, 0)\n\n\ndef predict"),
    ),
    _attention(
        "next-layer", "the layer's index counts from 1",
        Edit(_ATTENTION, "layers = model.base_model.encoder.layer",
             "layers = [*model.base_model.encoder.layer[-1:], *model.base_model.encoder.layer[:-1]]"),
    ),
    _attention(
        "columns", "the softmax goes over the tokens that attend",
        Edit(_ATTENTION, "q.shape[-1] ** 0.5).softmax(dim=-1)", "q.shape[-1] ** 0.5).softmax(dim=-2)"),
    ),
    _attention(
        "transposed", "who attends and who is attended to are exchanged",
        Edit(_ATTENTION, "q.shape[-1] ** 0.5).softmax(dim=-1)", "q.shape[-1] ** 0.5).softmax(dim=-1).transpose(1, 2)"),
    ),
    _attention(
        "not-scaled", "the products are not divided by the root of their length",
        Edit(_ATTENTION, " / q.shape[-1] ** 0.5)", ")"),
    ),
    _attention(
        "no-softmax", "the products themselves are shown",
        Edit(_ATTENTION, "q.shape[-1] ** 0.5).softmax(dim=-1)", "q.shape[-1] ** 0.5)"),
    ),
    _attention(
        "mean-of-heads", "the heads of a layer are averaged",
        Edit(_ATTENTION, "q.shape[-1] ** 0.5).softmax(dim=-1)",
             "q.shape[-1] ** 0.5).softmax(dim=-1).mean(dim=0, keepdim=True).expand(heads, -1, -1)"),
    ),
    _attention(
        "neighbours-exchanged", "the previous token and the next one are exchanged",
        Edit(_HEADS, '"previous": own.roll(-1, 1).tril(),\n        "next": own.roll(1, 1).triu()',
             '"next": own.roll(-1, 1).tril(),\n        "previous": own.roll(1, 1).triu()'),
    ),
    _attention(
        "forgets-cls", "the token before the asked one is hidden and read: [CLS] was forgotten",
        Edit(_TEXTS, "hidden, also = _find_token(reading, one.hidden),", "hidden, also = _find_token(reading, one.hidden) - 1,"),
    ),
    _attention(
        "hides-one-word", "the second word is not hidden",
        Edit(_TEXTS, "predict_masked(bert.model, reading, [hidden, also], mask)", "predict_masked(bert.model, reading, [hidden], mask)"),
    ),
    _attention(
        "reads-the-other", "of two hidden words the second one's prediction is read",
        Edit(_TEXTS, "predict_masked(bert.model, reading, [hidden, also], mask)", "predict_masked(bert.model, reading, [also, hidden], mask)"),
    ),
    _attention(
        "asked-word-in-view", "the asked word itself stays in view while others are hidden",
        Edit(_ATTENTION, "predict_masked(model, reading, [place, j], mask)[0, own]", "predict_masked(model, reading, [j, place][:1], mask)[0, own]"),
    ),
    _attention(
        "influence-turned-round", "what hiding adds in place of what it takes away",
        Edit(_ATTENTION, "drop[j] = alone - predict_masked(model, reading, [place, j], mask)[0, own].log()",
             "drop[j] = predict_masked(model, reading, [place, j], mask)[0, own].log() - alone"),
    ),
    _pca(
        "not-centred", "the mean is not taken away before the components are found",
        Edit(_PCA, "centred = states - states.mean(dim=1, keepdim=True)", "centred = states"),
    ),
    _pca(
        "last-layer-only", "the components of the last layer serve all",
        Edit(_PCA, "    loadings = loadings[:, :components]", "    loadings = loadings[-1:, :components].expand(len(states), -1, -1)"),
    ),
    _pca(
        "whitened", "every component is stretched to the same spread",
        Edit(_PCA, "points=centred @ loadings.transpose(1, 2)",
             "points=centred @ loadings.transpose(1, 2) / size[:, None, :components]"),
    ),
    _pca(
        "second-and-third", "the second and the third component are drawn",
        Edit(_PCA, "    loadings = loadings[:, :components]", "    loadings = loadings[:, 1 : components + 1]"),
    ),
    _pca(
        "share-not-squared", "shares of the spread in place of the variance",
        Edit(_PCA, "size[:, :components].square() / size.square().sum(dim=1, keepdim=True)",
             "size[:, :components] / size.sum(dim=1, keepdim=True)"),
    ),
    _pca(
        "readers-exchanged", "the readers are taken in another order",
        Edit(_TEXTS, "for folder in bench.profile.reader_folders.values():", "for folder in reversed(bench.profile.reader_folders.values()):"),
    ),
    _pca(
        "one-text", "question and passage are read as one text: segments are left out",
        Edit(_READING, "token_type_ids=reading.segments.to(model.device)", "token_type_ids=0 * reading.segments.to(model.device)"),
    ),
    _pca(
        "layer-too-far", "the layer's index counts from 1: the embedding is left out",
        Edit(_READING, "return torch.cat(found.hidden_states)", "return torch.cat((*found.hidden_states[1:], found.hidden_states[-1]))"),
    ),
    _pca(
        "answer-too-far", "the answer is taken one token too far to the right",
        Edit(_TEXTS, "np.array([find_span(bert, reading) for reading in readings])", "np.array([find_span(bert, reading) for reading in readings]) + 1"),
    ),
    _distance(
        "cosine-as-distance", "one minus the cosine where the similarity belongs",
        Edit(_DISTANCE, "return directions @ directions.transpose(1, 2)", "return 1 - directions @ directions.transpose(1, 2)"),
    ),
    _distance(
        "dot-product", "the states are not brought to length 1",
        Edit(_DISTANCE, "directions = states / states.norm(dim=-1, keepdim=True)", "directions = states"),
    ),
    _distance(
        "squared", "the square of the distance",
        Edit(_DISTANCE, 'compute_mode="donot_use_mm_for_euclid_dist")\n\n\ndef cosine', 'compute_mode="donot_use_mm_for_euclid_dist").square()\n\n\ndef cosine'),
    ),
    _distance(
        "forgets-cls", "the token before the word is read: [CLS] was forgotten",
        Edit(_READING, "return states[:, list(places)].mean(dim=1)", "return states[:, [place - 1 for place in places]].mean(dim=1)"),
    ),
    _distance(
        "reads-cls", "the state of [CLS] in place of the word's",
        Edit(_READING, "return states[:, list(places)].mean(dim=1)", "return states[:, [0]].mean(dim=1)"),
    ),
    _distance(
        "layer-too-far", "the layer's index counts from 1: the embedding is left out",
        Edit(_READING, "return torch.cat(found.hidden_states)", "return torch.cat((*found.hidden_states[1:], found.hidden_states[-1]))"),
    ),
    _distance(
        "last-layer-first", "the layers are read from the last to the first",
        Edit(_READING, "return torch.cat(found.hidden_states)", "return torch.cat(found.hidden_states[::-1])"),
    ),
    _distance(
        "last-layer-everywhere", "every layer is the last one",
        Edit(_READING, "return torch.cat(found.hidden_states)", "return torch.cat(found.hidden_states[-1:] * len(found.hidden_states))"),
    ),
    _distance(
        "centred", "the mean of the states is taken away first",
        Edit(_DISTANCE, "    return torch.stack(found, dim=1)", "    return torch.stack(found, dim=1) - torch.stack(found, dim=1).mean(dim=1, keepdim=True)"),
    ),
)  # fmt: skip
