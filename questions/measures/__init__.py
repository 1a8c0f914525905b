"""Measures: pure functions of Outputs that give one number, and their registry."""
