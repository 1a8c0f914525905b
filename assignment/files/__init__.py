"""Files that are not ours, read one way."""
