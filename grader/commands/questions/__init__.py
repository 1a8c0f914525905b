"""`hw9 questions VERB`: one file per verb; they check, prove and hand out the questions."""
