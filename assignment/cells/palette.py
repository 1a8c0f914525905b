"""Colours by role of a passage's tokens (Okabe and Ito's, safe for colour-blind readers), in notebook and report."""

from collections.abc import Mapping

from assignment.arrays import ANSWER, OTHER, QUESTION, SUPPORT

ROLE_COLOURS: Mapping[int, str] = {QUESTION: "#0072B2", SUPPORT: "#009E73", ANSWER: "#D55E00", OTHER: "#999999"}
