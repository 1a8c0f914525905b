"""A hand-in that shares a run of the released notebook: what it left unchanged is taken from there, the rest is run."""
