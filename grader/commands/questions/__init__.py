"""`hw9 questions VERB`: one file a verb; they check, prove and hand out the questions."""
