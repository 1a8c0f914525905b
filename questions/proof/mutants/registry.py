"""Mutants: named, plausible mistakes in the eight analyses, each an edit of the reference's own source.

A question that gets the same key from a mistake as from the truth does not ask about what the mistake changes. A
mutant is run as it stands (`rerun.py`), the key is computed on its Outputs, and `matrix.py` says who was caught.
"""

from questions.proof.mutant import Mutant
from questions.proof.mutants.attention import ATTENTION_MUTANTS
from questions.proof.mutants.embedding_distance import EMBEDDING_DISTANCE_MUTANTS
from questions.proof.mutants.embedding_pca import EMBEDDING_PCA_MUTANTS
from questions.proof.mutants.filters import FILTERS_MUTANTS
from questions.proof.mutants.integrated_gradients import INTEGRATED_GRADIENTS_MUTANTS
from questions.proof.mutants.lime import LIME_MUTANTS
from questions.proof.mutants.saliency import SALIENCY_MUTANTS
from questions.proof.mutants.smoothgrad import SMOOTHGRAD_MUTANTS

MUTANTS: tuple[Mutant, ...] = (  # in the order of the stored matrix, questions/proofs/mini/mutation.yaml
    *LIME_MUTANTS,
    *FILTERS_MUTANTS,
    *SALIENCY_MUTANTS,
    *SMOOTHGRAD_MUTANTS,
    *INTEGRATED_GRADIENTS_MUTANTS,
    *ATTENTION_MUTANTS,
    *EMBEDDING_PCA_MUTANTS,
    *EMBEDDING_DISTANCE_MUTANTS,
)
