"""Mutants: plausible mistakes in the analyses, each an edit of the reference's source."""
