"""The font of the figures, and the program that made it."""
