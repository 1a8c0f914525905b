"""`hw9 questions VERB`, for who writes a bank: what could be asked, drafts, and an editor's help."""
