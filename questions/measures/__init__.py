"""Measures: pure functions of Outputs that give one number, a file an analysis, and their registry."""
