"""Photographs and what was drawn on them become pictures and masks of a course."""
