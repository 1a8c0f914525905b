"""The verbs of `hw9 course`: one file each."""
