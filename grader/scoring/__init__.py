"""Scoring: verdicts from the Sheet, the Key and the deadline; what a person must know."""
