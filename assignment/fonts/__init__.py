"""The font of the figures, which `assignment/making/make_font.py` made, and its glyphs as pages embed them."""
