"""The font of the figures; `assignment/making/make_font.py` made it."""
