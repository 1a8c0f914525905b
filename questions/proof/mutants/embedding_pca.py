"""Mistakes in the principal components of BERT's states."""

from functools import partial

from questions.proof.mutant import make_mutant
from questions.proof.rerun import Edit

_PCA = "reference/embedding_pca.py"
_READING = "reference/reading.py"
_MADE = "reference/produce/texts.py"
_mutant = partial(make_mutant, "embedding_pca")

EMBEDDING_PCA_MUTANTS = (
    _mutant(
        "not-centred",
        "the mean is not taken away before the components are found",
        Edit(_PCA, "centred = states - states.mean(dim=1, keepdim=True)", "centred = states"),
    ),
    _mutant(
        "last-layer-only",
        "the components of the last layer serve all",
        Edit(
            _PCA,
            "    loadings = loadings[:, :components]",
            "    loadings = loadings[-1:, :components].expand(len(states), -1, -1)",
        ),
    ),
    _mutant(
        "whitened",
        "every component is stretched to the same spread",
        Edit(
            _PCA,
            "points=centred @ loadings.transpose(1, 2)",
            "points=centred @ loadings.transpose(1, 2) / size[:, None, :components]",
        ),
    ),
    _mutant(
        "second-and-third",
        "the second and the third component are drawn",
        Edit(_PCA, "    loadings = loadings[:, :components]", "    loadings = loadings[:, 1 : components + 1]"),
    ),
    _mutant(
        "share-not-squared",
        "shares of the spread in place of the variance",
        Edit(
            _PCA,
            "size[:, :components].square() / size.square().sum(dim=1, keepdim=True)",
            "size[:, :components] / size.sum(dim=1, keepdim=True)",
        ),
    ),
    _mutant(
        "readers-exchanged",
        "the readers are taken in another order",
        Edit(
            _MADE,
            "for folder in bench.profile.reader_folders.values():",
            "for folder in reversed(bench.profile.reader_folders.values()):",
        ),
    ),
    _mutant(
        "one-text",
        "question and passage are read as one text: segments are left out",
        Edit(
            _READING,
            "token_type_ids=reading.segments.to(model.device)",
            "token_type_ids=0 * reading.segments.to(model.device)",
        ),
    ),
    _mutant(
        "layer-too-far",
        "the layer's index counts from 1: the embedding is left out",
        Edit(
            _READING,
            "return torch.cat(found.hidden_states)",
            "return torch.cat((*found.hidden_states[1:], found.hidden_states[-1]))",
        ),
    ),
    _mutant(
        "answer-too-far",
        "the answer is taken one token too far to the right",
        Edit(
            _MADE,
            "np.array([find_span(bert, reading) for reading in readings])",
            "np.array([find_span(bert, reading) for reading in readings]) + 1",
        ),
    ),
)
