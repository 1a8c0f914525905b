"""HANDINS out of what a course system gives: downloads read with care, joined with a roster, written whole."""
