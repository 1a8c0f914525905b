"""Files: theirs are read one way, ours are written whole or not at all."""
