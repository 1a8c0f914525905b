"""Mutants: named, plausible mistakes in the eight analyses, each an edit of the reference's own source.

A question that gets the same key from a mistake as from the truth does not ask about what the mistake changes. A
mutant is run as it stands (`rerun.py`), the key is computed on its Outputs, and `mutation.py` says who was caught.
"""

from questions.mutant import Mutant
from questions.mutants_attribution import ATTRIBUTION_MUTANTS
from questions.mutants_classifier import CLASSIFIER_MUTANTS
from questions.mutants_language import LANGUAGE_MUTANTS

MUTANTS: tuple[Mutant, ...] = (*CLASSIFIER_MUTANTS, *ATTRIBUTION_MUTANTS, *LANGUAGE_MUTANTS)
