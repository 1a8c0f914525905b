"""The drawing program of profile `mini`: food of the homework's 11 categories, with masks of what is where."""

from assignment.making.drawing.picture import KINDS, LABELS, Drawing, draw_picture

__all__ = ["KINDS", "LABELS", "Drawing", "draw_picture"]
