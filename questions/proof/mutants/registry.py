"""Mutants: named, plausible mistakes in the eight analyses, each an edit of the reference's own source.

A question that gets the same key from a mistake as from the truth does not ask about what the mistake changes. A
mutant is run as it stands (`rerun.py`), the key is computed on its Outputs, and `matrix.py` says who was caught.
"""

from questions.proof.mutant import Mutant
from questions.proof.mutants.attribution import ATTRIBUTION_MUTANTS
from questions.proof.mutants.classifier import CLASSIFIER_MUTANTS
from questions.proof.mutants.language import LANGUAGE_MUTANTS

MUTANTS: tuple[Mutant, ...] = (*CLASSIFIER_MUTANTS, *ATTRIBUTION_MUTANTS, *LANGUAGE_MUTANTS)
